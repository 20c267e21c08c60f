"""The tabs about behaviour: response curves and carry-over."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.charts.formats import Wording, percent
from core.mmm import charts
from core.mmm.fitted import FittedMMM
from pages.measure.results.chart import chart_card
from pages.shared.escape import plain
from pages.shared.layout import section
from pages.shared.model_view import ModelView

FIRST_CARDS = 6


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


def show_curves(view: ModelView) -> None:
    """All curves together, then one card a channel, biggest spender first."""
    words, names = view.wording, _by_spend(view)
    chosen = st.pills(
        "Channels",
        names,
        selection_mode="multi",
        default=names[:FIRST_CARDS],
        format_func=lambda name: plain(words.label(name)),
        key="curve_channels",
    )
    shown = [name for name in names if name in (chosen or names[:FIRST_CARDS])]
    st.caption(
        f"Solid: spend that was seen. Dashed: beyond it. Dot: mean spend per {words.period} of the range."
    )
    with st.grid(3, min_column_width=300):
        for name in shown:
            _curve(view, [name], words.label(name), _in_words(view, name))
    if len(shown) > 1:
        section("On one scale")
        _curve(view, shown, f"{words.kpi_label} caused per {words.period} at steady spend")
    show_frequency(view)


def _curve(view: ModelView, names: list[str], title: str, note: str = "") -> None:
    """A card with the curves of some channels; a single one needs neither legend nor the name of its axis."""
    alone = len(names) == 1

    def asked() -> pd.DataFrame:
        return view.curves[view.curves["channel"].isin(names)]

    def figure() -> go.Figure:
        made = charts.response_curves(asked(), view.marks, view.wording, view.level)
        return made.update_layout(showlegend=False, yaxis_title_text="") if alone else made

    chart_card(view, title, figure, asked, key=f"curve_{'_'.join(names)}", note=note)


def _in_words(view: ModelView, name: str) -> str:
    """What the dot on a curve says."""
    words, row = view.wording, view.summary.channels.set_index("channel").loc[name]
    now = float(view.marks.set_index("channel").loc[name, "spend_now"])
    if not now:
        return "No spend in this range."
    low, high = words.per_money(row["mroas_lower"]), words.per_money(row["mroas_upper"])
    returns = f"the next 1 % returns {words.per_money(row['mroas'])} ({low} to {high})"
    return f"{words.money(now)} a {words.period}; {returns}."


def _by_spend(view: ModelView) -> list[str]:
    marks = view.marks.sort_values("spend_now", ascending=False)
    return [str(name) for name in marks["channel"]]


def show_carry_over(view: ModelView) -> None:
    """How long each channel's effect lasts after the money is spent."""
    words = view.wording
    half = view.summary.channels.set_index("channel")["half_life"].astype(float).to_dict()
    names = list(view.model.config.channels)
    chosen = st.pills(
        "Channels",
        names,
        selection_mode="multi",
        default=names[:FIRST_CARDS],
        format_func=lambda name: plain(words.label(name)),
        key="carry_channels",
    )
    shown = [name for name in names if name in (chosen or names[:FIRST_CARDS])]
    st.caption(f"Share of the effect that comes in each {words.period} after the spend; together 100 %.")
    with st.grid(3, min_column_width=300):
        for name in shown:
            _weights(view, name, _half_life(half.get(name), words.period))


def _weights(view: ModelView, name: str, note: str) -> None:
    def own() -> pd.DataFrame:
        return view.carry_over[view.carry_over["channel"] == name]

    def figure() -> go.Figure:
        return charts.carry_over(own(), view.wording, view.level)

    chart_card(view, view.wording.label(name), figure, own, key=f"carry_{name}", note=note)


def _half_life(periods: float | None, period: str) -> str:
    if periods is None or not math.isfinite(periods):
        return "Its shape has no half-life."
    if periods < 0.95:
        return f"Half of the effect comes within {periods:.1f} {period}s, so mostly at once."
    return f"Half of the effect comes within {periods:.1f} {period}s."
