"""Plans side by side: paired where the draws are the same, careful where they are not."""

import pytest

from core.errors import UserError
from core.mmm.planning.compare import compare_plans
from tests.core.mmm.plan_examples import saved


def test_plans_of_one_model_are_compared_draw_by_draw():
    second = compare_plans([saved(1, "A"), saved(2, "B", 5_000.0)], 1).standings[1]
    assert second.paired
    assert second.difference.mean == pytest.approx(5_000.0, rel=1e-3)
    assert second.difference.upper - second.difference.lower < 10
    assert second.probability_better == 1.0


def test_plans_of_two_models_keep_the_uncertainty_of_both():
    plans = [saved(1, "A"), saved(2, "B", 5_000.0, model_id=8)]
    comparison = compare_plans(plans, 1)
    second = comparison.standings[1]
    assert not second.paired
    assert second.difference.upper - second.difference.lower > 100_000
    assert 0.4 < second.probability_better < 0.65
    assert "different models" in comparison.cautions[0]


def test_the_baseline_is_compared_with_nothing():
    first = compare_plans([saved(1, "A"), saved(2, "B")], 1).standings[0]
    assert first.difference is None and first.probability_better is None


def test_a_plan_that_earns_the_same_is_neither_better_nor_worse():
    second = compare_plans([saved(1, "A"), saved(2, "B")], 1).standings[1]
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
