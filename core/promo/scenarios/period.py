"""The days of a promotion as they would be without it: the baseline's forecast by cell, asked and checked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.errors import UserError
from core.promo.baseline import Baseline
from core.promo.days import ALL_GEOS, Cell, CellDays, Flags, Floats, Measure
from core.promo.scenarios.kpis import Interval, Kpi
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.settings import PromoSettings
from core.promo.uplift import Uplift

UPLIFT = "uplift_pct"
DISCOUNT = "discount_pct"


def historical_ranges(
    days: CellDays, cells: tuple[Cell, ...], uplift: Uplift, length: int
) -> dict[str, Interval]:
    """Lowest and highest by name: sales, units and margin % of any `length` days in a row (`Kpi`), the sales
    of each department ("sales_value:TV"), and of all promotions the uplift and discount in percent."""
    at = [days.cells.index(cell) for cell in cells]
    sales, margin, units = (_runs(part[at], length) for part in (days.sales, days.margin, days.units))
    whole = sales.sum(axis=0)
    rate = 100 * margin.sum(axis=0) / np.where(whole > 0, whole, np.inf)
    found = {Kpi.SALES.value: _range(whole), Kpi.UNITS.value: _range(units.sum(axis=0))}
    found[Kpi.MARGIN_PCT.value] = _range(rate)
    for name in sorted({cell.department for cell in cells}):
        mine = [place for place, cell in enumerate(cells) if cell.department == name]
        found[department_key(name)] = _range(sales[mine].sum(axis=0))
    return found | _events(uplift)


def department_key(department: str) -> str:
    """Under which name the sales of a department are kept."""
    return f"{Kpi.SALES.value}:{department}"


def _events(uplift: Uplift) -> dict[str, Interval]:
    """Of promotions in the history; nothing where there were none."""
    events = uplift.regression.events
    if not events:
        return {}
    effects, _ = uplift.regression.effects
    discounts = np.array([event.discount_pct for event in events])
    return {UPLIFT: _range(100 * np.expm1(effects)), DISCOUNT: _range(discounts)}


def _runs(cube: Floats, length: int) -> Floats:
    """(cell, run) sums over every `length` days in a row, of all days where there are fewer."""
    width = min(length, cube.shape[1])
    sums = np.concatenate([np.zeros((len(cube), 1)), np.nan_to_num(cube).cumsum(axis=1)], axis=1)
    return np.asarray(sums[:, width:] - sums[:, :-width])


def _range(values: Floats) -> Interval:
    return float(values.min()), float(values.max())


@dataclass(frozen=True)
class PromoPeriod:
    """`cells` of the geo asked for, `dates`, and `cubes` (3, cell, day) of sales, margin and units."""

    cells: tuple[Cell, ...]
    dates: pd.DatetimeIndex
    cubes: Floats

    @cached_property
    def base(self) -> Floats:
        """(3, cell) sums over the days."""
        return np.asarray(self.cubes.sum(axis=2))

    @cached_property
    def weights(self) -> Floats:
        """(cell, day) each day's share of the cell's sales; even where nothing is sold."""
        money = self.base[0][:, None]
        even = np.full(self.cubes.shape[1:], 1 / len(self.dates))
        return np.where(money > 0, self.cubes[0] / np.where(money > 0, money, 1.0), even)


def period_of(
    start: dt.date, end: dt.date, geo: str, baseline: Baseline, forecast: pd.DataFrame | None = None
) -> PromoPeriod:
    """The baseline from `start` to `end` in a geo; `forecast` may hand over `baseline.forecast` of these days
    or more. UserError for a geo that is not sold in, or a forecast of other days."""
    frame = baseline.forecast(start, end) if forecast is None else forecast
    dates = pd.date_range(start, end, freq="D")
    day = (frame["date"] - dates[0]).dt.days.to_numpy()
    geos = frame["geo"].astype(str) if "geo" in frame else pd.Series(baseline.days.cells[0].geo, frame.index)
    inside = (day >= 0) & (day < len(dates)) & in_geo(geos, geo)
    rows = frame.loc[inside, ["department", "channel"]].assign(geo=geos[inside])
    groups = rows.groupby(["department", "channel", "geo"], sort=True, observed=True)
    cells = tuple(sorted({Cell(*key) for key in rows.itertuples(index=False, name=None)}))
    if len(rows) != len(cells) * len(dates):
        raise UserError(f"The forecast does not hold every day from {start} to {end} once for every cell.")
    cubes = np.zeros((len(Measure), len(cells), len(dates)))
    cubes[:, groups.ngroup().to_numpy(), day[inside]] = frame.loc[inside, list(Measure)].to_numpy().T
    return PromoPeriod(cells, dates, cubes)


def in_geo(geos: pd.Series, wanted: str) -> Flags:
    """(row,) which rows are of a geo. Sales that know no geos are one whole, whatever the
    shop calls it. UserError for a geo that was never sold in."""
    known = sorted(set(geos))
    if wanted == ALL_GEOS or known == [ALL_GEOS]:
        return np.ones(len(geos), bool)
    if wanted not in known:
        raise UserError(f"Nothing was ever sold in the geo {wanted}; the sales know {', '.join(known)}.")
    return (geos == wanted).to_numpy()


def scenario_period(
    scenario: PromoScenario, baseline: Baseline, settings: PromoSettings, forecast: pd.DataFrame | None = None
) -> PromoPeriod:
    """The period of a promotion. UserError also naming every department and sales channel without sales and
    every unknown segment."""
    period = period_of(scenario.start, scenario.end, scenario.geo, baseline, forecast)
    sold = {cell.place for cell in period.cells}
    segments = [segment.segment_id for segment in settings.known_segments]
    known = f"known are {', '.join(segments)}" if segments else "the project has no segments yet"
    faults = [
        f"{line.label}: nothing was ever sold there, so nothing is known of a promotion."
        for line in scenario.mechanics
        if line.place not in sold
    ]
    faults += [
        f"{line.label}: the segment {name} is unknown; {known}."
        for line in scenario.mechanics
        for name in line.segments
        if not line.for_all and name not in segments
    ]
    if faults:
        raise UserError(faults)
    return period
