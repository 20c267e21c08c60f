"""What was forecast and what was sold, by cell and day, over a promotion and the two weeks after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd

from core.errors import UserError
from core.promo.baseline import Baseline, History
from core.promo.days import ALL_GEOS, Cell, CellDays, Flags, Floats, Measure, cell_days
from core.promo.events import FAR
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.scenario import PromoScenario

ROUNDS = 20  # of fitting to both margins: it settles in a few


@dataclass(frozen=True)
class DailyComparison:
    """`baseline`, `forecast` (cell, day) sales and `actual` (3, cell, day) sales, margin and units, 0 where a
    cell sold nothing; `promo` (cell, day) promotions that really ran, `depth` their discounts in percent;
    `known` (day,) whether the day's sales are there; `during` (day,) the promotion's days. `past` what was
    known before it, `missed_sd` the baseline's error in backtests; `left_out` what could not be compared, in
    sentences.
    """

    cells: tuple[Cell, ...]
    dates: pd.DatetimeIndex
    past: History
    baseline: Floats
    forecast: Floats
    actual: Floats
    promo: Flags
    depth: Floats
    known: Flags
    during: Flags
    missed_sd: float
    left_out: tuple[str, ...] = ()

    @property
    def compared(self) -> Flags:
        """(day,) the promotion's days whose sales are there."""
        return np.asarray(self.during & self.known)

    @property
    def ran(self) -> Flags:
        """(cell, day) promotions that really ran on these days."""
        return np.asarray(self.promo & self.compared)

    def on(self, cells: Flags | None, days: Flags) -> Flags:
        """(cell, day) the mask of some cells (all by default) on some days."""
        rows = np.ones(len(self.cells), bool) if cells is None else cells
        return np.asarray(rows[:, None] & days[None, :])

    def log_covariance(self, parts: Sequence[Floats]) -> Floats:
        """(sum, sum) covariance of the logs of sums of daily sales, each given by its (cell, day) part of the
        forecast: how far sums of the baseline may be off, on the log scale, with their correlations.

        For sums S_g of baseline sales B[c,t] with weights w = B / S_g, to first order

            cov(log S_g, log S_h) = w_g' X C X' w_h + sigma^2 w_g'w_h + tau^2 sum_k w_gk w_hk + common^2

        with the calendar's design X and posterior covariance C of the regression, its daily noise sigma,
        what each week k has of its own in all cells (tau), and what past forecasts of the method missed by in
        total beyond that (`common`, from the rolling backtest).
        """
        cells, found = self.past.days.cells, self.past.regression
        whole = np.zeros((len(parts), len(cells), len(self.dates)))
        whole[:, [cells.index(cell) for cell in self.cells]] = np.stack(list(parts))
        flat = whole.reshape(len(parts), -1)
        weights = flat / np.maximum(flat.sum(axis=1, keepdims=True), 1e-12)
        total = flat.sum(axis=0, keepdims=True) / np.maximum(flat.sum(), 1e-12)
        design, places = found.calendar_design(self.dates)
        week = np.tile(np.arange(len(self.dates)) // 7, len(cells))
        by_week = week[:, None] == np.arange(week[-1] + 1)

        def known(rows: Floats) -> Floats:
            terms, weeks = rows @ design, rows @ by_week
            calendar = terms @ found.covariance[np.ix_(places, places)] @ terms.T
            return np.asarray(
                calendar + found.noise_sd**2 * rows @ rows.T + found.week_sd**2 * weeks @ weeks.T
            )

        return np.asarray(known(weights) + max(self.missed_sd**2 - float(known(total)[0, 0]), 0.0))

    def of(self, departments: set[str], channels: set[str] | None = None) -> Flags:
        """(cell,) which cells belong to the departments, in some sales channels or all."""
        return np.array(
            [
                cell.department in departments and (channels is None or cell.channel in channels)
                for cell in self.cells
            ]
        )

    def among(self, places: set[tuple[str, str]]) -> Flags:
        """(cell,) which cells are of these departments and sales channels."""
        return np.array([(cell.department, cell.channel) in places for cell in self.cells])


def daily_comparison(
    scenario: PromoScenario, kpis: PromoKpis, actual_sales: pd.DataFrame, baseline: Baseline
) -> DailyComparison:
    """Forecast and actual of one promotion. UserError where no day of it has sales yet."""
    last = min(scenario.end + timedelta(days=FAR), scenario.start + timedelta(days=365))
    dates = pd.date_range(scenario.start, last, freq="D")
    past = baseline.before(scenario.start)
    # A model estimated again knows cells that began later: they had no forecast.
    sold = dict(zip(past.days.cells, np.asarray(past.days.sold.any(axis=1)), strict=True))
    cells = tuple(c for c in sold if sold[c] and (scenario.geo in (ALL_GEOS, c.geo) or c.geo == ALL_GEOS))
    at = [past.days.cells.index(cell) for cell in cells]
    plain = past.cubes(dates)[Measure.SALES][at]
    found = _rows(scenario, actual_sales, dates)
    actual, promo, depth, known = _placed(found, cells, dates)
    known = known | ((plain.sum(axis=0) == 0) & (dates <= found.dates[-1]))
    known &= np.arange(len(dates)) <= _reached(found, cells, plain, dates)
    during = np.asarray(dates <= pd.Timestamp(scenario.end))
    if not (known & during).any():
        raise UserError(
            f"The actual sales hold no day of the promotion ({scenario.start} to {scenario.end})."
        )
    comparison = DailyComparison(
        cells, dates, past, plain, plain, actual, promo, depth, known, during, baseline.missed_sd,
        _strange(found, cells),
    )  # fmt: skip
    return _compared(replace(comparison, forecast=_forecast(comparison, kpis)))


def _rows(scenario: PromoScenario, sales: pd.DataFrame, dates: pd.DatetimeIndex) -> CellDays:
    days = pd.to_datetime(sales["date"]).dt.normalize()
    wanted = (days >= dates[0]) & (days <= dates[-1])
    if "geo" in sales and scenario.geo != ALL_GEOS and set(sales["geo"].astype(str)) != {ALL_GEOS}:
        wanted &= sales["geo"].astype(str) == scenario.geo
    if not wanted.any():
        raise UserError(
            f"The actual sales hold no day of the promotion ({scenario.start} to {scenario.end})."
        )
    return cell_days(sales[wanted])


def _placed(
    found: CellDays, cells: tuple[Cell, ...], dates: pd.DatetimeIndex
) -> tuple[Floats, Flags, Floats, Flags]:
    first = int((found.dates[0] - dates[0]).days)
    actual = np.zeros((len(Measure), len(cells), len(dates)))
    promo, known = np.zeros(actual.shape[1:], bool), np.zeros(len(dates), bool)
    depth = np.zeros(promo.shape)
    span = slice(first, first + len(found.dates))
    known[span] = ~np.isnan(found.sales).all(axis=0)
    for place, cell in enumerate(cells):
        if cell in found.cells:
            row = found.cells.index(cell)
            for at, values in enumerate((found.sales, found.margin, found.units)):
                actual[at, place, span] = np.nan_to_num(values[row])
            promo[place, span], depth[place, span] = found.promo[row], found.discount_pct[row]
    return actual, promo, depth, known


def _reached(found: CellDays, cells: tuple[Cell, ...], plain: Floats, dates: pd.DatetimeIndex) -> int:
    """The last day of `dates` that the sales of every sales channel and geo reach: beyond it a file is still
    to come, which must not count as nothing sold. Days on which a channel is closed are not waited for."""
    reach: dict[tuple[str, str], int] = {}
    first = int((found.dates[0] - dates[0]).days)
    for row, cell in enumerate(found.cells):
        if cell in cells:
            last, key = first + int(np.flatnonzero(~np.isnan(found.sales[row]))[-1]), (cell.channel, cell.geo)
            reach[key] = max(reach.get(key, -1), last)
    for key in reach:
        mine = [(cell.channel, cell.geo) == key for cell in cells]
        open_on = plain[mine].sum(axis=0) > 0
        while reach[key] + 1 < len(dates) and not open_on[reach[key] + 1]:
            reach[key] += 1
    return min(reach.values(), default=len(dates) - 1)


def _strange(found: CellDays, cells: tuple[Cell, ...]) -> tuple[str, ...]:
    return tuple(
        f"{cell}: not sold before the promotion, so it had no forecast; left out on both sides."
        for cell in found.cells
        if cell not in cells
    )


def _forecast(comparison: DailyComparison, kpis: PromoKpis) -> Floats:
    """The baseline times what the lines bring, fitted in turn to the forecast's sums by sales channel and by
    department (iterative proportional fitting, Deming & Stephan 1940); after the promotion the baseline."""
    gains: dict[tuple[str, str], float] = {}
    for line in kpis.lines:
        if line.baseline_sales_value > 0:
            gain = line.share * line.sales_value_delta / line.baseline_sales_value
            gains[line.department, line.channel] = gains.get((line.department, line.channel), 0.0) + gain
    factor = np.array([1 + gains.get((cell.department, cell.channel), 0.0) for cell in comparison.cells])
    found = comparison.baseline * np.where(comparison.during, factor[:, None], 1.0)
    for _ in range(ROUNDS):
        for key in ("channel", "department"):
            for row in kpis.breakdown[f"by_{key}"]:
                cells = np.array([getattr(cell, key) == str(row[key]) for cell in comparison.cells])
                own = comparison.on(cells, comparison.during)
                whole = float(found[own].sum())
                found = np.where(
                    own, found * (float(row["sales_value"]) / whole if whole > 0 else 1.0), found
                )
    return np.asarray(found)


def _compared(comparison: DailyComparison) -> DailyComparison:
    """Without cells of which the actual sales hold nothing at all although they were forecast: a file that
    has not arrived yet must not count as a failure."""
    seen = comparison.compared
    empty = (comparison.actual[0][:, seen].sum(axis=1) == 0) & (comparison.forecast[:, seen].sum(axis=1) > 0)
    gaps = comparison.during & ~comparison.known
    words = [f"{comparison.cells[place]}: no actual sales yet; left out." for place in np.flatnonzero(empty)]
    if gaps.any():
        words.append(f"{gaps.sum()} of {comparison.during.sum()} days have no actual sales yet; left out.")
    keep = ~empty
    if not keep.any():
        raise UserError("The actual sales hold none of the departments that were forecast.")
    return replace(
        comparison,
        cells=tuple(cell for cell, kept in zip(comparison.cells, keep, strict=True) if kept),
        baseline=comparison.baseline[keep], forecast=comparison.forecast[keep],
        actual=comparison.actual[:, keep], promo=comparison.promo[keep], depth=comparison.depth[keep],
        left_out=(*comparison.left_out, *words),
    )  # fmt: skip
