"""The KPI taken apart over time: baseline parts and channels."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.model.baseline import design_of
from core.mmm.model.media import media_terms
from core.mmm.model.predict import Posterior, baseline_draws, noise_draws
from core.mmm.model.structure import Structure
from core.mmm.results.channel_summary import Day, interval, window

Floats = NDArray[np.float64]


def decompose(structure: Structure, posterior: Posterior, level: float, start: Day, end: Day) -> pd.DataFrame:
    """Tidy frame date, component, value, lower, upper: KPI by baseline part and channel, summed over geos.

    Values add up to the fitted KPI.
    """
    first, last = window(structure, start, end)
    design = design_of(structure.panel, structure.config, structure.recipe)
    scaled = posterior.theta * structure.scales.kpi_mean[:, None]
    pieces: dict[str, Floats] = {}
    for part in dict.fromkeys(design.parts):
        own = [k for k, name in enumerate(design.parts) if name == part]
        pieces[part] = np.einsum("gtk,sgk->st", design.columns[:, first:last][..., own], scaled[..., own])
    earned = media_terms(posterior.media, structure.exposure[..., :last], first).sum(axis=1)
    for c, channel in enumerate(structure.config.channels):
        pieces[channel] = earned[..., c]
    dates = structure.panel.dates[first:last]
    frames = []
    for component, draws in pieces.items():
        mean, lower, upper = interval(draws, level)
        columns = {"date": dates, "component": component, "value": mean, "lower": lower, "upper": upper}
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def expected_draws(structure: Structure, posterior: Posterior, generator: np.random.Generator) -> Floats:
    """(draw, geo, period) KPI without noise over all periods of the data."""
    media = media_terms(posterior.media, structure.exposure).sum(axis=-1)
    return np.asarray(media + baseline_draws(structure, posterior, structure.panel, generator))


def fitted_frame(
    structure: Structure,
    posterior: Posterior,
    level: float,
    start: Day,
    end: Day,
    generator: np.random.Generator,
) -> pd.DataFrame:
    """Frame date, actual, fitted, fitted_lower, fitted_upper, summed over geos; the band is predictive."""
    first, last = window(structure, start, end)
    expected = expected_draws(structure, posterior, generator)
    noise = noise_draws(structure, posterior, expected.shape[-1], generator)
    total = (expected + noise).sum(axis=1)[:, first:last]
    _, lower, upper = interval(total, level)
    return pd.DataFrame(
        {
            "date": structure.panel.dates[first:last],
            "actual": structure.panel.kpi.sum(axis=0)[first:last],
            "fitted": expected.sum(axis=1).mean(axis=0)[first:last],
            "fitted_lower": lower,
            "fitted_upper": upper,
        }
    )
