"""Small plans with known figures, shared by the tests of plans."""

from __future__ import annotations

import datetime as dt

import numpy as np

from core.charts.formats import Wording
from core.mmm.choices import Flighting, Goal
from core.mmm.optimiser.limit import Limit
from core.mmm.planning.answers import (
    Binding,
    BudgetAnswer,
    ChannelOutcome,
    ForecastPoint,
    PlanDraws,
    WhatIfAnswer,
    saved_draws,
)
from core.mmm.planning.budget_inputs import BudgetInputs, ChannelSettings, Reference, RiskView
from core.mmm.planning.compare import ComparedPlan
from core.mmm.results.evidence import Estimate

LEVEL = 0.9
LABELS = {"tv_S": "Television", "search_S": "Search"}
WORDING = Wording(labels=LABELS, colours={"tv_S": "#1f77b4", "search_S": "#d62728"})


def limits(locked: bool = False) -> tuple[ChannelSettings, ...]:
    """Television at 100 k (locked if wished), search at 50 k, both free up to 150 k."""
    return (
        ChannelSettings("tv_S", 100_000.0, 0.0, 150_000.0, locked),
        ChannelSettings(
            "search_S",
            50_000.0,
            10_000.0,
            150_000.0,
            period_maximum_value=15_000.0,
            flighting=Flighting.PULSED,
        ),
    )


def inputs() -> BudgetInputs:
    """A problem that uses every field."""
    return BudgetInputs(
        periods=13,
        total_value=150_000.0,
        limits=limits(),
        groups=(
            Limit.group("all", ("tv_S", "search_S"), 1.0),
            Limit.group("Digital", ("search_S",), 0.4, 0.6, of_total=True),
        ),
        goal=Goal.TARGET_KPI,
        target_value=1e6,
        margin_share=0.3,
        risk=RiskView.CVAR,
        risk_share=0.2,
        level=0.8,
        reference=Reference.LAST_YEAR,
        pulse=(1, 3),
        months=(Limit.month("2026-01", 10_000.0, 80_000.0),),
        rules=(
            Limit.linear("TV twice search", {"tv_S": 1.0, "search_S": -2.0}, 0.0, start=dt.date(2026, 2, 1)),
        ),
        by_geo=True,
        geo_limits=(Limit.geo("tv_S", "North", 1_000.0, 90_000.0),),
    )


def outcome(channel: str, before: float, after: float, seen: float = 150_000.0) -> ChannelOutcome:
    """A channel with an incremental return of 2."""
    before_kpi = Estimate(2 * before, before, 3 * before)
    after_kpi = Estimate(2 * after, after, 3 * after)
    roas = Estimate(2.0, 1.0, 3.0) if after else None
    return ChannelOutcome(
        channel, before, before, after, seen, before_kpi, after_kpi, Estimate(2.0, 1.0, 3.0), roas, roas
    )


def draws(shift: float = 0.0, seed: int = 1, count: int = 200) -> PlanDraws:
    """Totals that vary much from draw to draw, all moved by `shift`."""
    common = np.random.default_rng(5).normal(300_000, 60_000, count)
    return saved_draws(common + shift, np.full(count, 10_000.0), seed)


def budget_answer(moved: float = 40_000.0, shift: float = 25_000.0) -> BudgetAnswer:
    """Money moved from television to search, better by `shift` in every draw."""
    total, before = draws(shift), draws()
    return BudgetAnswer(
        channels=(
            outcome("tv_S", 100_000.0, 100_000.0 - moved),
            outcome("search_S", 50_000.0, 50_000.0 + moved),
        ),
        kpi=Estimate.of(np.array(total.window), LEVEL),
        kpi_after=Estimate.of(np.array(total.after), LEVEL),
        before_kpi=Estimate.of(np.array(before.window), LEVEL),
        before_after=Estimate.of(np.array(before.after), LEVEL),
        recent_kpi=Estimate.of(np.array(before.total), LEVEL),
        roas=Estimate(2.0, 1.0, 3.0),
        difference=Estimate(shift, shift / 2, shift * 1.5),
        probability_better=0.97,
        bindings=(
            Binding("tv_S", "minimum", False, 60_000.0, 0.5, 41_000.0),
            Binding("total", "total", False, 150_000.0, 1.7),
        ),
        schedule=({"date": "2026-01-05", "tv_S": 100_000.0 - moved, "search_S": 50_000.0 + moved},),
        start_on="2026-01-05",
        end_on="2026-03-30",
        draws=total,
        kkt_residual=1e-6,
        notes=("A note.",),
    )


def whatif_answer(moved: float = 10_000.0) -> WhatIfAnswer:
    """Search raised by `moved`, nothing else touched."""
    point = ForecastPoint("2026-01-05", Estimate(10.0, 8.0, 12.0), Estimate(9.0, 7.0, 11.0), 6.0)
    total = draws(5_000.0)
    return WhatIfAnswer(
        channels=(outcome("tv_S", 100_000.0, 100_000.0), outcome("search_S", 50_000.0, 50_000.0 + moved)),
        kpi=Estimate.of(np.array(total.window), LEVEL),
        kpi_after=Estimate.of(np.array(total.after), LEVEL),
        recent_kpi=Estimate.of(draws().total, LEVEL),
        roas=Estimate(2.0, 1.0, 3.0),
        difference=Estimate(5_000.0, 1_000.0, 9_000.0),
        probability_better=0.995,
        forecast=(point,),
        whole_kpi=Estimate(10.0, 8.0, 12.0),
        start_on="2026-01-05",
        end_on="2026-03-30",
        draws=total,
        assumptions=("Controls repeat last year.",),
    )


def saved(
    scenario_id: int, name: str, shift: float = 0.0, *, model_id: int = 7, periods: int = 13
) -> ComparedPlan:
    """A saved plan whose draws are all moved by `shift`."""
    return ComparedPlan(scenario_id, name, model_id, "Model", periods, budget_answer(shift=shift))
