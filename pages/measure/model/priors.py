"""What is believed about all media together before the data speak, in plain words."""

from __future__ import annotations

import math

import streamlit as st

from core.mmm.config import MMMConfig
from core.mmm.priors import Priors, log_normal_shape
from pages.measure.model.option import Option, advanced, ask, marked
from pages.measure.model.state import SetUp

NINETY = 1.645  # standard normal quantile: 90 % lie within this many sd
CONCENTRATION = Option(
    ("priors", "share_concentration"),
    "How firmly the split is believed",
    "Dirichlet concentration per channel. Low is loose: one channel may well earn many times what another "
    "does, as real ones do. 20 holds channels close to the believed split.",
    Priors().share_concentration,
    0.1,
    100.0,
    0.5,
)
SHARE = "30 % with wide doubt is what most published models find; the data correct it."
SHARE_SD = "Larger lets the data decide more. 15 points leave room from about 12 % to 58 %."
TILT = (
    "100 %: a channel with twice the spend is believed to cause twice as much. 0 %: all channels the same. "
    "Half-way, because marketers know something and still err."
)


def likely_range(mean: float, sd: float) -> tuple[float, float]:
    """The 90 % range of the LogNormal belief with this mean and sd."""
    middle, width = log_normal_shape(mean, sd)
    return math.exp(middle - NINETY * width), math.exp(middle + NINETY * width)


def adjust_beliefs(set_up: SetUp, config: MMMConfig) -> None:
    """Total media share with its uncertainty, how far shares follow spend, and how firmly."""
    with st.grid(3, min_column_width=240):
        mean = _percent(set_up, "media_share_mean", "Media together cause, % of the KPI", SHARE, 1, 95)
        sd = _percent(set_up, "media_share_sd", "Give or take, percentage points", SHARE_SD, 1, 60)
        _percent(set_up, "spend_tilt", "Shares follow spend, %", TILT, 0, 100)
    low, high = likely_range(mean, sd)
    st.caption(
        f"In words: media most likely cause {low:.0%} to {min(high, 1):.0%} of the KPI; all else is baseline."
    )
    with advanced("beliefs") as place:
        if place.open:
            with st.container(width=320):
                ask(set_up, CONCENTRATION)


def _percent(set_up: SetUp, name: str, label: str, help: str, least: int, most: int) -> float:
    path, default = ("priors", name), getattr(Priors(), name)
    share = set_up.value(path, default)
    start, key = min(max(round(100 * share), least), most), set_up.key(name)
    changed = st.session_state.get(key, start) != round(100 * default)
    typed = st.slider(marked(label, changed), least, most, start, help=help, key=key)
    # A share between two whole percents stays as it is until the slider is moved.
    value = share if typed == start else typed / 100
    set_up.keep(path, value, default)
    return float(value)
