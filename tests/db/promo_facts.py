"""Facts to hold baselines against each other: the sample, and random ones with every kind of hole."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pandas as pd

from core.promo import Baseline
from core.promo.baseline import Backtest
from core.promo.days import BaselineMethod, cell_days

SAMPLE = Path(__file__).parents[1] / "data" / "promo" / "sales_aggregated_expected.csv"


@functools.cache
def known(seed: int | None) -> tuple[pd.DataFrame, Baseline]:
    """Facts with their baseline, fitted once for both servers: the sample, or random ones with holes."""
    sales = pd.read_csv(SAMPLE, parse_dates=["date"]) if seed is None else with_holes(seed)
    return sales, weekday_baseline(sales)


def at_the_edge(days: int) -> pd.DataFrame:
    """Facts of so many days: TV never sells on Sundays, Audio stopped selling 60 days before the end, Gaming
    began with a promotion on the first day and had another on the 20th."""
    dates = pd.date_range("2024-01-01", periods=days, freq="D")
    sells = {
        "TV": [day for day in dates if day.weekday() != 6],
        "Audio": [day for day in dates if (dates[-1] - day).days >= 60],
        "Gaming": list(dates),
    }
    frame = pd.DataFrame(
        [(day, "online", name, "ALL") for name, known in sells.items() for day in known],
        columns=["date", "channel", "department", "geo"],
    )
    promo = (frame["department"] == "Gaming") & frame["date"].isin([dates[0], dates[19]])
    level = 100.0 + 7 * np.arange(len(frame))
    return frame.assign(
        promo_flag=promo, discount_pct=np.where(promo, 20.0, np.nan), sales_value=level,
        margin_value=level / 5, units=(level / 10).astype(int),
    )  # fmt: skip


def weekday_baseline(sales: pd.DataFrame) -> Baseline:
    """`Baseline.fit(sales, method="weekday_mean")` without its backtest, which takes most of the time and on
    which no forecast depends."""
    return Baseline(cell_days(sales), BaselineMethod.WEEKDAY_MEAN, Backtest(pd.DataFrame()), ())


def with_holes(seed: int) -> pd.DataFrame:
    """Random facts: cells that start late, days without rows, returns, days with both kinds of rows, weekdays
    that are closed for ever or lately, several geos."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2024-01-01", periods=int(rng.integers(20, 150)), freq="D")
    parts = []
    for department in ("TV", "Audio", "Gaming"):
        for channel in ("online", "offline"):
            for geo in ("DE", "AT")[: int(rng.integers(1, 3))]:
                begins, closed = int(rng.integers(0, 30)), int(rng.integers(0, 9))
                closes = int(rng.integers(0, len(days)))
                known = [
                    day
                    for at, day in enumerate(days)
                    if at >= begins and not (at >= closes and day.weekday() == closed) and rng.random() > 0.1
                ]
                for day in known:
                    kinds = {0: [True], 1: [True, False]}.get(int(rng.integers(0, 12)), [False])
                    parts += [(day, department, channel, geo, kind) for kind in kinds]
    frame = pd.DataFrame(parts, columns=["date", "department", "channel", "geo", "promo_flag"])
    sales = np.where(rng.random(len(frame)) < 0.05, -20.0, rng.gamma(4, 100, len(frame))).round(2)
    return frame.assign(
        discount_pct=np.where(frame["promo_flag"], 20.0, np.nan),
        sales_value=np.where(rng.random(len(frame)) < 0.05, 0.0, sales),
        margin_value=(sales * rng.uniform(-0.1, 0.4, len(frame))).round(2),
        units=rng.integers(0, 50, len(frame)),
    )
