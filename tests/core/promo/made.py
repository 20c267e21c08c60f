"""A small shop whose baseline and uplift are there in a moment: no sampler runs.

Three departments in two sales channels over 420 days. Promotions of TV take 6 % of Audio's sales, every one
is followed by a dip of 10 % for a week; Audio never had a promotion offline. Curves lie around the truth.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from core.promo.baseline import Baseline
from core.promo.pooled_curve import KNOTS, CurveDraws
from core.promo.scenarios.settings import PromoSettings
from core.promo.uplift import Uplift, margin_slope

DAYS = 420
DRAWS = 400
CHANNELS = ("offline", "online")
LEVEL = {"Audio": 2000.0, "Gaming": 3000.0, "TV": 5000.0}
STEEP = {"Audio": 2.4, "Gaming": 2.0, "TV": 1.5}  # share of uplift per share of discount
TRIED = {"Audio": (10.0, 15.0), "Gaming": (10.0, 20.0, 30.0), "TV": (10.0, 20.0, 25.0)}
TAKEN_FROM_AUDIO = 0.06
DIP = 0.10
MARGIN = 0.24
MARGIN_POINTS = 0.55  # points of margin per point of discount
NOISE = 0.04


def made_segments() -> pd.DataFrame:
    """Three segments that hold 90 % of revenue."""
    return pd.DataFrame(
        {
            "segment_id": ["LOYAL", "BARGAIN", "LAPSED"],
            "name": ["Loyal", "Bargain hunters", "Lapsed"],
            "share_of_customers": [0.2, 0.4, 0.3],
            "share_of_revenue": [0.4, 0.35, 0.15],
            "avg_basket_value": [200.0, 80.0, 60.0],
            "fav_categories": [["TV"], ["Gaming", "Audio"], ["TV"]],
            "discount_sensitivity": ["low", "high", "medium"],
            "purchase_frequency": [9.0, 4.0, 0.5],
            "last_purchase_days_ago": [10, 30, 240],
        }
    )


def made_settings(**other: object) -> PromoSettings:
    """Rules with segments and a legal text."""
    given: dict[str, object] = {"segments": made_segments(), "legal_text": "While stocks last."}
    return PromoSettings(**(given | other))  # type: ignore[arg-type]


@cache
def made_sales() -> pd.DataFrame:
    """The daily facts, from 2 January 2023 on."""
    rng = np.random.default_rng(7)
    dates = pd.date_range("2023-01-02", periods=DAYS, freq="D")
    discounts = {(name, channel): _discounts(name, channel) for name in LEVEL for channel in CHANNELS}
    return pd.concat(
        [_cell(rng, dates, name, channel, discounts) for name, channel in discounts], ignore_index=True
    )


def _discounts(name: str, channel: str) -> np.ndarray:
    """(day,) discount in percent: five days every six weeks, each department at its own time."""
    time, found = np.arange(DAYS), np.zeros(DAYS)
    if (name, channel) == ("Audio", "offline"):
        return found
    shift = 14 * list(LEVEL).index(name) + 30
    for turn, start in enumerate(range(shift, DAYS - 20, 42)):
        found[(time >= start) & (time < start + 5)] = TRIED[name][turn % len(TRIED[name])]
    return found


def _cell(
    rng: np.random.Generator,
    dates: pd.DatetimeIndex,
    name: str,
    channel: str,
    discounts: dict[tuple[str, str], np.ndarray],
) -> pd.DataFrame:
    discount = discounts[name, channel]
    promo = discount > 0
    after = np.zeros(DAYS, bool)
    for day in np.flatnonzero(promo):
        after[day + 1 : day + 8] = True
    factor = np.where(promo, 1 + STEEP[name] * discount / 100, np.where(after, 1 - DIP, 1.0))
    if name == "Audio":
        factor = factor * np.where(discounts["TV", channel] > 0, 1 - TAKEN_FROM_AUDIO, 1.0)
    week = 1 + 0.2 * np.isin(dates.weekday, (4, 5))
    year = 1 + 0.15 * np.cos(2 * np.pi * (dates.dayofyear - 350) / 365.25)
    sales = LEVEL[name] * week * year * factor * np.exp(rng.normal(0, NOISE, DAYS))
    return pd.DataFrame(
        {
            "date": dates, "channel": channel, "department": name, "promo_flag": promo,
            "discount_pct": np.where(promo, discount, np.nan), "sales_value": sales.round(2),
            "margin_value": (sales * (MARGIN - MARGIN_POINTS * discount / 100)).round(2),
            "units": np.round(sales / (50 * (1 - discount / 100))),
        }
    )  # fmt: skip


@cache
def made_baseline() -> Baseline:
    """The baseline learned from the made sales."""
    return Baseline.fit(made_sales(), method="seasonal")


@cache
def made_uplift(draws: int = DRAWS) -> Uplift:
    """Uplift curves drawn around the truth, 10 % wide; regression and margin learned from the sales."""
    return uplift_on(made_baseline(), draws)


def uplift_on(baseline: Baseline, draws: int = DRAWS) -> Uplift:
    """The same on the cells of another baseline of these departments."""
    rng = np.random.default_rng(3)
    days, found = baseline.days, baseline.regression
    steep = np.array([STEEP[cell.department] for cell in days.cells])
    wide = np.exp(rng.normal(-0.005, 0.1, (draws, len(days.cells))))
    slopes = np.repeat((steep * wide)[:, :, None], len(KNOTS) - 1, axis=2)
    scatter = np.abs(rng.normal(0.03, 0.005, draws))
    return Uplift(days, found, CurveDraws(slopes, scatter, 1.0, 0), margin_slope(days, found.events), "made")
