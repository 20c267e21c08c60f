"""One of everything that is kept of promotions, and a look at all of it as somebody else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from core.promo.brief.values import Asset, CreativeBrief
from core.promo.opportunities.values import Opportunity, OpportunityKind
from core.promo.post_mortem.values import Cannibalisation, PostMortem, PostPromoDip
from core.promo.scenarios.kpis import LineKpis, PromoKpis
from core.promo.scenarios.scenario import Mechanic, PromoScenario, ScenarioType
from core.promo.scenarios.verdict import Fix, FixKind, Issue, IssueSeverity, IssueType, LineFix, Verdict

START, END = dt.date(2026, 3, 2), dt.date(2026, 3, 8)


def plan(label: str = "Spring", discount: float = 20.0) -> PromoScenario:
    """A promotion of TV online and Audio offline."""
    lines = (
        Mechanic("TV", "online", discount, ("LOYAL",), "main hero"),
        Mechanic("Audio", "offline", 10.0),
    )
    return PromoScenario(label, START, END, ScenarioType.BALANCED, lines, legal_text="While stocks last.")


def figures(sales: float = 120_000.456) -> PromoKpis:
    """What the plan is expected to bring."""
    totals = {
        "sales_value": sales,
        "margin_value": 24_000.0,
        "margin_pct": 20.0,
        "ebit": 12_000.0,
        "units": 900.4,
    }
    deltas = {
        "sales_value": 20_000.0,
        "margin_value": -500.0,
        "margin_pct": -2.5,
        "ebit": -2_500.0,
        "units": 99.6,
    }
    line = LineKpis(
        "TV", "online", 20.0, ("LOYAL",), 0.4, 50_000.0, 60_000.0, 10_000.0, -200.0, 50.0, 40.0, 60.0, 22.0,
        11.0, pooled=False, untried=False, deepest_pct=30.0,
    )  # fmt: skip
    return PromoKpis(
        totals=totals,
        deltas=deltas,
        baseline={name: totals[name] - deltas[name] for name in totals},
        breakdown={
            "by_channel": ({"channel": "online", **totals},),
            "by_department": ({"department": "TV", **totals},),
            "by_segment": ({"segment_id": "LOYAL", **totals},),
        },
        intervals={"sales_value": (100_000.0, 140_000.0), "ebit_delta": (-9_000.0, 4_000.0)},
        lines=(line,),
        cannibalised={"Audio": {"sales_value": 300.0, "lower": 100.0, "upper": 500.0}},
        dip={"first_on": "2026-03-09", "last_on": "2026-03-22", "share": -0.05},
        notes=("Audio, offline has no promotion of its own to learn from.",),
        period_start=START,
        period_end=END,
        model_version="3",
        historical_ranges={"sales_value": (50_000.0, 200_000.0)},
    )


def warning() -> Verdict:
    """A verdict with one issue and its fix."""
    fix = Fix(FixKind.DISCOUNTS, (LineFix("TV", "online", 15.0, ("LOYAL",)),))
    issue = Issue(
        IssueType.MARGIN_THRESHOLD,
        IssueSeverity.MEDIUM,
        "TV earns 11 %.",
        "Set TV, online to 15 %.",
        "TV",
        fix,
    )
    return Verdict("WARN", 90, (issue,))


def outcome(sales: float = 110_000.0) -> PostMortem:
    """How the plan ended."""
    forecast = dict(figures().totals)
    return PostMortem(
        period_start=START,
        period_end=END,
        covered_until=END,
        forecast=forecast,
        actual=forecast | {"sales_value": sales},
        errors={"sales_value": -8.33, "margin_value": 0.0, "margin_pct": 0.0, "ebit": None, "units": 0.0},
        intervals={"sales_value": (100_000.0, 140_000.0)},
        by_channel=(),
        by_department=(),
        post_promo_dip=PostPromoDip(
            -0.12, -0.2, -0.04, True, dt.date(2026, 3, 9), dt.date(2026, 3, 15), -4_000.0
        ),
        cannibalization_signals=(Cannibalisation("Audio", -0.06, -0.1, -0.02, True, -900.0),),
        insights=("Sold 8 % less than forecast.",),
        learning_points=("20 % off TV brings less than was thought.",),
        model_version="3",
    )


def creative() -> CreativeBrief:
    """A brief with one asset."""
    asset = Asset("homepage_hero", "Up to 20 % off TV", "For members", "Shop now", ("TV",))
    return CreativeBrief("Close the gap of March", legal=("While stocks last.",), assets=(asset,))


def chance(rank: int = 1, department: str = "TV", **other: Any) -> Opportunity:
    """An opportunity of March 2026."""
    given: dict[str, Any] = {
        "rank": rank,
        "month": "2026-03",
        "geo": "DE",
        "kind": OpportunityKind.CLOSE_GAP,
        "department": department,
        "channel": "online",
        "score": 80.0,
        "start": START,
        "end": END,
        "suggested": Mechanic(department, "online", 15.0),
        "scenario_type": ScenarioType.BALANCED,
        "sales_value_gain": 9_000.0,
        "margin_value_gain": 400.0,
        "ebit_gain": -500.0,
        "intervals": {"sales_value": (5_000.0, 13_000.0)},
        "gap_closed_share": 0.3,
        "headroom_pct": 5.0,
        "season_share": 1.1,
        "confidence": 0.4,
        "why": ("March lacks 30,000.",),
    }
    return Opportunity(**given | other)


def some_targets() -> pd.DataFrame:
    """Two months of one geo; the second without units."""
    return pd.DataFrame(
        {
            "month": ["2026-04", "2026-03"],
            "geo": ["DE", "DE"],
            "sales_value_target": [500_000.0, 450_000.5],
            "margin_pct_target": [21.5, 22.0],
            "units_target": [None, 4_000],
        }
    )


def some_promotions() -> pd.DataFrame:
    """Two past promotions as a file of them is read."""
    return pd.DataFrame(
        {
            "promo_name": ["Black Friday", "Easter"],
            "date_start": pd.to_datetime(["2025-11-24", "2025-04-14"]),
            "date_end": pd.to_datetime(["2025-11-30", "2025-04-21"]),
            "departments": [["TV", "Audio"], ["Gaming"]],
            "channels": [["online"], ["online", "offline"]],
            "avg_discount_pct": [25.0, None],
            "mechanics": [None, [{"department": "Gaming"}]],
        }
    )
