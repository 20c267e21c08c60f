"""How each way of forecasting the baseline would have done: rolling origins, four weeks ahead each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.promo.choices import BaselineMethod, Measure
from core.promo.days import CellDays
from core.promo.weekdays import usable_days

CLEARLY = 2.0  # standard errors
Floats = NDArray[np.float64]


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
    from core.promo.baseline import Past

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
            found = Past(past, method).cubes(days.dates[ahead])[Measure.SALES]
            rows.append(_row(method, days.dates[cut], found, days.sales[:, ahead], tested))
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


def _row(
    method: BaselineMethod, origin: pd.Timestamp, found: Floats, actual: Floats, used: NDArray[np.bool_]
) -> tuple[str, pd.Timestamp, int, float, float]:
    miss = found[used] / actual[used] - 1
    bias = float(found[used].sum() / actual[used].sum() - 1)
    return method.value, origin, int(used.sum()), float(np.abs(miss).mean()), bias
