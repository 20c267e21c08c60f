"""What the fitted model says each lift test should have measured, beside what it did measure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.mmm.model.media import media_terms
from core.mmm.results.evidence import Estimate

if TYPE_CHECKING:
    from core.mmm.fitted import FittedMMM

COLUMNS = [
    "channel",
    "start",
    "end",
    "measured",
    "measured_sd",
    "model",
    "model_lower",
    "model_upper",
    "apart",
]
DRAWS = 300


def lift_comparison(model: FittedMMM, level: float = 0.9) -> pd.DataFrame:
    """One row per lift test: channel, start, end, measured, measured_sd, model with its interval, apart.

    All are totals over the window and the test's geos in KPI units. `apart` is the distance of the two over
    the sd of their difference: beyond about 2 the data and the test disagree. Empty without tests.
    """
    structure = model.structure
    tests, media = structure.experiments, model.thinned(DRAWS).media
    exposure = structure.exposure[..., : structure.train]
    if not len(tests.table):
        return pd.DataFrame(columns=COLUMNS)
    rows, actual = [], media_terms(media, exposure)
    for number, (c, start, stop, lift, lift_sd) in enumerate(tests.table):
        changed, own = exposure.copy(), np.flatnonzero(tests.row_test == number)
        changed[int(c), tests.row_geo[own]] = tests.changed[own]
        window = np.s_[:, tests.row_geo[own], int(start) : int(stop)]
        other = media_terms(media, changed)[..., int(c)]
        draws = (actual[..., int(c)][window] - other[window]).sum(axis=(1, 2))
        test, found = model.config.lift_tests[number], Estimate.of(draws, level)
        apart = (found.mean - lift) / math.hypot(float(draws.std()), float(lift_sd))
        rows.append(
            (test.channel, test.start, test.end, lift, lift_sd, found.mean, found.lower, found.upper, apart)
        )
    return pd.DataFrame(rows, columns=COLUMNS)
