"""The head of a promotion: its name, days, type and legal text; every change goes onto the table at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from core.promo.scenarios.draft import PromoDraft
from core.promo.scenarios.labels import TYPE_LINES, type_name
from core.promo.scenarios.scenario import ScenarioType
from pages.plan.shared_promo.context import PromoContext
from pages.plan.shared_promo.editor_state import PromoEditorState

MOST_LETTERS = 100
MOST_LEGAL = 1_000
DATE_FORMAT = "DD/MM/YYYY"


def ask_head(table: PromoEditorState, draft: PromoDraft, ground: PromoContext, prefix: str) -> None:
    """The fields above the lines."""
    several = len(ground.geos) > 1
    with st.grid(6 if several else 5, min_column_width=150):
        _text("label", "Name", table, draft, prefix, max_chars=MOST_LETTERS)
        _day("start", "First day", table, draft, prefix)
        _day("end", "Last day", table, draft, prefix)
        _choice("scenario_type", "Type", [kind.value for kind in ScenarioType], table, draft, prefix,
                format_func=type_name, help=_lines_of_types())  # fmt: skip
        if several:
            _choice("geo", "Geo", list(ground.geos), table, draft, prefix)
        _text("legal_text", "Legal text", table, draft, prefix, max_chars=MOST_LEGAL,
              placeholder=ground.settings.legal_text or "None yet",
              help="Left empty, the project’s own text is used. It stands under “Settings”.")  # fmt: skip


def _lines_of_types() -> str:
    return "  \n".join(f"**{type_name(kind)}**: {words}" for kind, words in TYPE_LINES.items())


def _text(
    name: str, label: str, table: PromoEditorState, draft: PromoDraft, prefix: str, **extra: Any
) -> None:
    st.text_input(label, **_bound(name, table, draft, prefix), **extra)


def _day(name: str, label: str, table: PromoEditorState, draft: PromoDraft, prefix: str) -> None:
    st.date_input(label, None, format=DATE_FORMAT, **_bound(name, table, draft, prefix))


def _choice(
    name: str,
    label: str,
    options: list[str],
    table: PromoEditorState,
    draft: PromoDraft,
    prefix: str,
    **extra: Any,
) -> None:
    st.selectbox(label, options, **_bound(name, table, draft, prefix), **extra)


def _bound(name: str, table: PromoEditorState, draft: PromoDraft, prefix: str) -> dict[str, Any]:
    """What ties a widget to a field: the draft decides what is shown, typing decides the draft."""
    key = f"{prefix}_{name}"
    if key not in st.session_state or st.session_state[key] != getattr(draft, name):
        st.session_state[key] = getattr(draft, name)
    return {"key": key, "on_change": _typed, "args": (table, key, name)}


def _typed(table: PromoEditorState, key: str, name: str) -> None:
    value = st.session_state[key]
    table.change(lambda draft: replace(draft, **{name: value}))
