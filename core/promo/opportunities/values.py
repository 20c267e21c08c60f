"""What discovery finds: the gap of a month to its target, and departments whose promotion could close it."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from core.errors import UserError
from core.promo.days import ALL_GEOS
from core.promo.scenarios.scenario import Mechanic, PromoScenario, ScenarioType

Interval = tuple[float, float]


TARGETS = ("month", "geo", "sales_value_target", "margin_pct_target", "units_target")


@dataclass(frozen=True)
class Targets:
    """What a month of a geo should reach; None where nothing was set. `geos` whose targets were added up."""

    sales_value: float | None
    margin_pct: float | None
    units: float | None
    geos: tuple[str, ...] = ()


def month_span(month: str) -> tuple[dt.date, dt.date]:
    """First and last day of a month written YYYY-MM. UserError for anything else."""
    try:
        first = dt.date.fromisoformat(f"{month}-01")
    except ValueError:
        raise UserError(f"A month is written like 2024-10, not {month!r}.") from None
    return first, (pd.Timestamp(first) + pd.offsets.MonthEnd(0)).date()


def month_words(month: str) -> str:
    """A month as people write it: October 2024."""
    return f"{month_span(month)[0]:%B %Y}"


def targets_of(targets: pd.DataFrame | None, month: str, geo: str, known: set[str]) -> Targets:
    """The targets of a month. Sales that know no geos (`known` holds ALL alone) are the whole: one target geo
    stands for it, several are added up, margin weighted by sales."""
    rows = _rows(targets, month)
    whole = geo == ALL_GEOS or known == {ALL_GEOS}
    if whole and (rows["geo"] == ALL_GEOS).any():
        rows = rows[rows["geo"] == ALL_GEOS]
    elif not whole:
        rows = rows[rows["geo"] == geo]
    if not len(rows):
        return Targets(None, None, None)
    sales, margin = rows["sales_value_target"].astype(float), rows["margin_pct_target"].astype(float)
    both = sales.notna() & margin.notna()
    weight = float(sales[both].sum())
    weighed = float((sales * margin)[both].sum()) / weight if weight > 0 else float(margin.mean())
    units = float(rows["units_target"].astype(float).sum(min_count=len(rows)))
    return Targets(_known(float(sales.sum(min_count=1))), _known(weighed), _known(units), tuple(rows["geo"]))


def _rows(targets: pd.DataFrame | None, month: str) -> pd.DataFrame:
    if targets is None or not len(targets):
        return pd.DataFrame(columns=list(TARGETS))
    missing = [name for name in TARGETS if name not in targets]
    if missing:
        raise UserError(f"The targets lack the columns {', '.join(missing)}.")
    rows = targets[targets["month"].astype(str).str[:7] == month]
    return rows.assign(geo=rows["geo"].astype(str))


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


@dataclass(frozen=True)
class SavedOpportunity:
    """`opportunity` as it was found last; `planned` how many living promotions began with it."""

    id: uuid.UUID
    project_id: int
    opportunity: Opportunity
    dismissed: bool
    planned: int
    created_at: dt.datetime


class OpportunityKind(StrEnum):
    """Why a promotion is worth a look."""

    CLOSE_GAP = "close_gap"
    SEASONAL_PEAK = "seasonal_peak"
    STRONG_RESPONSE = "strong_response"
    NEVER_TRIED = "never_tried"


@dataclass(frozen=True)
class GapFigure:
    """One figure of a month: sold so far, expected for the rest, planned promotions on top, all of it
    (`expected`) with its 90 % interval, the target and what is missing (`gap`, positive: target beaten).

    Margin figures are percent of sales, their gap points; `target` and `gap` are None without a target.
    """

    actual: float
    forecast: float
    planned: float
    expected: float
    lower: float
    upper: float
    target: float | None
    gap: float | None
    gap_lower: float | None
    gap_upper: float | None


@dataclass(frozen=True)
class Gap:
    """A month (YYYY-MM) of a geo against its target. `covered_until` the last day with sales in it, None
    before the month; `first_on`, `last_on` its days still to come, both None when it is over."""

    month: str
    geo: str
    sales_value: GapFigure
    margin_pct: GapFigure
    units: GapFigure
    covered_until: dt.date | None
    first_on: dt.date | None
    last_on: dt.date | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opportunity:
    """A promotion worth planning, `rank` 1 the best.

    `suggested` is its line from `start` to `end`; gains are expected changes of sales, margin and EBIT of the
    whole shop with 90 % intervals (`intervals` by sales_value, margin_value, ebit); `gap_closed_share` of the
    missing sales (None where nothing is missing). `headroom_pct` discount allowed and not used so far,
    `season_share` the month against the department's average month (1 = average), `score` 0..100 for ranking,
    `confidence` 0..1 the chance that EBIT rises. `why` are full sentences.
    """

    rank: int
    month: str
    geo: str
    kind: OpportunityKind
    department: str
    channel: str
    score: float
    start: dt.date
    end: dt.date
    suggested: Mechanic
    scenario_type: ScenarioType
    sales_value_gain: float
    margin_value_gain: float
    ebit_gain: float
    intervals: Mapping[str, Interval]
    gap_closed_share: float | None
    headroom_pct: float
    season_share: float
    confidence: float
    why: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.score <= 100 or not 0 <= self.confidence <= 1 or self.end < self.start:
            raise UserError(
                "An opportunity has a score of 0 to 100, a confidence of 0 to 1 and days in order."
            )

    def scenario(self, label: str | None = None) -> PromoScenario:
        """The suggested promotion as a scenario to start from."""
        name = label or f"{self.department}, {self.channel}, {self.month}"
        return PromoScenario(
            name[:100], self.start, self.end, self.scenario_type, (self.suggested,), self.geo
        )
