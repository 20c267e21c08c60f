"""How often people should be reached: a card for each channel with reach and frequency."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.charts.formats import Wording, percent
from core.mmm import charts
from core.mmm.fitted import FittedMMM
from pages.measure.results.chart import chart_card
from pages.shared.layout import section
from pages.shared.model_view import ModelView


def show_frequency(view: ModelView) -> None:
    """KPI by average frequency at the same impressions, and the best; nothing without such channels."""
    names = view.model.config.frequency_channels
    if not names:
        return
    words = view.wording
    curves, optima = _frequencies(*view.key[:2], view.level, view.model)
    section("Frequency")
    st.caption(
        "The last year's impressions, had fewer people been reached more often or more people less often. "
        "Dashed: the best frequency, within its interval. Dot: today's. On the curves above, more money "
        "reaches more people just as often, so these channels' lines are straight."
    )
    with st.grid(3, min_column_width=300):
        for name in names:
            _card(view, name, curves[curves["channel"] == name], optima.set_index("channel").loc[name], words)


def best_frequencies(view: ModelView) -> pd.DataFrame:
    """Today's and the best frequency of each channel that has one."""
    return _frequencies(*view.key[:2], view.level, view.model)[1]


def _card(view: ModelView, name: str, curve: pd.DataFrame, optimum: pd.Series, words: Wording) -> None:
    def figure() -> go.Figure:
        return charts.frequency_curve(curve, optimum, words, view.level)

    title, note = words.label(name), best_in_words(optimum)
    chart_card(view, title, figure, lambda: curve, key=f"frequency_{name}", note=note)


def best_in_words(optimum: pd.Series) -> str:
    """What the best frequency would change, in a sentence or two."""
    best, low, high = (float(optimum[end]) for end in ("best", "best_lower", "best_upper"))
    if not math.isfinite(best):
        return "This channel does not saturate: every frequency earns the same."
    gain, least, most = (percent(float(optimum[end]), 1) for end in ("gain", "gain_lower", "gain_upper"))
    found = f"Best: {best:.1f} contacts a head ({low:.1f} to {high:.1f}), today {float(optimum['now']):.1f}."
    if high >= float(optimum["top"]) - 0.05:
        return f"{found} The best may lie beyond what was ever tried."
    return f"{found} It would change the effect by {gain} ({least} to {most})."


@st.cache_resource(max_entries=60, show_spinner=False)
def _frequencies(
    project_id: int, fit: str, level: float, _model: FittedMMM
) -> tuple[pd.DataFrame, pd.DataFrame]:
    return _model.frequency_curve(level=level), _model.optimal_frequency(level)
