"""What would be sold without any promotion: by cell and day, two methods, and how well each has forecast."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.errors import UserError
from core.promo.days import BaselineMethod, CellDays, Flags, Floats, Measure, cell_days
from core.promo.events import dip_days
from core.promo.regression import Regression, explain

RECENT_DAYS = 84
MOST_DAYS = 366


CLOSED_WEEKS = 8


CLEARLY = 2.0  # standard errors


@dataclass(frozen=True)
class Rules:
    """`origins` forecasts of `ahead` days each, the first after at least `least` days of history."""

    origins: int = 6
    ahead: int = 28
    least: int = 90


@dataclass(frozen=True)
class Backtest:
    """`frame` method, origin, days, mape, bias; `notes` what could not be tested."""

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()


def backtest_of(days: CellDays, rules: Rules | None = None) -> Backtest:
    """Both methods on the last months of the history; empty where it is too short."""

    rules, rows = rules or Rules(), []
    used = usable_days(days) & days.sold
    for back in range(rules.origins, 0, -1):
        cut = len(days.dates) - back * rules.ahead
        if cut < rules.least:
            continue
        past, ahead = days.until(days.dates[cut - 1]), slice(cut, cut + rules.ahead)
        # What begins to be sold later can be foreseen by no method.
        tested = used[:, ahead] & np.asarray(past.sold.any(axis=1))[:, None]
        if not tested.any():
            continue
        for method in (BaselineMethod.WEEKDAY_MEAN, BaselineMethod.SEASONAL):
            found = History(past, method).cubes(days.dates[ahead])[Measure.SALES]
            forecast, actual = found[tested], days.sales[:, ahead][tested]
            mape = float(np.abs(forecast / actual - 1).mean())
            bias = float(forecast.sum() / actual.sum() - 1)
            rows.append((method.value, days.dates[cut], int(tested.sum()), mape, bias))
    frame = pd.DataFrame(rows, columns=["method", "origin", "days", "mape", "bias"])
    if len(frame):
        return Backtest(frame)
    return Backtest(frame, ("The history is too short to test a forecast on it.",))


def better_of(tested: Backtest) -> BaselineMethod:
    """The seasonal method, unless the weekday mean was better by more than two standard errors of the paired
    differences: the tested weeks seldom hold a whole year, and what the mean cannot know of the season shows
    in the others. The weekday mean where nothing was tested.
    """
    if not len(tested.frame):
        return BaselineMethod.WEEKDAY_MEAN
    errors = tested.frame.pivot(index="origin", columns="method", values="mape")
    worse = (errors[BaselineMethod.SEASONAL.value] - errors[BaselineMethod.WEEKDAY_MEAN.value]).to_numpy()
    unsure = float(worse.std(ddof=1)) / np.sqrt(len(worse)) if len(worse) > 1 else 0.0
    return BaselineMethod.WEEKDAY_MEAN if worse.mean() > CLEARLY * unsure else BaselineMethod.SEASONAL


def usable_days(days: CellDays) -> Flags:
    """(cell, day) days that show the baseline: no promotion, no dip after one, and sales known."""
    shadows = dip_days(days)
    return ~days.promo & ~shadows.near & ~shadows.far & ~np.isnan(days.sales)


def weekday_means(days: CellDays, values: Floats, dates: pd.DatetimeIndex) -> Floats:
    """(cell, day) mean of `values` (cell, day) over usable days of the same weekday; the cell's mean where a
    weekday has none, 0 where the weekday is closed, and 0 for a cell without usable days."""
    used, weekday = usable_days(days), days.dates.weekday.to_numpy()
    known = np.where(used, np.nan_to_num(values), 0.0)
    whole = known.sum(axis=1) / np.maximum(used.sum(axis=1), 1)
    table = np.tile(whole[:, None], (1, 7))
    for k in range(7):
        count = used[:, weekday == k].sum(axis=1)
        mean = known[:, weekday == k].sum(axis=1) / np.maximum(count, 1)
        table[:, k] = np.where(count > 0, mean, whole)
    return np.where(closed_weekdays(days, dates), 0.0, table[:, dates.weekday.to_numpy()])


def closed_weekdays(days: CellDays, dates: pd.DatetimeIndex) -> Flags:
    """(cell, day) whether the weekday brought nothing in the last eight weeks, in a cell that was sold before
    these; what was not sold at all in them is closed altogether."""
    weekday, recent = days.dates.weekday.to_numpy(), slice(max(len(days.dates) - 7 * CLOSED_WEEKS, 0), None)
    begun = np.where(days.sold.any(axis=1), days.sold.argmax(axis=1), len(days.dates))
    enough = len(days.dates) - begun >= 7 * CLOSED_WEEKS
    table = np.zeros((len(days.cells), 7), bool)
    for k in range(7):
        on = weekday[recent] == k
        table[:, k] = enough & ~days.sold[:, recent][:, on].any(axis=1)
    return table[:, dates.weekday.to_numpy()]


@dataclass(frozen=True)
class Baseline:
    """The forecast of sales without promotions. `method` is the one in force; `notes` say what it
    could not know. Made by `Baseline.fit`."""

    days: CellDays
    method: BaselineMethod
    tested: Backtest
    notes: tuple[str, ...]

    @classmethod
    def fit(cls, sales: pd.DataFrame, method: BaselineMethod | str = BaselineMethod.AUTO) -> Baseline:
        """The baseline of sales facts. `auto` takes the method that forecast the past better in a rolling
        backtest. UserError for an unknown method or too little history."""
        try:
            wanted = BaselineMethod(method)
        except ValueError:
            words = ", ".join(BaselineMethod)
            raise UserError(f"The method of the baseline must be one of {words}; it is {method!r}.") from None
        days = cell_days(sales)
        tested = backtest_of(days)
        chosen = better_of(tested) if wanted == BaselineMethod.AUTO else wanted
        return cls(days, chosen, tested, _notes(days, tested))

    @property
    def backtest(self) -> pd.DataFrame:
        """Frame method, origin, days, mape, bias: how each method forecast days without promotions."""
        return self.tested.frame

    @property
    def missed_sd(self) -> float:
        """Root mean square of what the method in force missed in total in the backtest, as a share; 0 where
        none was possible."""
        if self.backtest.empty:
            return 0.0
        bias = self.backtest.loc[self.backtest["method"] == self.method.value, "bias"].to_numpy(float)
        return float(np.sqrt((bias**2).mean())) if len(bias) else 0.0

    @cached_property
    def regression(self) -> Regression:
        """The regression behind the seasonal method, fitted on all days."""
        return explain(self.days, self.days.sales)

    def forecast(self, start: object, end: object) -> pd.DataFrame:
        """Frame date, channel, department (geo where there are several), sales_value, margin_value, units,
        for every day from `start` to `end`, history after `start` unseen. UserError for a wrong range."""
        first, last = pd.Timestamp(str(start)).normalize(), pd.Timestamp(str(end)).normalize()
        if last < first:
            raise UserError(f"The range ends on {last.date()}, before it begins on {first.date()}.")
        if (last - first).days >= MOST_DAYS:
            raise UserError(f"A forecast covers at most {MOST_DAYS} days, not {(last - first).days + 1}.")
        dates = pd.date_range(first, last, freq="D")
        past = self.before(first)
        return _frame(past.days, dates, past.cubes(dates))

    def before(self, start: object) -> History:
        """What is known of the days before `start` alone. UserError where there are none."""
        first = pd.Timestamp(str(start)).normalize()
        past = History(self.days.until(first - pd.Timedelta(days=1)), self.method)
        if not len(past.days.dates):
            raise UserError(f"Nothing is known of the days before {first.date()}.")
        if len(past.days.dates) == len(self.days.dates):
            # All days are before it: the regression of all of them need not be solved again.
            past = History(self.days, self.method, self)
        return past


@dataclass(frozen=True)
class History:
    """The days before a forecast; `whole` the baseline whose regression covers just these days."""

    days: CellDays
    method: BaselineMethod
    whole: Baseline | None = None

    @cached_property
    def regression(self) -> Regression:
        """The regression of these days alone."""
        return self.whole.regression if self.whole else explain(self.days, self.days.sales)

    def cubes(self, dates: pd.DatetimeIndex) -> dict[Measure, Floats]:
        """(cell, day) of each measure at `dates`."""
        if self.method == BaselineMethod.WEEKDAY_MEAN:
            days = {
                Measure.SALES: self.days.sales,
                Measure.MARGIN: self.days.margin,
                Measure.UNITS: self.days.units,
            }
            return {measure: weekday_means(self.days, values, dates) for measure, values in days.items()}
        found = self.regression
        mean, variance = found.calendar(dates)
        sales = np.exp(mean + (variance + found.noise_sd**2) / 2) * ~closed_weekdays(self.days, dates)
        sales *= np.asarray(self.days.sold.any(axis=1))[
            :, None
        ]  # what was never sold is not expected to begin
        margin, price = recent_rates(self.days)
        return {
            Measure.SALES: sales,
            Measure.MARGIN: sales * margin[:, None],
            Measure.UNITS: sales / price[:, None],
        }


def recent_rates(days: CellDays) -> tuple[Floats, Floats]:
    """(cell,) margin as a share of sales and money per unit, over the last twelve weeks' days without
    promotions; over all of them where a cell had none, and over promotions where it knows nothing else."""
    plain: Flags = np.asarray(days.sold & ~days.promo)
    plain |= days.sold & ~plain.any(axis=1, keepdims=True)
    recent = plain.copy()
    recent[:, : max(plain.shape[1] - RECENT_DAYS, 0)] = False
    used = recent | (plain & ~recent.any(axis=1, keepdims=True))
    sums = [
        np.where(used, np.nan_to_num(part), 0.0).sum(axis=1) for part in (days.sales, days.margin, days.units)
    ]
    sales, margin, units = sums
    share: Floats = margin / np.where(sales > 0, sales, 1.0)
    # Where no pieces are counted (services, gift cards) none are forecast.
    return share, np.where(units > 0, sales / np.where(units > 0, units, 1.0), np.inf)


def _frame(days: CellDays, dates: pd.DatetimeIndex, cubes: dict[Measure, Floats]) -> pd.DataFrame:
    size = len(dates)
    columns: dict[str, object] = {
        "date": np.tile(dates.to_numpy(), len(days.cells)),
        "channel": np.repeat([cell.channel for cell in days.cells], size),
        "department": np.repeat([cell.department for cell in days.cells], size),
    }
    if len({cell.geo for cell in days.cells}) > 1:
        columns["geo"] = np.repeat([cell.geo for cell in days.cells], size)
    columns |= {measure.value: cube.ravel() for measure, cube in cubes.items()}
    return pd.DataFrame(columns)


def _notes(days: CellDays, tested: Backtest) -> tuple[str, ...]:
    found = list(tested.notes)
    months = (days.dates[-1] - days.dates[0]).days / 30.44
    if months < 14:
        found.append(
            f"The history covers {months:.0f} months: months it has not seen twice could not be tested, so "
            "their season is a guess."
        )
    always = days.sold.any(axis=1) & ~(days.sold & ~days.promo).any(axis=1)
    for place in np.flatnonzero(always):
        found.append(
            f"{days.cells[place]}: never sold without a promotion, so its usual sales cannot be told from it."
        )
    closed = closed_weekdays(days, pd.date_range(days.dates[-1] + pd.Timedelta(days=1), periods=7))
    for place in np.flatnonzero(closed.any(axis=1)):
        which = (
            "for 8 weeks; it counts" if closed[place].all() else "on some weekdays for 8 weeks; they count"
        )
        found.append(f"{days.cells[place]}: nothing was sold {which} as closed.")
    return tuple(found)
