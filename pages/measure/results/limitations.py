"""What the model cannot tell: each gap with its evidence and what would close it."""

from __future__ import annotations

import streamlit as st

from core.mmm.results.limitations import Limitation, LimitationKind
from pages.shared.escape import plain
from pages.shared.layout import card, section
from pages.shared.model_view import ModelView

ICONS = {
    LimitationKind.BASELINE_BELOW_ZERO: ":red[:material/vertical_align_bottom:]",
    LimitationKind.PAIR: ":orange[:material/join_inner:]",
    LimitationKind.ALWAYS_ON: ":orange[:material/horizontal_rule:]",
    LimitationKind.LIKE_BASELINE: ":orange[:material/calendar_month:]",
    LimitationKind.QUIET: ":orange[:material/hearing_disabled:]",
    LimitationKind.CEILING: ":blue[:material/vertical_align_top:]",
    LimitationKind.STRAIGHT: ":blue[:material/show_chart:]",
    LimitationKind.WINDOW: ":blue[:material/content_cut:]",
    LimitationKind.SHORT: ":blue[:material/hourglass_bottom:]",
    LimitationKind.NO_TEST: ":gray[:material/science:]",
    LimitationKind.NO_HOLDOUT: ":gray[:material/visibility_off:]",
}


def show_limitations(view: ModelView) -> None:
    """A card a gap, the gravest first; what no mix model tells stands below."""
    gaps, lags = view.summary.limitations, view.model.structure.lags
    note = "The gravest first, each with what would help." if gaps else "These checks found no gap."
    section("What this model cannot tell", note)
    if gaps:
        with st.grid(3, min_column_width=260):
            for gap in gaps:
                _card(gap)
    st.caption(
        plain(
            f"By construction it is silent on effects that last longer than {lags} {view.wording.period}s "
            "(they count as baseline), on what channels do together beyond the sum of each, and on what "
            "happens inside a channel, such as which ad worked."
        )
    )


def _card(gap: Limitation) -> None:
    with card(), st.container(gap="xsmall"):
        st.markdown(f"{ICONS[gap.kind]} **{plain(str(gap.kind).capitalize())}**")
        st.markdown(plain(gap.what))
        st.caption(plain(gap.evidence))
        st.caption(f":green[:material/lightbulb:] {plain(gap.cure)}")
