"""A spend scenario: nothing changes nothing, and the forecast moves by exactly what media move."""

from dataclasses import astuple

import numpy as np
import pytest

from core.mmm.planning.basis import first_whatif
from core.mmm.planning.model_answer import read_basis
from core.mmm.planning.whatif import forecast_recent, solve_whatif
from tests.core.mmm.samples import geo_model, robyn_model


@pytest.fixture(params=[robyn_model, geo_model], ids=["national", "geo"])
def case(request):
    model = request.param()
    basis = read_basis(model)
    return model, basis, forecast_recent(model, basis, 100)


def test_recent_spend_changes_nothing(case):
    model, basis, recent = case
    answer = solve_whatif(model, first_whatif(basis), basis, recent)
    assert answer.difference.mean == pytest.approx(0, abs=1e-6)
    assert answer.total_value == pytest.approx(basis.recent_total, abs=0.01)
    for point in answer.forecast:
        assert astuple(point.plan) == pytest.approx(astuple(point.recent))


def test_more_money_brings_more_with_a_paired_interval(case):
    model, basis, recent = case
    channel = max(basis.recent, key=basis.recent.get)
    answer = solve_whatif(model, first_whatif(basis).with_spend(channel, 150.0), basis, recent)
    assert answer.difference.lower > 0 and answer.probability_better == 1.0
    # Differences of the same draws are far more certain than the totals they come from.
    assert answer.difference.upper - answer.difference.lower < answer.kpi.upper - answer.kpi.lower


def test_the_forecast_moves_by_what_media_cause(case):
    model, basis, recent = case
    nothing = dict.fromkeys(basis.channels, 0.0)
    inputs = first_whatif(basis)
    for name in nothing:
        inputs = inputs.with_spend(name, 0.0)
    answer = solve_whatif(model, inputs, basis, recent)
    moved = sum(point.plan.mean - point.recent.mean for point in answer.forecast)
    caused = answer.kpi.mean - recent.effects.window.sum(axis=1).mean()
    assert moved == pytest.approx(caused, rel=1e-6)
    assert answer.roas is None


def test_the_same_question_gets_the_same_answer(case):
    model, basis, recent = case
    inputs = first_whatif(basis).with_spend(basis.channels[0], 130.0)
    first, second = (solve_whatif(model, inputs, basis, recent) for _ in range(2))
    assert first == second
    assert np.isfinite(first.draws.total).all()
