"""Carry-over, saturation and beliefs of each channel, in one table in plain quantities."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.mmm.config import ConfigLimits, MMMConfig
from core.mmm.model.curves import ADSTOCKS, RETENTION, SATURATIONS, Adstock, Saturation
from core.mmm.priors import ChannelPrior, half_life_of, retention_of
from pages.measure.model.labels import ADSTOCK_LABELS, SATURATION_LABELS
from pages.measure.model.option import Option, ask, marked
from pages.measure.model.preview import show_channel_shapes
from pages.measure.model.state import SetUp, configured
from pages.shared.escape import plain
from pages.shared.layout import edited_table

CHANNEL, ADSTOCK, SATURATION = "Channel", "Carry-over", "Saturation"
HALF_LIFE, HALF_POINT = "Half-life in weeks", "Half effect at"
ROAS, ROAS_SD = "Incremental ROAS", "Its uncertainty"
SAME = 1e-3
ADSTOCK_HELP = (
    "Usual: an effect is strongest at once and fades. Choose a later peak for goods that people think over, "
    "the free shape where nothing is known and the data are long."
)
SATURATION_HELP = (
    "Usual: Hill, which can be a C or an S, so that the data decide. A straight line never flattens: keep it "
    "for media that were always small."
)
HALF_LIFE_HELP = (
    "Usual: most of an effect comes in the week of the ad; the belief is wide, up to several weeks."
)
HALF_POINT_HELP = (
    "Usual: a little above what is spent in a usual period, because few channels run at their end."
)


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


def adjust_channels(set_up: SetUp, config: MMMConfig) -> None:
    """One row per channel; only what differs from the default is kept."""
    st.caption(
        "Half-life: weeks until half of an effect has faded, as you expect it before the data speak. "
        "Half effect at: how many times a usual period's spend brings half of the greatest effect."
    )
    named = "|".join(f"{channel}={config.label(channel)}" for channel in config.channels)
    edited = edited_table(
        set_up.key(f"channels:{named}"),
        lambda: _rows(config),
        disabled=[CHANNEL],
        column_config=_columns(),
        column_order=[CHANNEL, ADSTOCK, SATURATION, HALF_LIFE, HALF_POINT]
        + ([ROAS, ROAS_SD] if config.kpi_is_money else []),
        alt="Carry-over, saturation and beliefs by channel",
    )
    _keep(set_up, config, edited)
    if config.kpi_is_money:
        st.caption(
            "Leave “Incremental ROAS” empty and a channel's share of all media effects is believed to follow "
            "its spend, loosely. Fill it in where you know better: money caused per money spent. An empty "
            "uncertainty counts as half of it."
        )


def adjust_window(set_up: SetUp, usual: int | None, noun: str) -> None:
    """How long an effect may last at most; empty counts as `usual` periods."""
    held, key = set_up.get("max_lag", None), set_up.key("max_lag")
    longest = st.number_input(
        marked(f"Longest carry-over, {noun}s", st.session_state.get(key, held) is not None),
        1,
        ConfigLimits().max_lag,
        held,
        placeholder=f"{usual} (usual)" if usual else "usual",
        help="After this no effect is left. Eight weeks (56 days, 3 months) hold nearly all of most effects; "
        "a longer window costs time, and is worth it where one is suspected. Empty: the usual.",
        key=key,
        width=320,
    )
    set_up.put("max_lag", int(longest) if longest else None, None)


def _rows(config: MMMConfig) -> pd.DataFrame:
    return pd.DataFrame([_row(config, channel) for channel in config.channels], index=list(config.channels))


def _row(config: MMMConfig, channel: str) -> dict[str, Any]:
    prior = config.priors.of(channel)
    return {
        CHANNEL: config.label(channel),
        ADSTOCK: ADSTOCK_LABELS[config.adstock_of(channel)],
        SATURATION: SATURATION_LABELS[config.saturation_of(channel)],
        HALF_LIFE: round(half_life_of(prior.retention_mean), 2),
        HALF_POINT: prior.half_ratio,
        ROAS: prior.roas_mean if prior.roas_mean is not None else float("nan"),
        ROAS_SD: prior.roas_sd if prior.roas_sd is not None else float("nan"),
    }


def _columns() -> dict[str, Any]:
    config = st.column_config
    number = config.NumberColumn
    return {
        CHANNEL: config.TextColumn(pinned=True),
        ADSTOCK: config.SelectboxColumn(
            options=list(ADSTOCK_LABELS.values()), required=True, help=ADSTOCK_HELP
        ),
        SATURATION: config.SelectboxColumn(
            options=list(SATURATION_LABELS.values()), required=True, help=SATURATION_HELP
        ),
        HALF_LIFE: number(
            min_value=0.05, max_value=26.0, step=0.05, format="%.2f", required=True, help=HALF_LIFE_HELP
        ),
        HALF_POINT: number(
            min_value=0.05, max_value=20.0, step=0.05, format="%.2f", required=True, help=HALF_POINT_HELP
        ),
        ROAS: number(min_value=0.0, step=0.1, format="%.2f"),
        ROAS_SD: number(min_value=0.0, step=0.1, format="%.2f"),
    }


def _keep(set_up: SetUp, config: MMMConfig, edited: pd.DataFrame) -> None:
    rows = {str(channel): row for channel, row in edited.to_dict("index").items()}
    adstock = {name: _word(ADSTOCK_LABELS, row[ADSTOCK]) for name, row in rows.items()}
    saturation = {name: _word(SATURATION_LABELS, row[SATURATION]) for name, row in rows.items()}
    set_up.put("adstock", _others(adstock, Adstock.GEOMETRIC), {})
    set_up.put("saturation", _others(saturation, Saturation.HILL), {})
    known = set_up.get("priors", {})
    own = {name: _prior(row, known.get("channels", {}).get(name, {})) for name, row in rows.items()}
    told = {name: prior for name, prior in own.items() if prior}
    rest = {name: value for name, value in known.items() if name != "channels"}
    set_up.put("priors", rest | ({"channels": told} if told else {}), {})


def _word(words: dict[Any, str], text: object) -> str:
    return next(choice.value for choice, word in words.items() if word == text)


def _others(chosen: dict[str, str], default: str) -> dict[str, str]:
    return {name: value for name, value in chosen.items() if value != default}


def _prior(row: dict[str, Any], known: dict[str, Any]) -> dict[str, float]:
    """The fields of this channel's prior that differ from the default."""
    default = ChannelPrior()
    fields = {name: value for name, value in known.items() if name not in _EDITED}
    if abs(row[HALF_LIFE] - half_life_of(default.retention_mean)) > 0.006:
        fields["retention_mean"] = retention_of(row[HALF_LIFE])
    fields |= _retention_doubt(known, fields.get("retention_mean", default.retention_mean))
    if abs(row[HALF_POINT] - default.half_ratio) > SAME:
        fields["half_ratio"] = row[HALF_POINT]
    return fields | _roas(row[ROAS], row[ROAS_SD])


def _roas(mean: float | None, sd: float | None) -> dict[str, float]:
    """The belief about incremental ROAS; without an uncertainty of its own it is half as wide as high."""
    if mean is None or not mean > 0:
        return {}
    return {"roas_mean": mean, "roas_sd": sd if sd is not None and sd > 0 else mean / 2}


_EDITED = frozenset({"retention_mean", "retention_sd", "half_ratio", "roas_mean", "roas_sd"})


def _retention_doubt(known: dict[str, Any], mean: float) -> dict[str, float]:
    """The sd that belongs to a mean; one that was typed stays, as far as the mean leaves room for it."""
    before = known.get("retention_mean", ChannelPrior().retention_mean)
    own, usual = known.get("retention_sd"), retention_sd_of(mean)
    if own is not None and abs(own - retention_sd_of(before)) > SAME:
        return {"retention_sd": min(own, most_retention_sd(mean))}
    return {"retention_sd": usual} if abs(usual - ChannelPrior().retention_sd) > SAME else {}


def most_retention_sd(mean: float) -> float:
    """The largest sd that a share around `mean` can have, with a little room."""
    return round(0.95 * (mean * (1 - mean)) ** 0.5, 4)


def retention_sd_of(mean: float) -> float:
    """As wide as the default belief, narrower near 0 and 1 where less room is left."""
    default = ChannelPrior()
    room = (mean * (1 - mean)) ** 0.5
    usual = (default.retention_mean * (1 - default.retention_mean)) ** 0.5
    return round(default.retention_sd * room / usual, 4)
