"""What a promotion does around itself: what it takes from other departments, and the dip behind it."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from core.charts.formats import Wording
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.labels import pct, signed_money
from pages.shared.escape import plain
from pages.shared.formatting import day


def show_after(kpis: PromoKpis, wording: Wording) -> None:
    """Two cards: other departments, and the two weeks behind the promotion."""
    with st.grid(2, min_column_width=320):
        with st.container(border=True, height="stretch", gap="xsmall"):
            st.markdown("**Taken from other departments**")
            for words in _taken(kpis, wording) or ["Nothing measurable; it is in the totals either way."]:
                st.markdown(plain(words))
        with st.container(border=True, height="stretch", gap="xsmall"):
            st.markdown("**The two weeks behind it**")
            st.markdown(plain(_dip(kpis, wording)))
            st.caption("Comes on top: it is in none of the figures above.")


def _taken(kpis: PromoKpis, wording: Wording) -> list[str]:
    return [
        f"{name}: {signed_money(-row['sales_value'], wording)}, {pct(-row['share_pct'])} of its sales "
        f"(90 %: {signed_money(-row['upper'], wording)} to {signed_money(-row['lower'], wording)})"
        for name, row in kpis.cannibalised.items()
        if row["lower"] > 0
    ]


def _dip(kpis: PromoKpis, wording: Wording) -> str:
    after = kpis.after
    first, last = (dt.date.fromisoformat(after[name]) for name in ("first_on", "last_on"))
    lower, upper = after["sales_value_lower"], after["sales_value_upper"]
    return (
        f"{signed_money(after['sales_value'], wording)} in the promoted departments, "
        f"{pct(100 * after['share'])} of what they usually sell "
        f"(90 %: {signed_money(lower, wording)} to {signed_money(upper, wording)}), "
        f"{day(first)} to {day(last)}."
    )
