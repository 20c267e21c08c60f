"""What an estimated promotion model says, as tables: curves, past promotions, dip, cannibalisation, error.

Effects of the log regression come with a Normal posterior; on the scale of sales they are
exp(mean) - 1 with the interval exp(mean -+ z sd) - 1, all in percent.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from core.promo.baseline import Baseline
from core.promo.days import Floats
from core.promo.regression import Regression
from core.promo.uplift import LEVEL, Uplift

ALL_DEPARTMENTS = "All departments"
NEAR_DAYS, FAR_DAYS = "Days 1 to 7", "Days 8 to 14"
STEP_PP = 1.0
LEAST_RANGE_PCT, MOST_RANGE_PCT, BEYOND_PP = 30.0, 95.0, 5.0


def curve_table(uplift: Uplift, most_pct: float | None = None) -> pd.DataFrame:
    """Frame department, channel, geo, discount_pct, mean, lower, upper (percent of the baseline, 90 %), one
    row for each whole percent from 0 to `most_pct`, by default a little beyond the deepest discount seen."""
    discounts = np.arange(0.0, (most_pct or range_of(uplift)) + STEP_PP / 2, STEP_PP)
    parts = [_curve(uplift, place, discounts) for place in range(len(uplift.days.cells))]
    return pd.concat(parts, ignore_index=True)


def range_of(uplift: Uplift) -> float:
    """The deepest discount worth drawing: five points beyond the deepest seen, at least 30 %."""
    seen = [event.discount_pct for event in uplift.regression.events]
    return float(min(max([LEAST_RANGE_PCT, *(pct + BEYOND_PP for pct in seen)]), MOST_RANGE_PCT))


def _curve(uplift: Uplift, place: int, discounts: Floats) -> pd.DataFrame:
    cell = uplift.days.cells[place]
    found = [uplift.curve(cell.department, cell.channel, pct, cell.geo) for pct in discounts]
    mean, lower, upper = zip(*found, strict=True)
    frame = pd.DataFrame({"discount_pct": discounts, "mean": mean, "lower": lower, "upper": upper})
    for at, name in enumerate(("department", "channel", "geo")):
        frame.insert(at, name, getattr(cell, name))
    return frame


def cell_table(uplift: Uplift) -> pd.DataFrame:
    """Frame department, channel, geo, promotions, days (promo days in the estimate), deepest_pct (0 without a
    promotion of its own: then its curve is what the other cells taught)."""
    rows = []
    for place, cell in enumerate(uplift.days.cells):
        events = uplift.events_of(place)
        days = sum(event.stop - event.start for event in events)
        deepest = max((event.discount_pct for event in events), default=0.0)
        rows.append((cell.department, cell.channel, cell.geo, len(events), days, deepest))
    columns = ["department", "channel", "geo", "promotions", "days", "deepest_pct"]
    return pd.DataFrame(rows, columns=columns)


def event_table(uplift: Uplift) -> pd.DataFrame:
    """Frame department, channel, geo, start, end (inclusive), days, discount_pct, mean, lower, upper: what
    each past promotion brought against its baseline, in percent, with its own 90 % interval."""
    found, days = uplift.regression, uplift.days
    effect, sd, rows = found.effects[0], _event_sd(found), []
    for at, event in enumerate(found.events):
        cell = days.cells[event.cell]
        first, last = days.dates[event.start], days.dates[event.stop - 1]
        percent = percent_of(float(effect[at]), float(sd[at]))
        place = (cell.department, cell.channel, cell.geo, first, last, event.stop - event.start)
        rows.append((*place, event.discount_pct, *percent))
    columns = ["department", "channel", "geo", "start", "end", "days", "discount_pct"]
    return pd.DataFrame(rows, columns=[*columns, "mean", "lower", "upper"])


def _event_sd(found: Regression) -> Floats:
    """(event,) sd of the events' log effects; not known, NaN, where the model kept none of it."""
    effect, covariance = found.effects
    if covariance.ndim == 2 and covariance.size:
        covariance = np.diag(covariance)
    return np.asarray(np.sqrt(covariance) if len(covariance) == len(effect) else np.full(len(effect), np.nan))


def percent_of(mean: float, sd: float, level: float = LEVEL) -> tuple[float, float, float]:
    """A log effect and its sd as percent of sales: middle, lower and upper end of the interval."""
    reach = float(norm.ppf(0.5 + level / 2)) * sd
    return tuple(100 * float(np.expm1(value)) for value in (mean, mean - reach, mean + reach))  # type: ignore[return-value]


def dip_table(found: Regression) -> pd.DataFrame:
    """Frame department, when, mean, lower, upper: sales in the two weeks after a promotion against the
    baseline, in percent; the first week by department, and the departments' mean as `All departments`."""
    names = found.days.departments
    rows = [(ALL_DEPARTMENTS, NEAR_DAYS, *_sum_of(found, _mean_dip(names)))]
    rows.append((ALL_DEPARTMENTS, FAR_DAYS, *_sum_of(found, {("late dip",): 1.0})))
    for name in names:
        rows.append((name, NEAR_DAYS, *_sum_of(found, {("dip",): 1.0, ("dip", name): 1.0})))
    return pd.DataFrame(rows, columns=["department", "when", "mean", "lower", "upper"])


def _mean_dip(names: Sequence[str]) -> dict[tuple[str, ...], float]:
    return {("dip",): 1.0} | {("dip", name): 1 / len(names) for name in names}


def _sum_of(found: Regression, weights: dict[tuple[str, ...], float]) -> tuple[float, float, float]:
    """A weighted sum of terms in percent; their covariance is part of its interval."""
    places = [found.names.index(name) for name in weights]
    weight = np.array(list(weights.values()))
    mean = float(weight @ found.mean[places])
    sd = float(np.sqrt(weight @ found.covariance[np.ix_(places, places)] @ weight))
    return percent_of(mean, sd)


def cannibalisation_table(found: Regression) -> pd.DataFrame:
    """Frame by, on, mean, lower, upper, clear: what a promotion of department `by` does to the sales of `on`
    in the same sales channel, percent of the baseline; `clear` where the interval excludes nothing at all."""
    rows = []
    for name in found.names:
        if name[0] == "rival":
            mean, lower, upper = percent_of(*found.effect_of(*name))
            rows.append((name[1], name[2], mean, lower, upper, lower > 0 or upper < 0))
    return pd.DataFrame(rows, columns=["by", "on", "mean", "lower", "upper", "clear"])


def error_table(baseline: Baseline) -> pd.DataFrame:
    """Frame method, error_pct, bias_pct (means weighted by days), windows, days, used: how each method did in
    the backtest; empty where the history was too short for one."""
    columns = ["method", "error_pct", "bias_pct", "windows", "days", "used"]
    rows = []
    for method, part in baseline.backtest.groupby("method", sort=True):
        error, bias = (100 * float(np.average(part[name], weights=part["days"])) for name in ("mape", "bias"))
        rows.append((method, error, bias, len(part), int(part["days"].sum()), method == baseline.method))
    return pd.DataFrame(rows, columns=columns)


def changes_between(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Two tables of `uplift_coefficients` side by side: department, channel, discount_band and, with the
    endings _before, _now and _change, uplift_sales_pct, margin_impact_pct, sample_size. A cell that only one
    of them has is empty in the other."""
    keys = ["department", "channel", "discount_band"]
    figures = ["uplift_sales_pct", "margin_impact_pct", "sample_size"]
    both = later[keys + figures].merge(
        earlier[keys + figures], on=keys, how="outer", suffixes=("_now", "_before"), sort=False
    )
    for name in figures:
        both[f"{name}_change"] = both[f"{name}_now"] - both[f"{name}_before"]
    ordered = [f"{name}{end}" for name in figures for end in ("_before", "_now", "_change")]
    return both[keys + ordered]


def clear_losses(rivals: pd.DataFrame) -> pd.DataFrame:
    """The pairs in which a promotion clearly takes sales away, the worst first."""
    return rivals[rivals["clear"] & (rivals["mean"] < 0)].sort_values("mean")
