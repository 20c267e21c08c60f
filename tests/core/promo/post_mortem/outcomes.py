"""What might happen after the made shop's history: days to come with a promotion that does as it is told."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from tests.core.promo.made import MARGIN, made_baseline, made_settings, made_uplift

START, END = "2024-03-04", "2024-03-10"


def scenario(discount: float = 20.0) -> PromoScenario:
    """A week of TV in both sales channels, a week after the history."""
    lines = [Mechanic("TV", channel, discount) for channel in ("online", "offline")]
    return PromoScenario("TV week", START, END, "balanced", lines)


@cache
def kpis(discount: float = 20.0) -> PromoKpis:
    """What was forecast of it."""
    return evaluate(scenario(discount), made_baseline(), made_uplift(), made_settings())


def outcome(
    gain: float = 0.30, dip: float = 0.0, rival: float = 0.0, noise: float = 0.0, seed: int = 1
) -> pd.DataFrame:
    """Sales from the promotion's first day to two weeks after: TV sells `gain` more in it and `dip` less in
    the week after, Audio `rival` less during it."""
    found = made_baseline().forecast(START, "2024-03-24")
    rng, tv = np.random.default_rng(seed), found["department"] == "TV"
    during, week = found["date"] <= END, found["date"].between("2024-03-11", "2024-03-17")
    factor = np.select(
        [tv & during, tv & week, (found["department"] == "Audio") & during],
        [1 + gain, 1 - dip, 1 - rival],
        1.0,
    )
    promo = tv & during
    factor = factor * np.exp(rng.normal(0, noise, len(found)) if noise else 0.0)
    sales = found["sales_value"] * factor
    return found.assign(
        sales_value=sales, margin_value=sales * np.where(promo, MARGIN - 0.11, MARGIN),
        units=(found["units"] * factor * np.where(promo, 1.25, 1.0)).round(),
        promo_flag=promo, discount_pct=np.where(promo, 20.0, np.nan),
    )  # fmt: skip
