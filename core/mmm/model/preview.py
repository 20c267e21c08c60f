"""What a specification implies before anything is trained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.config import MMMConfig
from core.mmm.model.curves import SATURATIONS
from core.mmm.model.kernel import SHARE
from core.mmm.model.media import carry_over_weights
from core.mmm.model.parameters import Natural, natural_of
from core.mmm.model.prior_draws import draw_prior
from core.mmm.model.structure import Structure, structure_of
from core.mmm.model.transforms import saturation
from core.mmm.results.channel_summary import interval

Floats = NDArray[np.float64]
POINTS, WIDEST = 41, 4.0


@dataclass(frozen=True)
class PriorPreview:
    """Prior draws in plain quantities.

    `media_share` (draw,): all media's share of the KPI; `baseline_share` what is left of it, negative where
    the prior lets media exceed the KPI. `channel_shares`: frame channel, mean, lower, upper. `carry_over`:
    frame channel, lag, mean, lower, upper of adstock weights. `curves`: frame channel, exposure (multiples
    of the channel's median non-zero exposure, or of its median frequency), mean, lower, upper (share of the
    greatest effect), for the channels that saturate. Intervals have the asked level.
    """

    media_share: Floats
    baseline_share: Floats
    channel_shares: pd.DataFrame
    carry_over: pd.DataFrame
    curves: pd.DataFrame


def prior_preview(
    frame: pd.DataFrame, config: MMMConfig, draws: int = 500, seed: int = 1, level: float = 0.9
) -> PriorPreview:
    """The prior of `config` on this frame, in plain quantities; DatasetProblem where the frame is at
    fault.
    """
    structure = structure_of(frame, config)
    points = draw_prior(structure.layout, draws, np.random.default_rng(seed))
    natural = natural_of(points, structure.layout, config, len(structure.panel.geos), structure.weekly)
    shares = np.exp(points[:, structure.layout.places[SHARE]])
    total = shares.sum(axis=1)
    return PriorPreview(
        total, 1 - total, _by_channel(config, shares, level),
        _weights(structure, natural, level), _curves(structure, natural, level),
    )  # fmt: skip


def _by_channel(config: MMMConfig, shares: Floats, level: float) -> pd.DataFrame:
    mean, lower, upper = interval(shares, level)
    return pd.DataFrame({"channel": list(config.channels), "mean": mean, "lower": lower, "upper": upper})


def _weights(structure: Structure, natural: Natural, level: float) -> pd.DataFrame:
    mean, lower, upper = interval(carry_over_weights(structure, natural), level)
    lags = np.arange(structure.lags)
    frames = [
        pd.DataFrame({"channel": name, "lag": lags, "mean": mean[c], "lower": lower[c], "upper": upper[c]})
        for c, name in enumerate(structure.config.channels)
    ]
    return pd.concat(frames, ignore_index=True)


def _curves(structure: Structure, natural: Natural, level: float) -> pd.DataFrame:
    exposure, frames = np.linspace(0, WIDEST, POINTS), []
    for c, name in enumerate(structure.config.channels):
        kind = structure.config.saturation_of(name)
        if not SATURATIONS[kind].saturates:
            continue
        scaled = exposure * structure.scales.median[c]
        draws = [
            saturation(kind, scaled, half, slope)
            for half, slope in zip(natural.half[:, c], natural.slope[:, c], strict=True)
        ]
        mean, lower, upper = interval(np.array(draws), level)
        columns = {"channel": name, "exposure": exposure, "mean": mean, "lower": lower, "upper": upper}
        frames.append(pd.DataFrame(columns))
    empty = pd.DataFrame(columns=["channel", "exposure", "mean", "lower", "upper"])
    return pd.concat(frames, ignore_index=True) if frames else empty
