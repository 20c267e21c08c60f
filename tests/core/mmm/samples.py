"""Data sets and short fits that several tests share."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.mmm import FittedMMM, MMMConfig, fit
from core.mmm.model.prior_draws import draw_prior
from core.mmm.model.structure import structure_of
from core.mmm.training import keep_draws

FOLDER = Path(__file__).parents[2] / "data" / "mmm"
ROBYN = MMMConfig(
    date_column="DATE",
    target_column="revenue",
    channel_columns=["tv_S", "ooh_S", "print_S", "facebook_S", "search_S"],
    control_columns=["competitor_sales_B"],
    organic_columns=["newsletter"],
    event_column="events",
    seasonality=52,
)
_MERIDIAN_MEDIA = [f"Channel{k}_impression" for k in range(5)]
MERIDIAN = MMMConfig(
    date_column="time",
    target_column="conversions",
    channel_columns=_MERIDIAN_MEDIA,
    spend_columns={name: name.replace("impression", "spend") for name in _MERIDIAN_MEDIA},
    control_columns=["competitor_sales_control", "sentiment_score_control"],
    treatment_columns={"Promo": 0.0},
    organic_columns=["Organic_channel0_impression"],
    geo_column="geo",
    use_geo=True,
    population_column="population",
    value_column="revenue_per_conversion",
    kpi_kind="count",
)


@cache
def robyn() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "robyn_weekly.csv")


@cache
def meridian() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "meridian_five_geos.csv")


@cache
def recovery() -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """The data, the true contributions, and the media columns."""
    data = pd.read_csv(FOLDER / "recovery_small.csv")
    media = [column for column in data if column.startswith("x")]
    truth = pd.read_csv(FOLDER / "recovery_small_truth.csv")[[f"contribution_{name}" for name in media]]
    return data, truth.set_axis(media, axis=1), media


@cache
def robyn_model() -> FittedMMM:
    return fit(robyn(), ROBYN, draws=300, tune=500, chains=4, seed=3)


@cache
def geo_model() -> FittedMMM:
    return fit(meridian(), MERIDIAN, draws=400, tune=400, chains=2, seed=3)


def weekly(weeks: int = 60, seed: int = 0, **columns: Any) -> pd.DataFrame:
    """A plain weekly frame: date, sales, zeta, alpha, price; any column can be replaced."""
    generator = np.random.default_rng(seed)
    data: dict[str, Any] = {
        "date": pd.date_range("2023-01-02", periods=weeks, freq="7D").strftime("%Y-%m-%d"),
        "sales": 1000 + generator.normal(0, 50, weeks),
        "zeta": generator.gamma(2, 50, weeks),
        "alpha": generator.gamma(2, 30, weeks),
        "price": generator.normal(10, 1, weeks),
    }
    return pd.DataFrame(data | columns)


def many_weekly(weeks: int) -> pd.DataFrame:
    """A weekly frame with three more media: delta, gamma, mail."""
    generator = np.random.default_rng(5)
    extra = {
        name: generator.gamma(1.0, 20, weeks) * (generator.uniform(size=weeks) < 0.7)
        for name in ("delta", "gamma", "mail")
    }
    return weekly(weeks, **extra)


def plain(**changes: Any) -> MMMConfig:
    """The configuration of `weekly`; media are not in alphabetical order, on purpose."""
    fields: dict[str, Any] = {
        "date_column": "date",
        "target_column": "sales",
        "channel_columns": ["zeta", "alpha"],
    }
    return MMMConfig(**(fields | {"control_columns": ["price"]} | changes))


def video(rows: int = 60, seed: int = 11) -> dict[str, Any]:
    """Columns of a video channel: people reached, contacts a head, cost; in some weeks it does not run."""
    generator = np.random.default_rng(seed)
    runs = generator.uniform(size=rows) < 0.8
    reach = np.round(generator.gamma(3, 2000, rows)) * runs
    often = np.where(runs, 1 + generator.gamma(2, 1.2, rows), 0.0)
    return {"reach": reach, "often": often, "cost": 0.01 * reach * often}


def with_video(**changes: Any) -> MMMConfig:
    """The configuration of `weekly(**video())`: zeta as usual, and video by reach and frequency."""
    fields: dict[str, Any] = {
        "channel_columns": ["video", "zeta"],
        "reach_frequency": {"video": ("reach", "often")},
        "spend_columns": {"video": "cost"},
    }
    return plain(**(fields | changes))


def prior_model(frame: pd.DataFrame, config: MMMConfig, draws: int = 60, seed: int = 0) -> FittedMMM:
    """A model whose draws come from the prior: all but the sampler is real, and it is ready at once."""
    structure = structure_of(frame, config)
    points = draw_prior(structure.layout, draws, np.random.default_rng(seed))[None]
    posterior = keep_draws(structure, points, seed)
    return FittedMMM(structure, posterior, points, np.zeros((1, draws), bool), {"converged": True}, seed)
