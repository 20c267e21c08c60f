"""What the data look like: KPI and media over time, what moves together, missing cells, the rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.data import Mapping
from core.data.charts import correlation_map, kpi_and_spend, missing_map
from pages.shared.layout import chart

ROWS_SHOWN = 200


def show_data(frame: pd.DataFrame, mapping: Mapping, *, key: str) -> None:
    """Tabs over the finished table; only the open one is drawn."""
    names = ["Over time", "What moves together", "Gaps", "Table"]
    time, together, gaps, table = st.tabs(names, key=f"{key}:tabs", on_change="rerun")
    if time.open:
        with time:
            chart(kpi_and_spend(frame, mapping), key=f"{key}:time")
    if together.open:
        with together:
            st.caption(
                "Channels that rise and fall together are hard to tell apart: look for strong colours."
            )
            chart(correlation_map(frame, mapping), key=f"{key}:correlation")
    if gaps.open:
        with gaps:
            chart(missing_map(frame, mapping), key=f"{key}:missing")
    if table.open:
        with table:
            _rows(frame)


def _rows(frame: pd.DataFrame) -> None:
    st.dataframe(frame.head(ROWS_SHOWN), hide_index=True, alt="The first rows of the table")
    if len(frame) > ROWS_SHOWN:
        st.caption(f"The first {ROWS_SHOWN} of {len(frame):,} rows.")
