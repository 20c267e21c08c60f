"""Plans side by side: paired where the draws are the same, careful where they are not."""

from dataclasses import replace

import pytest

from core.errors import UserError
from core.mmm.planning.charts import plans_channels
from core.mmm.planning.compare import RECENT_SPEND, ComparedPlan, compare_plans
from tests.core.mmm.plan_examples import WORDING, draws, saved, whatif_answer


def test_plans_of_one_model_are_compared_draw_by_draw():
    second = compare_plans([saved(1, "A"), saved(2, "B", 5_000.0)], 1).outcomes[1]
    assert second.paired
    assert second.difference.mean == pytest.approx(5_000.0, rel=1e-3)
    assert second.difference.upper - second.difference.lower < 10
    assert second.probability_better == 1.0


def test_plans_of_two_models_keep_the_uncertainty_of_both():
    plans = [saved(1, "A"), saved(2, "B", 5_000.0, model_id=8)]
    comparison = compare_plans(plans, 1)
    second = comparison.outcomes[1]
    assert not second.paired
    assert second.difference.upper - second.difference.lower > 100_000
    assert 0.4 < second.probability_better < 0.65
    assert "different models" in comparison.cautions[0]


def test_the_baseline_is_compared_with_nothing():
    first = compare_plans([saved(1, "A"), saved(2, "B")], 1).outcomes[0]
    assert first.difference is None and first.probability_better is None


def test_a_plan_that_earns_the_same_is_neither_better_nor_worse():
    second = compare_plans([saved(1, "A"), saved(2, "B")], 1).outcomes[1]
    assert second.difference.mean == 0 and second.probability_better is None


def test_horizons_of_different_length_are_pointed_out():
    cautions = compare_plans([saved(1, "A"), saved(2, "B", periods=26)], 1).cautions
    assert any("different length" in caution for caution in cautions)


@pytest.mark.parametrize("ids", [[1], [1, 1], [1, 2, 3, 4, 5, 6]])
def test_two_to_five_different_plans_are_needed(ids):
    with pytest.raises(UserError, match="two to 5"):
        compare_plans([saved(number, str(number)) for number in ids], 1)


def test_the_baseline_must_be_among_the_plans():
    with pytest.raises(UserError, match="not among"):
        compare_plans([saved(1, "A"), saved(2, "B")], 9)


def _scenario(number: int, name: str, *, model_id: int = 7, recent: bool = True) -> ComparedPlan:
    answer = whatif_answer()
    answer = replace(answer, recent_draws=draws().total.tolist() if recent else ())
    return ComparedPlan(number, name, model_id, f"Model {model_id}", 13, answer)


def test_recent_spend_is_a_baseline_of_its_own():
    comparison = compare_plans([_scenario(1, "A")], RECENT_SPEND)
    recent, own = comparison.outcomes
    assert recent.plan.name == "Recent spend" and recent.difference is None
    assert own.paired and own.difference.mean == pytest.approx(5_000.0, rel=1e-2)
    assert own.difference.upper - own.difference.lower < 100
    assert recent.spend_value == 150_000.0 and own.spend_value == 160_000.0


def test_changed_drivers_count_in_the_difference():
    plan = _scenario(1, "A")
    cheaper = replace(plan, answer=replace(plan.answer, driver_draws=(1_000.0,) * 200))
    assert compare_plans([cheaper], RECENT_SPEND).outcomes[1].difference.mean == pytest.approx(
        6_000, rel=1e-2
    )


def test_across_models_each_plan_meets_its_own_recent_spend_and_it_is_said():
    comparison = compare_plans([_scenario(1, "A"), _scenario(2, "B", model_id=8)], RECENT_SPEND)
    assert all(standing.paired for standing in comparison.outcomes)
    assert any("cannot be compared across models" in caution for caution in comparison.cautions)
    assert any("on its own model" in caution for caution in comparison.cautions)


def test_a_plan_saved_without_those_draws_keeps_the_difference_it_was_saved_with():
    comparison = compare_plans([_scenario(1, "A"), _scenario(2, "Old", recent=False)], RECENT_SPEND)
    assert comparison.outcomes[2].difference == whatif_answer().difference
    with pytest.raises(UserError, match="open and save"):
        compare_plans([_scenario(2, "Old", recent=False)], RECENT_SPEND)


def test_channels_of_every_plan_are_drawn_with_their_intervals():
    figure = plans_channels(compare_plans([_scenario(1, "A"), _scenario(2, "B")], RECENT_SPEND), WORDING)
    assert [trace.name for trace in figure.data] == ["Recent spend", "A", "B"]
    assert all(
        list(trace.y) == ["Television", "Search"] and trace.error_x.array is not None for trace in figure.data
    )
