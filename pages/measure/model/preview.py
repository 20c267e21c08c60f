"""What a set-up implies before any training: shares of media and baseline, carry-over and saturation."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from core.charts.formats import Wording
from core.charts.palette import channel_colours
from core.data.calendar import detect_frequency
from core.mmm import DatasetProblem, PriorPreview, prior_preview
from core.mmm.charts.priors import carry_over_shapes, channel_shares, prior_shares, saturation_shapes
from core.mmm.config import MMMConfig
from pages.measure.model.state import SetUp
from pages.shared.layout import chart

DRAWS = 1000  # as many as make the shown range that of the belief itself, and quick enough to follow a slider


def show_shares(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    """The belief about all media together, the baseline, and each channel's part."""
    preview = _preview(set_up, frame, config)
    if preview is None:
        return
    wording = _wording(set_up, frame, config)
    with st.grid(2, min_column_width=320):
        chart(
            prior_shares(preview.media_share, preview.baseline_share, wording), key=set_up.key("prior_shares")
        )
        chart(channel_shares(preview.channel_shares, wording), key=set_up.key("prior_channels"))


def show_channel_shapes(
    set_up: SetUp, frame: pd.DataFrame, config: MMMConfig, only: str | None = None
) -> None:
    """The belief about carry-over and saturation; channels of which the same is believed share a curve.

    With `only`, that of a single channel.
    """
    preview = _preview(set_up, frame, config)
    if preview is None:
        return
    alike = {only: [only]} if only else _alike(config)
    labels = {first: _together(config, channels) for first, channels in alike.items()}
    wording = replace(_wording(set_up, frame, config), labels=labels)
    weights, curves = (table[table["channel"].isin(alike)] for table in (preview.carry_over, preview.curves))
    with st.grid(2, min_column_width=320):
        with st.container():
            st.markdown("**How effects spread over time**")
            chart(carry_over_shapes(weights, wording), key=set_up.key(f"prior_carry:{only}"))
        with st.container():
            st.markdown("**How effects flatten**")
            chart(saturation_shapes(curves, wording), key=set_up.key(f"prior_curves:{only}"))


def _alike(config: MMMConfig) -> dict[str, list[str]]:
    """The channels of which the same is believed, by the first of them."""
    groups: dict[object, list[str]] = {}
    for channel in config.channels:
        prior = replace(config.priors.of(channel), roas_mean=None, roas_sd=None)
        key = (prior, config.adstock_of(channel), config.saturation_of(channel))
        groups.setdefault(key, []).append(channel)
    return {channels[0]: channels for channels in groups.values()}


def _together(config: MMMConfig, channels: list[str]) -> str:
    if len(channels) == len(config.channels) > 1:
        return "All channels"
    names = [config.label(channel) for channel in channels]
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def _preview(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> PriorPreview | None:
    try:
        return _drawn(set_up.dataset.project_id, set_up.dataset.cache_key, config.to_json(), frame)
    except DatasetProblem:
        st.caption("The plots appear once the errors above are mended.")
        return None


@st.cache_data(max_entries=48, show_spinner=False)
def _drawn(project_id: int, cache_key: str, config: str, _frame: pd.DataFrame) -> PriorPreview:
    return prior_preview(_frame, MMMConfig.from_json(config), draws=DRAWS)


def _wording(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> Wording:
    dates = pd.DatetimeIndex(pd.to_datetime(frame[config.date_column]).drop_duplicates().sort_values())
    frequency = detect_frequency(dates)
    return Wording(
        kpi_label=set_up.mapping.kpi_label or config.label(config.target_column),
        currency=config.currency,
        labels=dict(config.display_names),
        colours=channel_colours(config.channels),
        period=frequency.noun if frequency else "period",
    )
