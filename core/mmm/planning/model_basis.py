"""What a fitted model tells a plan: its basis, its curves over a horizon, and the rows to forecast with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from core.mmm.arrays import Floats
from core.mmm.cents import round_to_sum
from core.mmm.fitted import FittedMMM
from core.mmm.model.media import exposure_per_spend, reference_frequency
from core.mmm.optimiser.geo_spend import geo_shares
from core.mmm.planning.basis import PlanBasis, basis_of, first_periods
from core.mmm.planning.drivers import repeated


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
