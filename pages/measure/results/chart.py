"""A chart in its card: title, the figure, its picture and the data behind it to take along."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.access import Permission
from core.mmm.charts import alt_text
from core.mmm.documents.tables import frame_csv
from pages.shared.escape import plain
from pages.shared.model_view import ModelView


def chart_card(
    view: ModelView,
    title: str,
    make: Callable[[], go.Figure],
    data: Callable[[], pd.DataFrame],
    *,
    key: str,
    note: str = "",
) -> None:
    """Draw a figure with its own alt text; the camera in its corner saves a PNG, the button its data.

    `key` names the figure and all choices that are its own: `make` is called once for all who look at the
    same view. `data` is called when the file is asked for.
    """
    with st.container(border=True, height="stretch", gap="xsmall", key=f"card_{key}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{plain(title)}**", width="content")
            data_button(view, title, data, key=key)
        if note:
            st.caption(plain(note))
        draw(view.figure(key, make), key=key, file_name=file_name(view, title))


def draw(figure: go.Figure, *, key: str, file_name: str) -> None:
    """The figure itself; its only tool is the camera that saves a picture."""
    config = {
        "displaylogo": False,
        "responsive": True,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "filename": file_name, "scale": 2},
    }
    st.plotly_chart(figure, key=key, width="stretch", alt=alt_text(figure), config=config)


def data_button(view: ModelView, title: str, data: Callable[[], pd.DataFrame], *, key: str) -> None:
    """The data behind a chart as CSV, written when it is asked for."""
    allowed = view.project.allows(Permission.EXPORT_DOWNLOAD)

    def made() -> bytes:
        return frame_csv(data(), view.wording)

    st.download_button(
        "CSV",
        data=made,
        file_name=f"{file_name(view, title)}.csv",
        mime="text/csv",
        key=f"csv_{key}",
        icon=":material/table_view:",
        type="tertiary",
        on_click="ignore",
        disabled=not allowed,
        help="The data behind this chart"
        if allowed
        else "Your role in this project does not include exports.",
    )


def file_name(view: ModelView, title: str) -> str:
    """A name for a file: model and title in plain letters."""
    words = f"{view.info.name} {title}".lower()
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:80] or "results"
