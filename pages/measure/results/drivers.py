"""The tab about everything besides media: prices, controls, events, holidays, season and trend."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.charts.base import NEUTRAL
from core.charts.formats import MISSING, Wording
from core.charts.palette import channel_colours
from core.mmm import charts
from core.mmm.fitted import FittedMMM
from core.mmm.results.drivers import DriverKind, drivers
from pages.measure.results.chart import chart_card, data_button
from pages.shared.layout import section
from pages.shared.model_view import ModelView

MEANING = {
    DriverKind.TREATMENT: "Effect of one unit above the reference; the total counts from it.",
    DriverKind.CONTROL: "Effect of a usual move upwards in one period; the total is against its mean.",
}


def show_drivers(view: ModelView) -> None:
    """Baseline over time by part, then each driver's effect with its interval."""
    words = view.wording
    lines = view.cut(view.lines.decomposition)
    parts = lines[~lines["component"].isin(list(words.colours))]

    def figure() -> go.Figure:
        others = channel_colours([part for part in dict.fromkeys(parts["component"]) if part != "base"])
        told_apart = replace(words, colours={"base": NEUTRAL, **others})
        return charts.contribution_over_time(parts, told_apart, None, view.level)

    title = f"{words.kpi_label} without media, by cause"
    chart_card(view, title, figure, lambda: parts, key="baseline_parts")
    found = _drivers(*view.key[:2], view.level, *view.days, view.model)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        with st.container(width="content"):
            section("What moved it", f"Intervals: {view.level * 100:.0f} %. {_season_note(view)}")
        data_button(view, "What moved it", lambda: found, key="drivers")
    if found.empty:
        st.caption("This model has no controls, prices, events, season or trend.")
        return
    st.dataframe(
        driver_table(found, words),
        hide_index=True,
        key="drivers_table",
        placeholder=MISSING,
        alt="Effects of everything besides media",
        column_config={"What": st.column_config.TextColumn(pinned=True)},
    )
    for kind, meaning in MEANING.items():
        if (found["kind"] == kind).any():
            st.caption(f"{kind}: {meaning}")


def _season_note(view: ModelView) -> str:
    config = view.model.config
    named = [
        config.holidays_country and f"holidays of {config.holidays_country}",
        config.event_column and "events",
    ]
    left = [words for words in named if words]
    return f"Considered beside season and trend: {', '.join(left)}." if left else ""


def driver_table(found: pd.DataFrame, wording: Wording) -> pd.DataFrame:
    """The drivers in the reader's words: what, for what, effect with interval, total in the range."""

    def spread(row: pd.Series, name: str) -> str:
        if pd.isna(row[name]):
            return MISSING
        low, high = wording.kpi(row[f"{name}_lower"]), wording.kpi(row[f"{name}_upper"])
        return f"{wording.kpi(row[name])} ({low} to {high})"

    return pd.DataFrame(
        {
            "What": [wording.label(str(name)) for name in found["name"]],
            "Kind": [str(kind) for kind in found["kind"]],
            "Effect of": found["per"],
            f"Effect on {wording.kpi_label}": [spread(row, "effect") for _, row in found.iterrows()],
            "Total in these dates": [spread(row, "total") for _, row in found.iterrows()],
        }
    )


@st.cache_resource(max_entries=60, show_spinner=False)
def _drivers(
    project_id: int, fit: str, level: float, start: str, end: str, _model: FittedMMM
) -> pd.DataFrame:
    return drivers(_model, level, start, end)
