"""Small models for tests of the optimiser; channel names are in no alphabetical order, on purpose."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from core.mmm import BudgetProblem, FittedMMM
from tests.core.mmm.samples import plain, prior_model, weekly

NAMES = ["zeta", "alpha", "mid"]
DRAWS = 60


@cache
def national(saturation: str = "michaelis_menten", draws: int = DRAWS) -> FittedMMM:
    """Three channels, 60 weeks."""
    frame = weekly(mid=np.random.default_rng(8).gamma(2, 20, 60))
    return prior_model(frame, plain(channel_columns=NAMES, saturation=saturation), draws=draws, seed=4)


@cache
def regional(saturation: str = "michaelis_menten", draws: int = DRAWS) -> FittedMMM:
    """The same in two geos of different size and price: north pays twice as much for an exposure."""
    frames = []
    for seed, (geo, size) in enumerate((("south", 1.0), ("north", 0.6))):
        own = weekly(seed=seed, mid=np.random.default_rng(8 + seed).gamma(2, 20, 60)).assign(geo=geo)
        own[["sales", *NAMES]] *= size
        for name in NAMES:
            own[f"{name}_cost"] = own[name] * (2.0 if geo == "north" else 1.0)
        frames.append(own)
    config = plain(
        channel_columns=NAMES, saturation=saturation, geo_column="geo", use_geo=True,
        spend_columns={name: f"{name}_cost" for name in NAMES},
    )  # fmt: skip
    return prior_model(pd.concat(frames, ignore_index=True), config, draws=draws, seed=4)


def asked(model: FittedMMM | None = None, **changes: object) -> BudgetProblem:
    """2,000 of money over 8 weeks, any field replaced."""
    fields: dict[str, object] = {"model": model or national(), "periods": 8, "total": 2000.0}
    return BudgetProblem(**(fields | changes))  # type: ignore[arg-type]
