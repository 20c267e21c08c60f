"""Why a figure of a plan is what it is: formula, the numbers behind it, and what they stand on."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.charts.formats import Wording
from core.mmm.planning.why import Why, WhyStep
from pages.shared.escape import plain


def show_why(make: Callable[[], Why], wording: Wording, *, key: str) -> None:
    """The button `Why these figures`; it opens a drawer, and nothing is computed before."""
    if st.button("Why these figures", icon=":material/help:", key=f"{key}_why"):
        _drawer(make(), wording)


@st.dialog("Why these figures", position="right")
def _drawer(why: Why, wording: Wording) -> None:
    names = [reason.name for reason in why.reasons]
    picked = st.selectbox("Figure", names, key="why_figure")
    _show_reason(why.reasons[names.index(picked or names[0])])
    st.divider()
    _show_ground(why, wording)


def _show_reason(reason: WhyStep) -> None:
    st.caption(plain(reason.sentence))
    st.latex(reason.symbols)
    rows = [(name, _number(value)) for name, value in reason.parts]
    st.dataframe(
        pd.DataFrame(rows, columns=["What", "Number"]),
        hide_index=True,
        height=38 + 35 * len(rows),
        key=f"why_parts_{reason.name}",
        alt=f"The numbers that make up {reason.name}",
    )


def _show_ground(why: Why, wording: Wording) -> None:
    origin = why.origin
    facts = [
        f"**{why.count:,}** posterior draws of {origin.draws:,} kept, seed **{why.seed}**, "
        f"{why.level * 100:.0f} % intervals".replace(" %", "\u00a0%"),
        f"Model **{plain(origin.model_words)}**, trained {plain(origin.trained_on)}"
        + ("" if origin.converged else ", :orange[not converged]"),
        f"Data: {plain(origin.data_words)}",
    ]
    st.markdown("\n".join(f"- {fact}" for fact in facts))
    if why.limits:
        with st.expander(f"Limits in force ({len(why.limits)})"):
            st.dataframe(_limits(why, wording), hide_index=True, key="why_limits", alt="Limits in force")
    with st.expander("The model’s set-up"):
        st.json(json.loads(json.dumps(dict(origin.config))), expanded=1)
    st.caption("Every single draw stands in the workbook, sheet Draws.")


def _limits(why: Why, wording: Wording) -> pd.DataFrame:
    def amount(value: float | None, of_total: bool) -> str:
        if value is None:
            return ""
        return f"{value:.1%}" if of_total else wording.money(value)

    return pd.DataFrame(
        {
            "Limit": [limit.name for limit in why.limits],
            "At least": [amount(limit.least, limit.of_total) for limit in why.limits],
            "At most": [amount(limit.most, limit.of_total) for limit in why.limits],
            "Note": [limit.note for limit in why.limits],
        }
    )


def _number(value: float) -> str:
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:,.4g}" if abs(value) < 100 else f"{value:,.2f}"
