"""The tab of uplift curves: one card a department, both sales channels in it, past promotions as points."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.promo import charts
from pages.measure.promotion_effects.view import EffectsView
from pages.shared.escape import plain
from pages.shared.layout import card, chart

FIRST_CARDS = 6
ROOM = 0.06


def show_curves(view: EffectsView) -> None:
    """A curve for each department and sales channel with its 90 % band."""
    curves, cells = view.of_geo(view.tables.curves), view.of_geo(view.tables.cells)
    events = view.of_geo(view.tables.events)
    names = list(dict.fromkeys(cells["department"]))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        picked = names
        if len(names) > FIRST_CARDS:
            picked = st.multiselect(
                "Departments", names, default=names[:FIRST_CARDS], key="effects_departments", width="stretch"
            )
        points = st.toggle("Past promotions", value=True, key="effects_points")
    st.caption(
        "Uplift of sales against the baseline by discount; the band holds 90 %. Dotted: deeper than any "
        "discount this cell has seen. Every point is one past promotion with its own interval."
    )
    shown = picked or names[:FIRST_CARDS]
    parts = [frame[frame["department"].isin(shown)] for frame in (curves, events, cells)]
    ends = shared_ends(parts[0], parts[1])
    with st.grid(3, min_column_width=280):
        for name in shown:
            own = [frame[frame["department"] == name] for frame in parts]
            _card(name, own[0], own[1] if points else own[1].iloc[:0], own[2], ends)


def shared_ends(curves: pd.DataFrame, events: pd.DataFrame) -> tuple[float, float]:
    """One uplift axis for all cards, so that departments can be compared by eye."""
    points = events["mean"] if len(events) else pd.Series([0.0])
    low, high = min(0.0, float(points.min())), max(float(curves["upper"].max()), float(points.max()))
    room = ROOM * (high - low)
    return low - room, high + room


def _card(
    name: str,
    curves: pd.DataFrame,
    events: pd.DataFrame,
    cells: pd.DataFrame,
    ends: tuple[float, float],
) -> None:
    with card(key=f"curve_card_{name}"):
        st.markdown(f"**{plain(name)}**")
        figure = charts.uplift_curves(curves, events, cells, ends)
        chart(figure, key=f"uplift_{name}", height=270)
        st.caption(plain("; ".join(_learned_from(row) for row in cells.to_dict("records"))))


def _learned_from(cell: dict[str, object]) -> str:
    channel, count = str(cell["channel"]).capitalize(), int(str(cell["promotions"]))
    if not count:
        return f"{channel}: none of its own, the pooled value"
    return f"{channel}: {count} promotion{'s' if count > 1 else ''}, {cell['days']} days"
