"""The set-up as it could have been at a cutoff: without what only the future knew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from core.errors import UserError
from core.mmm.config import MMMConfig
from core.mmm.panel.panel import Panel


def without_holdout(config: MMMConfig) -> MMMConfig:
    """The configuration with nothing held out: the slices hold back by themselves."""
    return replace(config, holdout=0)


def config_of_past(config: MMMConfig, panel: Panel, last: pd.Timestamp) -> tuple[MMMConfig, tuple[str, ...]]:
    """The configuration for data that end at `last`, and a sentence for everything left out of it.

    Media that had not run yet can't be learned and count as nothing; lift tests that end later were not
    known. Raises UserError where no paid medium had run.
    """
    config = without_holdout(config)
    before = panel.dates <= last
    ran = panel.exposure[:, before].sum(axis=(0, 1)) > 0
    paid = len(config.channel_columns)
    ran[:paid] &= panel.spend[:, before].sum(axis=(0, 1))[:paid] > 0
    kept = {name for name, active in zip(config.channels, ran, strict=True) if active}
    if not kept & set(config.channel_columns):
        raise UserError(f"No media channel ran before {last.date()}, so nothing could be learned by then.")
    told = [f"{config.display_names.get(name, name)} had not run yet." for name in config.channels
            if name not in kept]  # fmt: skip
    later = [test for test in config.lift_tests if pd.Timestamp(test.end) > last]
    if later:
        told.append(f"{len(later)} lift test{'s' if len(later) > 1 else ''} ended later and was not used.")
    return _trimmed(config, kept, last), tuple(told)


def _trimmed(config: MMMConfig, kept: set[str], last: pd.Timestamp) -> MMMConfig:
    def of(given: Any) -> Any:
        return {name: value for name, value in given.items() if name in kept} if _by_name(given) else given

    tests = [test for test in config.lift_tests if test.channel in kept and pd.Timestamp(test.end) <= last]
    return replace(
        config,
        channel_columns=[name for name in config.channel_columns if name in kept],
        organic_columns=[name for name in config.organic_columns if name in kept],
        spend_columns=of(config.spend_columns),
        reach_frequency=of(config.reach_frequency),
        adstock=of(config.adstock),
        saturation=of(config.saturation),
        priors=replace(config.priors, channels=of(config.priors.channels)),
        lift_tests=tests,
    )


def _by_name(value: Any) -> bool:
    return isinstance(value, Mapping)
