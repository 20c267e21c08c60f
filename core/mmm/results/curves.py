"""Response curves (KPI per period at steady spend) and carry-over curves."""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.model.media import MediaDraws, media_per_money
from core.mmm.model.structure import Structure
from core.mmm.model.transforms import respond
from core.mmm.numba_cache import kernel
from core.mmm.results.channel_summary import interval

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
REACH = 1.5


@kernel
def _steady(spend, rate, saturation, half, slope, beta, out):
    draws, geos, channels = beta.shape
    points = spend.shape[1]
    exposure, response, spare = np.empty(points), np.empty(points), np.empty(points)
    for s in range(draws):
        for c in range(channels):
            out[s, c] = 0.0
            for g in range(geos):
                for p in range(points):
                    exposure[p] = rate[s, g, c] * spend[c, p]
                respond(saturation[c], exposure, half[s, c], slope[s, c], response, spare)
                for p in range(points):
                    out[s, c, p] += beta[s, g, c] * response[p]


def response_curves(
    structure: Structure, media: MediaDraws, points: int, reach: float = REACH
) -> xr.DataArray:
    """(draw, channel, point) KPI per period, summed over geos, at the steady spend in coordinate `spend`.

    Spend runs from 0 to `reach` times the channel's largest spend in any period. At steady spend carried
    exposure equals exposure, because adstock weights sum to 1. Paid channels only. Spend scales the reach of
    a channel that has a frequency, and its frequency stays that of the last year: a straight line.
    """
    import xarray as xr

    paid = len(structure.config.channel_columns)
    largest = structure.panel.spend[..., :paid].sum(axis=0).max(axis=0)
    spend = np.linspace(0, 1, points)[None] * (reach * largest)[:, None]
    own, rate = media_per_money(structure, media)
    out = np.empty((len(own.beta), paid, points))
    _steady(spend, rate, own.saturation, own.half, own.slope, own.beta, out)
    coords = {"channel": list(structure.config.channel_columns), "spend": (("channel", "point"), spend)}
    return xr.DataArray(out, dims=("draw", "channel", "point"), coords=coords, name="kpi")


def carry_over_curves(structure: Structure, media: MediaDraws, lags: int, level: float) -> pd.DataFrame:
    """Frame lag, channel, mean, lower, upper: share of an exposure's effect that falls on each lag."""
    weights = np.pad(media.weights, ((0, 0), (0, 0), (0, max(lags - structure.lags, 0))))[..., :lags]
    mean, lower, upper = interval(weights, level)
    frames = [
        pd.DataFrame(
            {"lag": np.arange(lags), "channel": name, "mean": mean[c], "lower": lower[c], "upper": upper[c]}
        )
        for c, name in enumerate(structure.config.channels)
    ]
    return pd.concat(frames, ignore_index=True)
