"""A month as planning sees it: its days, and its targets for a geo."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import pandas as pd

from core.errors import UserError
from core.promo.days import ALL_GEOS

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
