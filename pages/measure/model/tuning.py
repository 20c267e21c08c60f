"""What is believed of one channel's shapes in more detail: only what its chosen shapes have."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.mmm.config import MMMConfig
from core.mmm.model.curves import ADSTOCKS, RETENTION, SATURATIONS
from core.mmm.priors import ChannelPrior
from pages.measure.model.channels import most_retention_sd, retention_sd_of
from pages.measure.model.checks import configured
from pages.measure.model.option import Option, ask
from pages.measure.model.preview import show_channel_shapes
from pages.measure.model.state import SetUp
from pages.shared.escape import plain

# Asked for in the table of all channels, or by `DOUBT`.
IN_TABLE = frozenset({*RETENTION.prior_fields, "half_ratio"})
DOUBT = (
    "Doubt about the half-life (sd of the share left after a week)",
    "Wide, so that anything from nearly none to most of an effect may be left after a week.",
)
LEAST_DOUBT = 0.01
# Label and help of the fields of ChannelPrior.
WORDS: dict[str, tuple[str, str]] = {
    "peak_weeks_mean": (
        "Weeks until the peak",
        "When the effect is strongest. Most people act soon after they saw an ad.",
    ),
    "peak_weeks_sd": (
        "Doubt about the peak, weeks",
        "As large as the peak: few know it.",
    ),
    "shape_median": (
        "Weibull shape",
        "Below 1 the effect falls at once, above 1 it rises to a peak first. Usual: an early one.",
    ),
    "shape_sd": (
        "Doubt about the shape (log scale)",
        "Half or double is still likely.",
    ),
    "spread_weeks_median": ("Weibull spread, weeks", "By then 63 % of the effect has come."),
    "spread_weeks_sd": (
        "Doubt about the spread (log scale)",
        "Half or double is still likely.",
    ),
    "half_sd": (
        "Doubt about the half effect (log scale)",
        "Wide, because few know it: a quarter or four times of what the table says is still likely.",
    ),
    "slope_median": (
        "Steepness of the Hill curve",
        "1: flattens from the start (C). Above 1: begins slowly, then steepens (S). Usual: close to C.",
    ),
    "slope_sd": ("Doubt about the steepness (log scale)", "Between C and a mild S."),
    "frequency_half_ratio": (
        "Half effect at, times the usual frequency",
        "1: half of what contacts can do is done at the usual number of contacts.",
    ),
    "frequency_half_sd": ("Doubt about it (log scale)", "Half or double is still likely."),
    "frequency_slope_median": (
        "Steepness in frequency",
        "At 2 the first contacts do little, then they add up, then they tire.",
    ),
    "frequency_slope_sd": ("Doubt about the steepness (log scale)", "From C to a clear S."),
}


def tune_channel(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    """One channel's remaining beliefs beside the shapes they imply."""
    channel = st.selectbox(
        "Channel",
        config.channels,
        format_func=lambda name: plain(config.label(name)),
        key=set_up.key("tuned_channel"),
        width=320,
    )
    with st.grid(3, min_column_width=220):
        for option in options_of(config, channel):
            ask(set_up, option)
    _complete(set_up, config, channel)
    now, _ = configured(set_up, frame)
    if now:
        show_channel_shapes(set_up, frame, now, only=channel)


def _complete(set_up: SetUp, config: MMMConfig, channel: str) -> None:
    """The usual doubt about the half-life depends on the half-life, so it is written down beside it."""
    path = ("priors", "channels", channel, "retention_sd")
    if set_up.value(path, None) is None:
        usual = retention_sd_of(config.priors.of(channel).retention_mean)
        set_up.keep(path, usual, ChannelPrior().retention_sd)


def options_of(config: MMMConfig, channel: str) -> list[Option]:
    """The beliefs that the channel's shapes have and that the table does not show."""
    prior, default = config.priors.of(channel), ChannelPrior()
    carry, saturation = ADSTOCKS[config.adstock_of(channel)], SATURATIONS[config.saturation_of(channel)]
    on_frequency = channel in config.reach_frequency
    path = ("priors", "channels", channel)
    options = []
    if carry.has_half_life:
        usual, most = retention_sd_of(prior.retention_mean), most_retention_sd(prior.retention_mean)
        options.append(Option((*path, "retention_sd"), *DOUBT, usual, min(LEAST_DOUBT, most), most, 0.05))
    for parameter in (*carry.parameters, *saturation.parameters):
        ranges = (parameter.typical_range, parameter.width_range)
        for name, (least, most) in zip(parameter.fields_of_prior(on_frequency), ranges, strict=True):
            if name not in IN_TABLE:
                usual = getattr(default, name)
                options.append(Option((*path, name), *WORDS[name], usual, least, most, 0.1))
    return options
