"""Every figure explains itself from the draws that are kept with it."""

from dataclasses import replace

import numpy as np
import pytest

from core.json_values import from_json, to_json
from core.mmm.planning.saved_plan import PlanOrigin
from core.mmm.planning.why import why_of
from tests.core.mmm.plan_examples import draws, inputs, whatif_answer
from tests.core.mmm.planning.report_examples import ORIGIN, budget_with_draws, of_budget, of_whatif


def reasons(why) -> dict[str, dict[str, float]]:
    return {reason.name: dict(reason.parts) for reason in why.reasons}


@pytest.mark.parametrize("report", [of_budget(), of_whatif()])
def test_the_numbers_behind_a_figure_give_the_figure(report):
    found, answer = reasons(report.why), report.answer
    assert found["Caused in the horizon"]["Mean"] == pytest.approx(answer.kpi.mean)
    assert found["Carried over"]["Mean"] == pytest.approx(answer.kpi_after.mean)
    gain = found["Difference"]
    whole = gain.pop("Mean of the plan")
    before = next(value for name, value in gain.items() if name.startswith("Mean of "))
    assert gain["Mean"] == pytest.approx(whole - before) == pytest.approx(answer.difference.mean, rel=1e-4)
    better = found["Probability better"]
    assert better["Share of draws"] == better["Draws in which the plan is better"] / better["Draws"]


def test_intervals_are_quantiles_of_the_draws_at_the_level_asked_for():
    report = of_budget()
    values = np.array(report.answer.draws.window)
    parts = reasons(report.why)["Caused in the horizon"]
    assert report.level == inputs().level == 0.8
    assert parts["Quantile 0.1"] == pytest.approx(np.quantile(values, 0.1))
    assert parts["Quantile 0.9"] == pytest.approx(np.quantile(values, 0.9))


def test_changed_prices_count_in_the_difference():
    added = np.full(200, 500.0)
    answer = replace(
        whatif_answer(), recent_draws=tuple(draws().total.tolist()), driver_draws=tuple(added.tolist())
    )
    assert reasons(why_of(answer, 0.9, ORIGIN))["Difference"]["Mean"] == pytest.approx(5_500.0, rel=1e-4)


def test_an_old_plan_without_the_other_draws_explains_what_it_can():
    old = reasons(why_of(replace(budget_with_draws(), before_draws=()), 0.9, ORIGIN))
    assert list(old) == ["Caused in the horizon", "Carried over", "Incremental ROAS"]


def test_it_names_draws_seed_model_data_and_limits():
    why = of_budget().why
    assert (why.count, why.seed, why.origin.model_words) == (200, 1, "Spring (no. 3)")
    assert {"Budget", "Television", "Search", "all"} <= {limit.name for limit in why.limits}
    assert from_json(PlanOrigin, to_json(why.origin)) == why.origin
