"""The tab of uplift curves: one card a department, both sales channels in it, past promotions as points."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.promo import charts
from core.promo.charts import METHOD_WORDS
from core.promo.effects import clear_losses
from pages.measure.promotion_effects.view import EffectsView
from pages.shared.escape import plain
from pages.shared.layout import card, chart

FIRST_CARDS = 6
ROOM = 0.06


METHOD_LINES = {
    "seasonal": "weekday, month and trend of each cell, learned together with the promotions",
    "weekday_mean": "the mean of the cell's days without promotion on the same weekday",
}


def show_cannibalisation(view: EffectsView) -> None:
    """The post-promo dip by department, and the matrix of cannibalisation."""
    with card(key="dip_card"):
        st.markdown("**After a promotion**")
        st.caption("Sales of the same cell against its baseline, with 90 % intervals.")
        if view.tables.events.empty:
            st.caption("No promotion is marked in these sales, so nothing is known.")
        else:
            chart(charts.dip(view.tables.dip), key="effects_dip")
    with card(key="rival_card"):
        st.markdown("**In other departments**")
        st.caption(
            "Change of a department's sales, in percent, while another one of the same sales channel is "
            "on promotion. Strong colour: the 90 % interval excludes zero."
        )
        chart(charts.cannibalisation(view.tables.rivals), key="effects_rivals")
        st.caption(plain(_in_words(view)))
        if len(view.tables.rivals):
            with st.expander(
                "Every pair with its 90 % interval", key="rival_pairs", on_change="rerun"
            ) as more:
                if more.open:
                    names = {
                        "by": "Promotion of",
                        "on": "Sales of",
                        "mean": "Change",
                        "lower": "From",
                        "upper": "To",
                    }
                    percent = st.column_config.NumberColumn(format="%+.1f %%")
                    st.dataframe(
                        view.tables.rivals.sort_values("mean")[list(names)].rename(columns=names),
                        hide_index=True,
                        column_config={"Change": percent, "From": percent, "To": percent},
                        alt="What a promotion of one department does to another, with intervals",
                    )


def _in_words(view: EffectsView) -> str:
    lost = clear_losses(view.tables.rivals)
    if lost.empty:
        return "No department clearly loses sales to another's promotion."
    told = (
        f"{row.on} loses {-row.mean:.1f} % ({-row.upper:.1f} to {-row.lower:.1f}) while {row.by} is on offer"
        for row in lost.head(3).itertuples()
    )
    return "; ".join(told) + "."


def show_baseline(view: EffectsView) -> None:
    """Both methods on the same past windows, in a chart and a table; what nobody could test in words."""
    method = view.model.baseline.method
    st.markdown(f"In force: **{METHOD_WORDS[method]}**, {METHOD_LINES[method]}.")
    for note in view.model.baseline.notes:
        st.warning(plain(note), icon=":material/info:")
    if view.tables.errors.empty:
        return
    with st.grid(2, min_column_width=340):
        with card(key="backtest_chart"):
            st.markdown("**Error on the past**")
            st.caption("Forecast up to four weeks ahead from what was known then; promo days left out.")
            chart(charts.backtest(view.tables.backtest), key="effects_backtest")
        with card(key="backtest_table"):
            st.markdown("**Both methods together**")
            st.dataframe(
                pd.DataFrame(
                    {
                        "Method": [METHOD_WORDS[name] for name in view.tables.errors["method"]],
                        "Error": [f"{value:.1f} %" for value in view.tables.errors["error_pct"]],
                        "Bias": [f"{value:+.1f} %" for value in view.tables.errors["bias_pct"]],
                        "Windows": view.tables.errors["windows"],
                        "Days": view.tables.errors["days"],
                        "In force": view.tables.errors["used"],
                    }
                ),
                hide_index=True,
                alt="Error of both methods",
            )
            st.caption(
                "Error: mean absolute error of a cell's day. Bias: how far the sum of all days lay off; "
                "below zero the forecast was too low."
            )


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
