"""What a screen is laid out with: header, section, card, empty state, KPI row, chart, downloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.access import Membership, Permission
from core.charts.formats import MISSING
from pages.shared import screens
from pages.shared.escape import plain
from pages.shared.screens import Screen

_STATUS_COLOURS = {
    "queued": ("Waiting", "gray", ":material/schedule:"),
    "running": ("Training", "blue", ":material/progress_activity:"),
    "processing": ("Working", "blue", ":material/progress_activity:"),
    "completed": ("Ready", "green", ":material/check:"),
    "failed": ("Failed", "red", ":material/error:"),
    "cancelled": ("Cancelled", "orange", ":material/block:"),
}

_LEGEND = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "y": 1.02,
    "yanchor": "bottom",
    "title": {"text": ""},
}


NO_EXPORTS = "Your role in this project does not include exports."


def edited_table(key: str, rows: Callable[[], pd.DataFrame], **options: Any) -> pd.DataFrame:
    """The table as edited; `rows` makes it anew whenever the editor was not on the screen in the last run.

    The browser keeps edits as differences to the table it was given, so the table may not change under it;
    and it forgets them when the editor leaves the screen, so they must be in `rows()` by then.
    """
    kept = f"{key}:rows"
    if key not in st.session_state or kept not in st.session_state:
        st.session_state[kept] = rows()
    options.setdefault("placeholder", MISSING)
    return st.data_editor(st.session_state[kept], key=key, hide_index=True, **options)


@dataclass(frozen=True)
class KpiCard:
    """One figure on a card. `value` and `note` are finished strings; `trend` draws a small line below."""

    label: str
    value: str
    note: str = ""
    delta: str | None = None
    delta_good: Literal["up", "down", "neutral"] = "up"
    help: str | None = None
    trend: Sequence[float] | None = None


@dataclass(frozen=True)
class Download:
    """One file a person may take along; `data` makes it when it is asked for."""

    label: str
    file_name: str
    mime: str
    data: Callable[[], bytes] | bytes
    icon: str = ":material/download:"


def page_header(title: str, subtitle: str = "", *, badge: str | None = None) -> DeltaGenerator:
    """The title of a screen with one line below; returns the container at its right for buttons."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="page_header"):
        with st.container(gap="xxsmall", width="stretch"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.title(plain(title), anchor=False, width="content")
                if badge:
                    status_badge(badge)
            if subtitle:
                st.caption(plain(subtitle))
        actions = st.container(
            horizontal=True,
            horizontal_alignment="right",
            vertical_alignment="center",
            width="content",
            key="page_actions",
        )
    return actions


def section(title: str, note: str = "") -> None:
    """A heading inside a screen, with one quiet line below when there is something to add."""
    with st.container(gap="xxsmall"):
        st.subheader(plain(title), anchor=False)
        if note:
            st.caption(plain(note))


def card(key: str | None = None) -> DeltaGenerator:
    """A bordered box that is as high as its neighbours in a grid."""
    return st.container(border=True, height="stretch", key=key)


def empty_state(
    title: str,
    text: str,
    *,
    icon: str = ":material/inbox:",
    button: str | None = None,
    screen: Screen | None = None,
    query: Mapping[str, int | str | None] | None = None,
    on_click: Callable[[], None] | None = None,
    key: str | None = None,
) -> bool:
    """Nothing here yet: says so, and carries the button that changes it. True when the button was pressed."""
    with st.container(border=True, horizontal_alignment="center", gap="small", key=key):
        st.space("small")
        st.markdown(f"# :primary[{icon}]", text_alignment="center")
        st.markdown(f"**{plain(title)}**", text_alignment="center")
        st.caption(plain(text), text_alignment="center")
        pressed = bool(
            button and st.button(button, type="primary", key=f"{key or 'empty'}_button", on_click=on_click)
        )
        st.space("small")
    if pressed and screen is not None:
        screens.go(screen, **(query or {}))
    return pressed


def kpi_row(kpis: Sequence[KpiCard], columns: int = 4) -> None:
    """Figures side by side; on a narrow screen they flow below each other."""
    with st.grid(columns, min_column_width=160):
        for kpi in kpis:
            colour: Any = {"up": "normal", "down": "inverse", "neutral": "off"}[kpi.delta_good]
            with st.container(border=True, height="stretch", gap="xxsmall"):
                st.metric(
                    plain(kpi.label),
                    plain(kpi.value),
                    kpi.delta,
                    delta_color=colour,
                    help=kpi.help,
                    chart_data=list(kpi.trend) if kpi.trend is not None else None,
                    chart_type="area",
                )
                if kpi.note:
                    st.caption(plain(kpi.note))


def chart(
    figure: go.Figure, *, key: str, alt: str | None = None, height: int | None = None, select: bool = False
) -> Any:
    """Draw a figure the house's way; with `select`, what was clicked comes back.

    `alt` says in words what the figure shows; the domains' charts carry theirs along in `layout.meta`.
    """
    meta = figure.layout.meta
    words = alt or (meta.get("alt") if isinstance(meta, dict) else None)
    if not words:
        raise ValueError(f"the chart {key!r} needs an alt text")
    figure.update_layout(paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)")
    if height is not None or figure.layout.height is None:
        figure.update_layout(height=height or 300)
    if not isinstance(meta, dict):
        figure.update_layout(margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend=_LEGEND)
    return st.plotly_chart(
        figure,
        width="stretch",
        key=key,
        alt=words,
        on_select="rerun" if select else "ignore",
        config={"displayModeBar": False, "displaylogo": False, "responsive": True},
    )


def status_badge(status: str) -> None:
    """Where a training or a job stands, in one coloured word."""
    words, colour, icon = _STATUS_COLOURS.get(status, (status.capitalize(), "gray", None))
    st.badge(words, color=colour, icon=icon)  # type: ignore[arg-type]


def download_menu(project: Membership, downloads: Sequence[Download], note: str, *, key: str) -> None:
    """One button that opens onto all files to take along; greyed out, with the reason, for who may not."""
    allowed = project.allows(Permission.EXPORT_DOWNLOAD)
    reason = None if allowed else NO_EXPORTS
    with st.popover("Export", icon=":material/download:", disabled=not allowed, help=reason, width="content"):
        for at, item in enumerate(downloads):
            st.download_button(
                item.label,
                data=item.data,
                file_name=item.file_name,
                mime=item.mime,
                icon=item.icon,
                key=f"{key}_{at}",
                on_click="ignore",
                width="stretch",
            )
        st.caption(note)


def download_row(project: Membership, downloads: Sequence[Download], *, key: str) -> None:
    """A row of files to take along; greyed out, with the reason, for who may not export."""
    allowed = project.allows(Permission.EXPORT_DOWNLOAD)
    with st.container(horizontal=True, key=f"{key}_downloads"):
        for index, item in enumerate(downloads):
            st.download_button(
                item.label,
                data=item.data,
                file_name=item.file_name,
                mime=item.mime,
                icon=item.icon,
                key=f"{key}_{index}",
                disabled=not allowed,
                help=None if allowed else NO_EXPORTS,
                on_click="ignore",
            )
