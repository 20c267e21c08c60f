"""What a geo's own spend buys, and which share of a channel's spend each geo has."""

from __future__ import annotations

import numpy as np

from core.mmm.arrays import Floats
from core.mmm.model.structure import Structure


def geo_shares(structure: Structure) -> Floats:
    """(geo, channel) shares of the last year's spend, of the whole data where a channel did not run in it;
    even where it never did."""
    spend = _spent(structure)
    total = spend.sum(axis=0)
    return np.asarray(np.where(total > 0, spend / np.where(total > 0, total, 1.0), 1 / len(spend)))


def own_exposure_per_spend(structure: Structure) -> Floats:
    """(geo, channel) scaled exposure, or reach, that one unit of a geo's own spend buys there.

    The price is that of the last year (of the whole data where the channel did not run in it); the national
    one where the geo itself never spent.
    """
    spend, exposure = _spent(structure), _spent(structure, of="exposure")
    total = spend.sum(axis=0)
    national = exposure.sum(axis=0) / np.where(total > 0, total, 1.0)
    own = np.where(spend > 0, exposure / np.where(spend > 0, spend, 1.0), national)
    return np.asarray(own / structure.scales.exposure[:, : spend.shape[1]])


def _spent(structure: Structure, of: str = "spend") -> Floats:
    """(geo, paid channel) spend, or exposure, of the window in which the channel's price is read."""
    panel, paid = structure.panel, len(structure.config.channel_columns)
    year = max(panel.periods - round(panel.frequency.periods_per_year), 0)
    ran = (panel.spend[:, year:, :paid].sum(axis=(0, 1)) > 0) & (
        panel.exposure[:, year:, :paid].sum(axis=(0, 1)) > 0
    )
    what = getattr(panel, of)[..., :paid]
    return np.asarray(np.where(ran, what[:, year:].sum(axis=1), what.sum(axis=1)))
