"""The tab of the baseline: which method is in force, how both did on the past, what could not be tested."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.promo import charts
from core.promo.charts import METHOD_WORDS
from pages.measure.promotion_effects.view import EffectsView
from pages.shared.escape import plain
from pages.shared.layout import card, chart

METHOD_LINES = {
    "seasonal": "weekday, month and trend of each cell, learned together with the promotions",
    "weekday_mean": "the mean of the cell's days without promotion on the same weekday",
}


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
            st.dataframe(_shown(view.tables.errors), hide_index=True, alt="Error of both methods")
            st.caption(
                "Error: mean absolute error of a cell's day. Bias: how far the sum of all days lay off; "
                "below zero the forecast was too low."
            )


def _shown(errors: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Method": [METHOD_WORDS[name] for name in errors["method"]],
            "Error": [f"{value:.1f} %" for value in errors["error_pct"]],
            "Bias": [f"{value:+.1f} %" for value in errors["bias_pct"]],
            "Windows": errors["windows"],
            "Days": errors["days"],
            "In force": errors["used"],
        }
    )
