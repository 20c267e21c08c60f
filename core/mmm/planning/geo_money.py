"""Money of a panel by geo: present shares, and long rows as an array."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.mmm.arrays import Floats
from core.mmm.fitted import FittedMMM


def geo_shares(model: FittedMMM) -> Floats:
    """(geo, channel) each geo's share of a channel's money in the last year; in the whole data where the
    channel did not run in it. Zero where it never ran.

    The same periods as in `exposure_per_spend`, whose rates are per unit of money of all geos together.
    """
    panel, paid = model.structure.panel, len(model.channels)
    year = round(panel.frequency.periods_per_year)
    shares = np.zeros((len(panel.geos), paid))
    for c in range(paid):
        for start in (max(panel.periods - year, 0), 0):
            spent = panel.spend[:, start:, c].sum(axis=1)
            if spent.sum() > 0 and panel.exposure[:, start:, c].sum() > 0:
                shares[:, c] = spent / spent.sum()
                break
    return shares


def money_by_geo(model: FittedMMM, rows: pd.DataFrame) -> Floats:
    """(geo, period, channel) money of long rows date, geo, channel, spend."""
    wide = rows.pivot_table(index=["geo", "date"], columns="channel", values="spend", aggfunc="sum")
    own = [wide.loc[geo].sort_index()[list(model.channels)].to_numpy(float) for geo in model.geos]
    return np.stack(own)
