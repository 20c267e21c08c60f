"""What a plan starts from: the horizon after the data, recent spend, the most ever spent, future rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from core.data.calendar import Granularity, following_dates
from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.cents import round_to_sum, to_cents
from core.mmm.fitted import FittedMMM
from core.mmm.model.media import exposure_per_spend, reference_frequency
from core.mmm.optimiser.horizon import geo_shares

FIRST_PERIODS = {Granularity.DAILY: 28, Granularity.WEEKLY: 13, Granularity.MONTHLY: 3}
MOST_PERIODS = {Granularity.DAILY: 364, Granularity.WEEKLY: 104, Granularity.MONTHLY: 24}


@dataclass(frozen=True)
class PlanBasis:
    """The recent past of a model's paid channels and the horizon that begins right after it.

    `recent`: money by channel over the last `periods` periods; `largest`: the most over as many consecutive
    ones; `usual`: recent money, or where there is none the average over as many periods. `most_periods` is
    the longest horizon that means anything. `dates` are those of the horizon, `actual` the KPI by date. All
    geos together. `history`: money by date and channel; `peak`: the most in any one period; `largest_total`:
    the most over as many periods on all channels together. `by_geo`: the same basis of each geo of a panel;
    `geo_shares`: each geo's present share of a channel's money (geo x channel).
    """

    channels: tuple[str, ...]
    frequency: Granularity
    periods: int
    dates: pd.DatetimeIndex
    recent: Mapping[str, float]
    largest: Mapping[str, float]
    usual: Mapping[str, float]
    most_periods: int
    actual: pd.Series = field(compare=False)
    history: pd.DataFrame = field(compare=False)
    by_geo: Mapping[str, PlanBasis] = field(default_factory=dict, compare=False)
    geo_shares: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False)

    @property
    def geos(self) -> tuple[str, ...]:
        """Geos of a panel; none for national data."""
        return tuple(self.by_geo)

    def of(self, geo: str) -> PlanBasis:
        """The basis of one geo, or this one where no geo is named."""
        return self.by_geo[geo] if geo else self

    @cached_property
    def peak(self) -> Mapping[str, float]:
        """The most money in any one period, by channel."""
        return {name: to_cents(self.history[name].max()) for name in self.channels}

    @cached_property
    def largest_total(self) -> float:
        """The most money of all channels together over as many consecutive periods."""
        whole = self.history.sum(axis=1).to_numpy(float)[:, None]
        return to_cents(_window_sums(whole, self.periods).max())

    def recent_series(self, channel: str) -> tuple[float, ...]:
        """Money of the last periods, one amount per period of the horizon."""
        return tuple(self.history[channel].to_numpy(float)[-self.periods :])

    def last_year(self, channel: str) -> tuple[float, ...] | None:
        """Money of the same periods a year before; None where the data are shorter than that."""
        own, year = self.history[channel].to_numpy(float), round(self.frequency.periods_per_year)
        if len(own) < year:
            return None
        return tuple(own[len(own) - year + np.arange(self.periods) % year])

    def following(self, periods: int) -> pd.DatetimeIndex:
        """The dates of a horizon of another length."""
        return following_dates(self.history.index[-1], self.frequency, periods)

    @property
    def period(self) -> str:
        """The word for one period."""
        return self.frequency.noun

    @property
    def start_on(self) -> str:
        """First date of the horizon."""
        return str(self.dates[0].date())

    @property
    def end_on(self) -> str:
        """Last date of the horizon."""
        return str(self.dates[-1].date())

    @property
    def recent_total(self) -> float:
        """Recent money of all channels."""
        return to_cents(sum(self.recent.values()))


def read_basis(model: FittedMMM, periods: int | None = None) -> PlanBasis:
    """The basis of a plan over `periods` periods after the data, about a quarter when not given."""
    panel = model.structure.panel
    count = periods or first_periods(model.frequency, len(model.dates))
    actual = pd.Series(panel.kpi.sum(axis=0), index=model.dates, name="kpi")
    whole = basis_of(model.frame, actual, model.frequency, count)
    if len(model.geos) == 1:
        return whole
    by_geo = {}
    for g, geo in enumerate(model.geos):
        own = panel.spend[g, :, : len(model.channels)]
        spend = pd.DataFrame(own, model.frame.index, list(model.channels))
        kpi = pd.Series(panel.kpi[g], index=model.dates, name="kpi")
        by_geo[geo] = basis_of(spend, kpi, model.frequency, count)
    shares = pd.DataFrame(geo_shares(model.structure), list(model.geos), list(model.channels))
    return replace(whole, by_geo=by_geo, geo_shares=shares)


def basis_of(spend: pd.DataFrame, actual: pd.Series, frequency: Granularity, periods: int) -> PlanBasis:
    """The basis of a plan over `periods` periods.

    `spend`: money by date (rows) and paid channel, all geos together; `actual`: KPI by date. Raises UserError
    for a horizon that is too long to mean anything, or none.
    """
    most = min(MOST_PERIODS[frequency], len(spend))
    if not 1 <= periods <= most:
        raise UserError(f"The horizon lies between 1 and {most} {frequency.noun}s; it cannot be {periods}.")
    dates = pd.DatetimeIndex(spend.index)
    names = tuple(str(name) for name in spend.columns)
    sums = _window_sums(spend.to_numpy(dtype=float), periods)
    return PlanBasis(
        channels=names,
        frequency=frequency,
        periods=periods,
        dates=following_dates(dates[-1], frequency, periods),
        recent={name: to_cents(sums[-1, i]) for i, name in enumerate(names)},
        largest={name: to_cents(sums[:, i].max()) for i, name in enumerate(names)},
        usual={name: to_cents(sums[-1, i] or sums[:, i].mean()) for i, name in enumerate(names)},
        most_periods=most,
        actual=actual,
        history=spend,
    )


def first_periods(frequency: Granularity, available: int) -> int:
    """The horizon that is offered first: about a quarter, never longer than the data."""
    return min(FIRST_PERIODS[frequency], available)


def _window_sums(spend: Floats, periods: int) -> Floats:
    """(window, channel) money over every run of `periods` consecutive periods."""
    running = np.vstack([np.zeros((1, spend.shape[1])), np.cumsum(spend, axis=0)])
    sums: Floats = running[periods:] - running[:-periods]
    return sums


def recent_spend(basis: PlanBasis) -> pd.DataFrame:
    """Money by date of the horizon (rows) and channel, as in the last periods of the data."""
    rows = {name: round_to_sum(basis.recent_series(name)) for name in basis.channels}
    return pd.DataFrame(rows, index=basis.dates.rename("date"))


def even_spend(spend: Mapping[str, float], basis: PlanBasis) -> pd.DataFrame:
    """Money by date of the horizon (rows) and channel, the same in every period."""
    rows = {name: np.full(basis.periods, spend[name] / basis.periods) for name in basis.channels}
    return pd.DataFrame(rows, index=basis.dates.rename("date"))


def horizon_curves(model: FittedMMM, basis: PlanBasis, level: float = 0.9, points: int = 120) -> pd.DataFrame:
    """Frame channel, spend, mean, lower, upper: KPI over the horizon at steady spend, both as totals."""
    curves = model.response_curves(points)
    tail = (1 - level) / 2
    frames = []
    for place, name in enumerate(model.channels):
        draws = curves.values[:, place] * basis.periods
        lower, upper = np.quantile(draws, [tail, 1 - tail], axis=0)
        spend = curves["spend"].values[place] * basis.periods
        frames.append(
            pd.DataFrame(
                {"channel": name, "spend": spend, "mean": draws.mean(axis=0), "lower": lower, "upper": upper}
            )
        )
    return pd.concat(frames, ignore_index=True)


def future_rows(model: FittedMMM, basis: PlanBasis, spend: Mapping[str, float]) -> pd.DataFrame:
    """Rows of the horizon for `predict`: media at even spend in the geos' recent shares, the rest as assumed.

    Organic media stay at their recent mean; controls and treatments repeat the same periods of a year ago, or
    their recent mean where the data are shorter than that; there are no special events.
    """
    config, panel = model.config, model.structure.panel
    # (geo, channel) raw exposure in every period: recent means, and for paid media what the spend buys, the
    # rate being exposure in each geo per unit of money spent on the channel in all geos together.
    exposure: Floats = panel.exposure[:, -basis.periods :].mean(axis=1)
    paid, rate = len(model.channels), np.nan_to_num(exposure_per_spend(model.structure))
    money = np.array([spend[name] / basis.periods for name in model.channels])
    exposure[:, :paid] = rate[:, :paid] * money * model.structure.scales.exposure[:, :paid]
    often, frequent = reference_frequency(model.structure), config.frequency_channels
    controls = repeated(panel.controls, model, basis)
    treatments = repeated(panel.treatments, model, basis)
    frames = []
    for g, geo in enumerate(model.geos):
        rows: dict[str, object] = {config.date_column: basis.dates}
        if config.geo_column and config.use_geo:
            rows[config.geo_column] = geo
        for c, name in enumerate(config.channels):
            if name in frequent:
                reach, frequency = config.reach_frequency[name]
                rows |= {reach: exposure[g, c], frequency: often[g, frequent.index(name)]}
            else:
                rows[name] = exposure[g, c]
        rows |= {name: controls[g, :, k] for k, name in enumerate(config.control_columns)}
        rows |= {name: treatments[g, :, k] for k, name in enumerate(config.treatment_columns)}
        if config.event_column:
            rows[config.event_column] = ""
        if config.population_column:
            rows[config.population_column] = panel.population[g]
        frames.append(pd.DataFrame(rows))
    return pd.concat(frames, ignore_index=True)


def repeated(values: Floats, model: FittedMMM, basis: PlanBasis) -> Floats:
    """(geo, period, column) of the horizon: the same periods a year ago, else the recent mean."""
    year, periods = round(model.frequency.periods_per_year), basis.periods
    if values.shape[1] >= year:
        places = values.shape[1] - year + np.arange(periods) % year
        return values[:, places]
    recent: Floats = values[:, -periods:].mean(axis=1, keepdims=True)
    return np.repeat(recent, periods, axis=1)


def assumptions(model: FittedMMM, basis: PlanBasis) -> tuple[str, ...]:
    """What the forecast of the whole KPI takes for granted, in sentences."""
    config, period = model.config, basis.period
    found = ["Media keep their prices."]
    others = [*config.control_columns, *config.treatment_columns]
    if others:
        names = ", ".join(config.label(name) for name in others)
        a_year_ago = len(model.dates) >= round(model.frequency.periods_per_year)
        as_before = f"as in the same {period}s a year ago" if a_year_ago else "at its recent mean"
        found.append(f"{names}: {as_before}.")
    if config.event_column:
        found.append("No special events are assumed.")
    return tuple(found)
