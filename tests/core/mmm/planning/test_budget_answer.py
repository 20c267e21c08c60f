"""A budget put to the optimiser: money to the cent, figures of the plan itself, and what limits cost."""

from dataclasses import replace

import pytest

from core.charts.formats import Wording
from core.errors import UserError
from core.json_values import from_json, to_json
from core.mmm import InfeasiblePlan, optimize
from core.mmm.choices import Goal
from core.mmm.optimiser.limit import Limit
from core.mmm.planning.basis import read_basis
from core.mmm.planning.budget_answer import problem_of, solve_budget
from core.mmm.planning.budget_question import first_budget
from core.mmm.planning.limit_text import explain_clash
from tests.core.mmm.samples import geo_model, robyn_model

WORDING = Wording(labels={"search_S": "Search", "tv_S": "Television"})


def _asked(model=None):
    model = model or robyn_model()
    basis = read_basis(model)
    return model, basis, first_budget(basis)


def _limited(inputs, channel, **changes):
    return replace(
        inputs, limits=tuple(replace(x, **changes) if x.channel == channel else x for x in inputs.limits)
    )


@pytest.mark.parametrize("model_of", [robyn_model, geo_model])
def test_the_answer_shows_the_optimisers_own_figures(model_of):
    model, basis, inputs = _asked(model_of())
    answer = solve_budget(model, inputs, basis, draws=150)
    plan = optimize(problem_of(model, inputs), draws=150)
    assert answer.total_value == pytest.approx(inputs.total_value, abs=0.001)
    assert answer.kpi.mean + answer.kpi_after.mean == pytest.approx(plan.kpi, rel=1e-6)
    assert answer.before_kpi.mean + answer.before_after.mean == pytest.approx(plan.reference_kpi, rel=1e-6)
    assert answer.probability_better == pytest.approx(plan.probability_better)
    assert answer.difference.mean >= 0


def test_a_floor_costs_what_the_plan_without_it_brings_more():
    model, basis, inputs = _asked()
    free = solve_budget(model, inputs, basis, draws=150)
    floor = basis.recent["search_S"]
    held = solve_budget(model, _limited(inputs, "search_S", minimum_value=floor), basis, draws=150)
    (binding,) = [b for b in held.bindings if b.name == "search_S"]
    assert binding.side == "minimum" and binding.price < 0
    gap = (free.kpi.mean + free.kpi_after.mean) - (held.kpi.mean + held.kpi_after.mean)
    assert binding.cost == pytest.approx(gap, rel=0.02)


def test_a_floor_of_nothing_is_no_limit_worth_a_word():
    model, basis, inputs = _asked()
    assert all(b.side != "minimum" for b in solve_budget(model, inputs, basis, draws=100).bindings)


def test_a_group_without_a_maximum_only_holds_from_below():
    model, basis, inputs = _asked()
    group = Limit.group("Digital", ("search_S", "facebook_S"), 150_000.0)
    answer = solve_budget(model, replace(inputs, groups=(group,)), basis, draws=100)
    spent = sum(o.after_value for o in answer.channels if o.channel in group.channels)
    assert spent >= 150_000 - 0.01
    assert any(b.is_group and b.name == "Digital" for b in answer.bindings)


def test_limits_that_clash_are_named_as_on_the_screen():
    model, basis, inputs = _asked()
    inputs = _limited(replace(inputs, total_value=100.0), "search_S", locked=True)
    with pytest.raises(InfeasiblePlan) as caught:
        solve_budget(model, inputs, basis, draws=50)
    assert explain_clash(caught.value, inputs, WORDING) == (
        f"No plan can meet all of these: Search is kept at €{basis.recent['search_S']:,.2f}; "
        f"the budget is €100.00. Raise the budget by €{basis.recent['search_S'] - 100:,.2f}, "
        "or lower the other by as much."
    )


def test_a_target_takes_no_more_money_than_it_needs():
    model, basis, inputs = _asked()
    best = solve_budget(model, inputs, basis, draws=60)
    target = 0.6 * (best.kpi.mean + best.kpi_after.mean)
    asked = replace(inputs, goal=Goal.TARGET_KPI, target_value=target)
    answer = solve_budget(model, asked, basis, draws=60)
    assert answer.total_value < inputs.total_value
    assert answer.kpi.mean + answer.kpi_after.mean >= target * (1 - 1e-6)


def test_a_model_that_did_not_converge_needs_to_be_asked_for():
    model, basis, inputs = _asked()
    model.diagnostics["converged"], kept = False, model.diagnostics["converged"]
    try:
        with pytest.raises(UserError, match="not converged"):
            solve_budget(model, inputs, basis, draws=20)
        assert solve_budget(model, inputs, basis, override=True, draws=20).total_value > 0
    finally:
        model.diagnostics["converged"] = kept


def test_an_answer_can_be_kept():
    model, basis, inputs = _asked()
    answer = solve_budget(model, inputs, basis, draws=50)
    assert to_json(from_json(type(answer), to_json(answer))) == to_json(answer)
