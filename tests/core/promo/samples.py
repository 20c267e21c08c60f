"""A retailer whose truth is known, from the sample and made anew with other truths."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from core.promo.baseline import Baseline
from core.promo.uplift import Uplift, fit_uplift

DATA = Path("tests/data/promo")


@cache
def sample_sales() -> pd.DataFrame:
    """Two years of the sample's daily facts."""
    return pd.read_csv(DATA / "sales_aggregated_expected.csv", parse_dates=["date"])


@cache
def sample_baseline() -> Baseline:
    return Baseline.fit(sample_sales())


@cache
def sample_uplift() -> Uplift:
    return fit_uplift(sample_sales(), sample_baseline())


def shop(
    days: int = 400,
    discount: float = 20.0,
    gain: float = 0.5,
    noise: float = 0.03,
    dip: float = 0.0,
    seed: int = 0,
) -> pd.DataFrame:
    """Two departments in one channel; a promo of five days in `a` every 40 days, none in `b`."""
    rng, dates = np.random.default_rng(seed), pd.date_range("2023-01-02", periods=days, freq="D")
    time = np.arange(days)
    promo = (time % 40 < 5) & (time >= 40)
    after = np.isin(time % 40, range(5, 12)) & (time >= 45)
    week = 1 + 0.2 * np.isin(dates.weekday, (4, 5))
    rows = []
    for name, level, active in (("a", 1000.0, promo), ("b", 600.0, np.zeros(days, bool))):
        lift = np.where(active, 1 + gain, np.where(after & active.any(), 1 - dip, 1.0))
        sales = level * week * lift * np.exp(rng.normal(0, noise, days))
        rows.append(
            pd.DataFrame(
                {
                    "date": dates, "channel": "online", "department": name, "promo_flag": active,
                    "discount_pct": np.where(active, discount, np.nan), "sales_value": sales,
                    "margin_value": sales * np.where(active, 0.14, 0.25),
                    "units": np.round(sales / np.where(active, 10 * (1 - discount / 100), 10.0)),
                }
            )
        )  # fmt: skip
    return pd.concat(rows, ignore_index=True)
