"""What a refit on newer data changed, told below the findings."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.charts.formats import MISSING, percent
from core.mmm.results.stability import Movement, Stability
from pages.shared.escape import plain
from pages.shared.model_view import ModelView

HELP = (
    "Both models are asked about the periods that both have seen. A movement is counted in standard "
    "deviations of the earlier answer: beyond about 1.6 it leaves the earlier 90 % interval."
)


def show_stability(view: ModelView) -> None:
    """A card with the verdict, channels that moved, and all of them in a table; nothing for a first fit."""
    told = view.model.diagnostics.get("stability")
    if not told:
        return
    found = Stability.from_json(told)
    with st.container(border=True, key="stability"):
        _head(found)
        lines = [f"- {plain(sentence)}" for sentence in found.sentences[1:]]
        if lines:
            st.markdown("\n".join(lines))
        with st.expander("Every channel, before and after"):
            st.dataframe(
                _table(found, view), hide_index=True, key="stability_table", alt="Channels before and after"
            )


def _head(found: Stability) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Since the last model**", width="content", help=HELP)
        if found.left:
            st.badge("Moved", color="orange", icon=":material/trending_up:")
        else:
            st.badge("Steady", color="green", icon=":material/check:")
    rows = f"{found.new_periods:,} new periods" if found.new_periods else "No new periods"
    st.markdown(plain(found.verdict))
    st.caption(f"{rows}; compared over {found.start} to {found.end}, which both models have seen.")


def _table(found: Stability, view: ModelView) -> pd.DataFrame:
    name = view.wording.return_name
    return pd.DataFrame(
        [
            {
                "Channel": own.name,
                "Share before": f"{percent(own.share_before, 1)} ({_share(own)})",
                "Share now": percent(own.share_after, 1),
                "Moved by": f"{own.share_moved:+.1f} sd",
                f"{name} before": _money(view, own.roas_before),
                f"{name} now": _money(view, own.roas_after),
                "Where": "inside" if own.inside else "outside",
            }
            for own in found.movements
        ]
    )


def _share(own: Movement) -> str:
    return f"{percent(own.share_lower, 1)} to {percent(own.share_upper, 1)}"


def _money(view: ModelView, value: float | None) -> str:
    return MISSING if value is None else view.wording.per_money(value)
