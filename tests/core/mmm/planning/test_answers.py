"""Answers of plans: kept as JSON without loss, tidy as a frame, honest about what was never seen."""

import json

import numpy as np
import pytest

from core.json_values import from_json, to_json
from core.mmm.optimiser.limit import LimitKind
from core.mmm.planning.answers import BudgetAnswer, WhatIfAnswer, saved_draws
from core.mmm.planning.budget_inputs import Reference
from tests.core.mmm.plan_examples import budget_answer, outcome, whatif_answer


def test_a_what_if_answer_survives_json_unchanged():
    answer = whatif_answer()
    assert from_json(WhatIfAnswer, json.loads(json.dumps(to_json(answer)))) == answer


def test_a_budget_answer_survives_json_unchanged():
    answer = budget_answer()
    assert from_json(BudgetAnswer, json.loads(json.dumps(to_json(answer)))) == answer


def test_a_channel_without_spend_has_no_return():
    answer = budget_answer(moved=100_000.0)
    assert from_json(BudgetAnswer, to_json(answer)).channels[0].roas_after is None
    assert np.isnan(answer.frame["roas_after"].iloc[0])


def test_a_figure_that_is_not_finite_is_never_kept():
    answer = budget_answer(shift=float("nan"))
    with pytest.raises(ValueError, match="no number nan"):
        to_json(answer)


def test_money_of_the_plan_adds_up_to_the_cent():
    assert budget_answer(moved=33_333.33).total_value == 150_000.0


def test_a_channel_above_anything_seen_is_marked():
    assert outcome("tv_S", 1.0, 150_001.0).beyond_seen
    assert not outcome("tv_S", 1.0, 150_000.0).beyond_seen


def test_kept_draws_lose_nothing_that_matters():
    values = np.random.default_rng(2).normal(1e6, 1e5, 100)
    assert np.allclose(saved_draws(values, values * 0, 1).total, values, rtol=1e-6)


def test_an_answer_saved_long_ago_still_reads():
    estimate = {"mean": 2.0, "lower": 1.0, "upper": 3.0}
    channel = {
        "channel": "tv_S", "recent_value": 1.0, "before_value": 1.0, "after_value": 2.0, "seen_value": 3.0,
        "kpi_before": estimate, "kpi_after": estimate, "roas_before": None, "roas_after": estimate,
        "next_roas": None,
    }  # fmt: skip
    old = {
        "channels": [channel], "kpi": estimate, "kpi_after": estimate, "before_kpi": estimate,
        "before_after": estimate, "recent_kpi": estimate, "roas": None, "difference": estimate,
        "probability_better": 0.5, "start_on": "2026-01-05", "end_on": "2026-03-30",
        "bindings": [{"name": "all", "side": "minimum", "is_group": True, "limit_value": 1.0, "price": -0.5}],
        "schedule": [{"date": "2026-01-05", "tv_S": 2.0}],
        "draws": {"window": [1.0, 2.0], "after": [0.0, 0.5], "seed": 3},
    }  # fmt: skip
    answer = from_json(BudgetAnswer, old)
    assert answer.bindings[0].about == LimitKind.GROUP and answer.bindings[0].own
    assert answer.beyond is None and answer.reference == Reference.RECENT
    assert answer.draws.total.tolist() == [1.0, 2.5] and answer.channels[0].roas_before is None
    assert to_json(answer)["bindings"] == [
        {"name": "all", "side": "minimum", "is_group": True, "limit_value": 1.0, "price": -0.5, "cost": None,
         "kind": None, "geo": "", "of_total": False, "own": True}
    ]  # fmt: skip
