"""What is believed about all media together before the data speak, in plain words."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.mmm.config import MMMConfig
from core.mmm.priors import Priors, log_normal_shape
from pages.parts.setup_state import SetUp

NINETY = 1.645  # standard normal quantile: 90 % lie within this many sd


def likely_range(mean: float, sd: float) -> tuple[float, float]:
    """The 90 % range of the LogNormal belief with this mean and sd."""
    middle, width = log_normal_shape(mean, sd)
    return 2.718281828459045 ** (middle - NINETY * width), 2.718281828459045 ** (middle + NINETY * width)


def adjust_beliefs(set_up: SetUp, config: MMMConfig) -> None:
    """Total media share with its uncertainty, and how far shares follow spend."""
    default, known = Priors(), config.priors
    with st.grid(3, min_column_width=240):
        mean = _percent(
            "Media together cause, % of the KPI", known.media_share_mean, set_up.key("share"), 1, 95
        )
        sd = _percent("Give or take, percentage points", known.media_share_sd, set_up.key("share_sd"), 1, 60)
        tilt = _percent("Shares follow spend, %", known.spend_tilt, set_up.key("tilt"), 0, 100)
    low, high = likely_range(mean, sd)
    st.caption(
        f"In words: media most likely cause {low:.0%} to {min(high, 1):.0%} of the KPI; all else is baseline."
    )
    told: dict[str, Any] = {
        name: value
        for name, value in (("media_share_mean", mean), ("media_share_sd", sd), ("spend_tilt", tilt))
        if abs(value - getattr(default, name)) > 1e-9
    }
    kept = set_up.get("priors", {})
    rest = {
        name: value
        for name, value in kept.items()
        if name not in {"media_share_mean", "media_share_sd", "spend_tilt"}
    }
    set_up.put("priors", rest | told, {})


def _percent(label: str, share: float, key: str, least: int, most: int) -> float:
    return st.slider(label, least, most, min(max(round(100 * share), least), most), key=key) / 100
