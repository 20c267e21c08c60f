"""Every kind of limit reaches the optimiser and is kept by the plan; what it costs is found without it."""

from dataclasses import replace

import pytest

from core.json_values import to_json
from core.mmm.choices import Flighting, Goal
from core.mmm.optimiser.limit import Limit, LimitKind
from core.mmm.planning.basis import read_basis
from core.mmm.planning.budget_answer import adopted, frontier_points, solve_budget
from core.mmm.planning.budget_inputs import Reference, RiskView, read_budget_inputs
from core.mmm.planning.budget_question import (
    basis_for_reference,
    first_budget,
    has_last_year,
    horizon_months,
    periods_of_month,
    problem_of,
    start_budget,
)
from tests.core.mmm.samples import geo_model, robyn_model

DRAWS = 60


def test_last_year_is_the_same_periods_a_year_before():
    model = robyn_model()
    basis = read_basis(model, 13)
    before = basis_for_reference(basis, Reference.LAST_YEAR)
    own = model.frame.iloc[-52:-39].sum()
    assert has_last_year(basis)
    assert before.recent == pytest.approx(own.to_dict(), abs=0.01)
    assert basis_for_reference(basis, Reference.RECENT) is basis


def test_geos_are_compared_with_their_own_last_year():
    basis = read_basis(geo_model(), 13)
    before = basis_for_reference(basis, Reference.LAST_YEAR)
    whole = sum(before.of(geo).recent[basis.channels[0]] for geo in basis.geos)
    assert whole == pytest.approx(before.recent[basis.channels[0]], abs=0.1)


def test_months_hold_every_period_once():
    basis = read_basis(robyn_model(), 13)
    months = horizon_months(basis)
    assert sum(periods_of_month(basis, month) for month in months) == 13
    assert list(months) == sorted(months)


def test_a_kept_question_is_left_alone_on_its_own_basis():
    basis = read_basis(robyn_model(), 13)
    kept = first_budget(basis)
    assert start_budget(basis, kept, {}) is kept


def test_half_the_horizon_takes_half_of_every_amount_and_drops_months_beyond_it():
    model = robyn_model()
    long, short = read_basis(model, 26), read_basis(model, 13)
    months = horizon_months(long)
    first = first_budget(long)
    name = first.limits[0].channel
    limit = replace(first.limits[0], test_value=first.limits[0].maximum_value, period_maximum_value=900.0)
    asked = replace(
        first, limits=(limit, *first.limits[1:]), chosen_value={name: 1.0},
        months=(Limit.month(months[0], 10.0), Limit.month(months[-1], 10.0)),
        rules=(Limit.linear("Floor", {name: 1.0}, 100.0),),
    )  # fmt: skip
    made = start_budget(short, asked, {})
    own = next(own for own in made.limits if own.channel == name)
    assert own.test_value == own.maximum_value == pytest.approx(limit.maximum_value / 2, abs=0.01)
    assert own.period_maximum_value == 900.0
    assert [month.year_month for month in made.months] == [months[0]]
    assert made.rules[0].lower == 50.0 and not made.chosen_value


def test_geo_limits_are_dropped_where_there_are_no_geos():
    basis = read_basis(robyn_model(), 13)
    asked = replace(
        first_budget(basis), by_geo=True, geo_limits=(Limit.geo("tv_S", "North", 1.0),), periods=26
    )
    made = start_budget(basis, asked, {})
    assert not made.by_geo and not made.geo_limits


def _asked(model=None):
    model = model or robyn_model()
    basis = read_basis(model, 13)
    return model, basis, first_budget(basis)


def _limited(inputs, channel, **changes):
    limits = (replace(own, **changes) if own.channel == channel else own for own in inputs.limits)
    return replace(inputs, limits=tuple(limits))


def _spent(answer, *channels):
    return sum(outcome.after_value for outcome in answer.channels if outcome.channel in channels)


def _months(answer):
    money = {}
    for row in answer.schedule:
        month = row["date"][:7]
        money[month] = money.get(month, 0.0) + sum(v for k, v in row.items() if k != "date")
    return money


def test_a_share_of_the_total_is_kept_and_priced():
    model, basis, inputs = _asked()
    group = Limit.group("Digital", ("search_S", "facebook_S"), 0.4, of_total=True)
    answer = solve_budget(model, replace(inputs, groups=(group,)), basis, draws=DRAWS)
    assert _spent(answer, *group.channels) >= 0.4 * answer.total_value - 0.02
    (binding,) = [own for own in answer.bindings if own.name == "Digital"]
    assert binding.about == LimitKind.GROUP and binding.of_total and binding.price < 0
    assert binding.cost is not None and binding.cost > 0


def test_a_month_takes_no_more_than_its_most():
    model, basis, inputs = _asked()
    month = horizon_months(basis)[1]
    cap = Limit.month(month, None, 50_000.0)
    asked = replace(inputs, months=(cap,), flighting=Flighting.OPTIMISED)
    answer = solve_budget(model, asked, basis, draws=DRAWS)
    assert _months(answer)[month] <= 50_000.02
    assert answer.total_value == pytest.approx(inputs.total_value, abs=0.01)


def test_a_rule_by_name_is_kept():
    model, basis, inputs = _asked()
    rule = Limit.linear("Search twice Facebook", {"search_S": 1.0, "facebook_S": -2.0}, 0.0)
    answer = solve_budget(model, replace(inputs, rules=(rule,)), basis, draws=DRAWS)
    assert _spent(answer, "search_S") >= 2 * _spent(answer, "facebook_S") - 0.05


def test_a_channel_on_test_gets_nothing_or_enough():
    model, basis, inputs = _asked()
    answer = solve_budget(model, _limited(inputs, "search_S", test_value=40_000.0), basis, draws=DRAWS)
    spent = _spent(answer, "search_S")
    assert spent < 0.02 or spent >= 40_000 - 0.02


def test_one_channel_is_pulsed_while_the_others_run_evenly():
    model, basis, inputs = _asked()
    asked = replace(_limited(inputs, "tv_S", flighting=Flighting.PULSED), pulse=(1, 4))
    answer = solve_budget(model, asked, basis, draws=DRAWS)
    tv = [row["tv_S"] for row in answer.schedule]
    other = [row["print_S"] for row in answer.schedule]
    assert [money > 0 for money in tv] == [period % 4 == 0 for period in range(13)]
    assert max(other) - min(other) < 0.02


def test_a_least_a_week_holds_in_every_week_without_a_most():
    model, basis, inputs = _asked()
    asked = _limited(inputs, "search_S", period_minimum_value=1_000.0)
    problem = problem_of(model, asked)
    assert problem.period_bounds["search_S"] == (1_000.0, float("inf"))
    answer = solve_budget(model, asked, basis, draws=DRAWS)
    assert min(row["search_S"] for row in answer.schedule) >= 999.99


def test_geos_differ_within_their_limits():
    model, basis, inputs = _asked(geo_model())
    channel, geo = basis.channels[0], basis.geos[0]
    floor = 2 * basis.of(geo).recent[channel]
    asked = replace(inputs, by_geo=True, geo_limits=(Limit.geo(channel, geo, floor),))
    answer = solve_budget(model, asked, basis, draws=DRAWS)
    money = {(cell.geo, cell.channel): cell for cell in answer.geos}
    assert money[(geo, channel)].after_value >= floor - 0.02
    assert sum(cell.after_value for cell in answer.geos) == pytest.approx(answer.total_value, abs=0.02)
    assert sum(cell.before_value for cell in answer.geos) == pytest.approx(answer.total_value, rel=1e-6)


def test_before_and_plan_spend_the_same_to_the_cent():
    model, basis, inputs = _asked()
    answer = solve_budget(model, inputs, basis, draws=DRAWS)
    assert sum(own.before_value for own in answer.channels) == pytest.approx(answer.total_value, abs=0.001)


def test_no_plan_passes_the_bound_and_the_best_one_nearly_reaches_it():
    model, basis, inputs = _asked()
    answer = solve_budget(model, inputs, basis, draws=DRAWS)
    assert 0.99 < answer.reached_share <= 1.0


def test_a_plan_is_compared_with_last_year_where_that_is_asked():
    model, basis, _ = _asked()
    before = basis_for_reference(basis, Reference.LAST_YEAR)
    asked = replace(first_budget(before), reference=Reference.LAST_YEAR)
    answer = solve_budget(model, asked, before, draws=DRAWS)
    assert answer.reference == Reference.LAST_YEAR
    assert [own.recent_value for own in answer.channels] == list(before.recent.values())


def test_caution_costs_expectation_and_helps_the_worst_cases():
    model, basis, inputs = _asked()
    bold = solve_budget(model, inputs, basis, draws=DRAWS)
    careful = solve_budget(model, replace(inputs, risk=RiskView.CVAR), basis, draws=DRAWS)
    assert careful.expected_kpi <= bold.expected_kpi * (1 + 1e-6)
    assert careful.worst_kpi >= bold.worst_kpi * (1 - 1e-3)


def test_a_split_from_the_frontier_can_be_adopted():
    model, basis, inputs = _asked()
    answer = solve_budget(model, inputs, basis, draws=DRAWS)
    points = frontier_points(model, inputs, answer)
    assert [point.kpi for point in points] == sorted((point.kpi for point in points), reverse=True)
    chosen = adopted(inputs, points[-1])
    taken = solve_budget(model, chosen, basis, draws=DRAWS)
    near = 2e-5 * answer.total_value
    for outcome in taken.channels:
        assert outcome.after_value == pytest.approx(points[-1].spend_value[outcome.channel], abs=near)
    assert not taken.bindings
    assert read_budget_inputs(to_json(chosen)) == chosen


def test_the_most_money_is_found_at_which_the_next_still_pays():
    model, basis, inputs = _asked()
    wide = tuple(replace(own, maximum_value=10 * own.maximum_value) for own in inputs.limits)
    asked = replace(
        inputs, limits=wide, goal=Goal.TARGET_MROAS, target_value=3.0, total_value=10 * inputs.total_value
    )
    answer = solve_budget(model, asked, basis, draws=DRAWS)
    assert 0 < answer.total_value < asked.total_value
