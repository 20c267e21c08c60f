"""The structure of a model whose data were read before, without reading them again."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pandas as pd

from core.mmm.config import MMMConfig
from core.mmm.model.baseline import design_of
from core.mmm.model.experiments import experiments_of
from core.mmm.model.parameters import layout_of
from core.mmm.model.structure import Structure, structure_of
from core.mmm.priors import Priors

# What panel, scales and the baseline's columns do not depend on. Anything not named counts as if they did.
MEDIA_BELIEFS = frozenset(
    {
        "media_share_mean",
        "media_share_sd",
        "share_concentration",
        "spend_tilt",
        "noise_sd",
        "geo_spread",
        "channels",
    }
)
MEDIA_FIELDS = frozenset({"adstock", "saturation", "lift_tests", "display_names", "priors"})


def structure_again(frame: pd.DataFrame, config: MMMConfig, known: Structure | None) -> Structure:
    """The structure of `config` on `frame`; `known` must be one of the same frame.

    Where the two set-ups differ in beliefs about media only, panel, baseline and outliers of `known` are
    taken over. DatasetProblem where the frame, or a lift test, is at fault.
    """
    if known is None or not _same_data(known.config, config):
        return structure_of(frame, config)
    panel, scales = known.panel, known.scales
    layout = layout_of(config, scales, panel.geos, panel.frequency)
    tests = experiments_of(panel, config, scales, known.train)
    # The baseline begins at what media leave over; its columns and their widths stay as they are.
    design = design_of(panel, config, known.recipe)
    return replace(known, config=config, design=design, layout=layout, experiments=tests)


def _same_data(before: MMMConfig, now: MMMConfig) -> bool:
    """Whether all that panel, scales and baseline are made from is the same."""
    return _kept(before, MEDIA_FIELDS) == _kept(now, MEDIA_FIELDS) and _kept(
        before.priors, MEDIA_BELIEFS
    ) == _kept(now.priors, MEDIA_BELIEFS)


def _kept(record: MMMConfig | Priors, without: frozenset[str]) -> dict[str, Any]:
    return {f.name: getattr(record, f.name) for f in fields(record) if f.name not in without}
