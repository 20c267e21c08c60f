"""The tabs about behaviour: response curves and carry-over."""

from __future__ import annotations

import streamlit as st

from core.mmm import charts
from pages.parts.layout import section
from pages.parts.plain import plain
from pages.parts.results_chart import chart_card
from pages.parts.results_view import View, curves_figure

FIRST_CARDS = 6


def show_curves(view: View) -> None:
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
    note = f"Solid: spend that was seen. Dashed: beyond it. Dot: mean spend per {words.period} of the range."
    data = view.curves[view.curves["channel"].isin(shown)]
    title = f"{words.kpi_label} caused per {words.period} at steady spend"
    chart_card(view, title, curves_figure(view, shown), data, key="curves", note=note)
    if len(shown) > 1:
        section("Each channel on its own scale")
        with st.grid(3, min_column_width=300):
            for name in shown:
                own = view.curves[view.curves["channel"] == name]
                figure = curves_figure(view, [name]).update_layout(showlegend=False)
                chart_card(view, words.label(name), figure, own, key=f"curve_{name}")


def _by_spend(view: View) -> list[str]:
    marks = view.marks.sort_values("spend_now", ascending=False)
    return [str(name) for name in marks["channel"]]


def show_carry_over(view: View) -> None:
    """How long each channel's effect lasts after the money is spent."""
    words = view.wording
    half = view.readout.channels.set_index("channel")["half_life"].astype(float).to_dict()
    names = list(view.model.config.channels)
    chosen = st.pills(
        "Channels",
        names,
        selection_mode="multi",
        default=names[:FIRST_CARDS],
        format_func=lambda name: plain(words.label(name)),
        key="carry_channels",
    )
    frame = view.carry_over[view.carry_over["channel"].isin(chosen or names)]
    figure = charts.carry_over(frame, half, words, view.level)
    note = (
        f"Share of the effect that comes in each {words.period} after the spend; the shares add up to 100 %."
    )
    chart_card(view, "Carry-over", figure, frame, key="carry_over", note=note)
