"""Goal seek: the money found reaches the target and a cent less would not; what cannot be reached is said."""

import numpy as np
import pytest

from core.errors import UserError
from core.mmm.planning.basis import read_basis
from core.mmm.planning.goal_seek import MOST_TIMES, GoalQuestion, seek_goal
from core.mmm.planning.whatif import forecast_recent, solve_whatif
from core.mmm.planning.whatif_schedule import first_whatif, scale
from tests.core.mmm.samples import robyn_model


@pytest.fixture(scope="module")
def case():
    model = robyn_model()
    basis = read_basis(model)
    return model, basis, forecast_recent(model, basis, 100)


def _kpi(case, inputs, whole=False):
    model, basis, recent = case
    answer = solve_whatif(model, inputs, basis, recent)
    return (answer.whole_kpi if whole else answer.kpi).mean


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("channel", ["search_S", None])
def test_the_money_found_is_the_least_that_reaches_the_target(case, channel, whole):
    model, basis, recent = case
    first = first_whatif(basis)
    now = _kpi(case, first, whole)
    place = basis.channels.index("search_S")
    rise = 0.2 * (recent.effects.window[:, place].mean() if channel else recent.effects.window.sum(1).mean())
    found = seek_goal(model, GoalQuestion(now + rise, channel, whole), first, basis, recent)
    assert found.reached and not found.free
    assert found.spend_value > found.now_value
    assert _kpi(case, found.inputs, whole) == pytest.approx(now + rise, rel=1e-5)
    assert _kpi(case, found.inputs, whole) >= now + rise
    assert found.kpi.mean == pytest.approx(now + rise, rel=1e-5)
    if channel:
        less = scale(found.inputs, basis, channel, found.spend_value * 0.999)
        assert _kpi(case, less, whole) < now + rise
    else:
        shares = [
            found.inputs.money(name) / first.money(name) for name in basis.channels if first.money(name)
        ]
        assert np.ptp(shares) < 1e-3


def test_with_certainty_it_takes_more_money(case):
    model, basis, recent = case
    first = first_whatif(basis)
    target = _kpi(case, first)
    average, sure = (
        seek_goal(model, GoalQuestion(target, None, False, certainty), first, basis, recent)
        for certainty in (None, 0.6)
    )
    assert sure.spend_value > average.spend_value
    assert sure.probability == pytest.approx(0.6, abs=0.02)


def test_what_cannot_be_reached_is_said_with_the_most_there_is(case):
    model, basis, recent = case
    found = seek_goal(model, GoalQuestion(1e12, "tv_S"), first_whatif(basis), basis, recent)
    assert not found.reached and found.probability == 0
    assert (
        found.spend_value == found.limit_value == pytest.approx(MOST_TIMES * basis.largest["tv_S"], abs=0.01)
    )
    assert found.beyond_seen


def test_a_target_that_comes_by_itself_costs_nothing(case):
    model, basis, recent = case
    found = seek_goal(model, GoalQuestion(1.0, "tv_S"), first_whatif(basis), basis, recent)
    assert found.free and found.spend_value == 0 and found.inputs.money("tv_S") == 0


def test_a_target_that_is_none_is_refused(case):
    model, basis, recent = case
    with pytest.raises(UserError):
        GoalQuestion(0.0)
    with pytest.raises(UserError):
        GoalQuestion(1.0, certainty=1.5)
    with pytest.raises(UserError, match="no paid channel"):
        seek_goal(model, GoalQuestion(1.0, "radio"), first_whatif(basis), basis, recent)
