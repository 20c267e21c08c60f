"""The tab of what happens around a promotion: the dip afterwards and what other departments lose."""

from __future__ import annotations

import streamlit as st

from core.promo import charts
from pages.measure.promotion_effects.figures import clear_losses
from pages.measure.promotion_effects.view import EffectsView
from pages.shared.escape import plain
from pages.shared.layout import card, chart


def show_beside(view: EffectsView) -> None:
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
                    _pairs(view)


def _pairs(view: EffectsView) -> None:
    names = {"by": "Promotion of", "on": "Sales of", "mean": "Change", "lower": "From", "upper": "To"}
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
