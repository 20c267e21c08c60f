"""The head of a promotion: its name, days, type and legal text; every change goes onto the table at once."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd
import streamlit as st

from core.promo.scenarios.draft import COLUMNS, Line, PromoDraft
from core.promo.scenarios.labels import TYPE_LINES, type_name
from core.promo.scenarios.scenario import ScenarioType
from pages.plan.shared_promo.context import PromoContext
from pages.plan.shared_promo.editor_state import PromoEditorState

MOST_LETTERS = 100
MOST_LEGAL = 1_000
DATE_FORMAT = "DD/MM/YYYY"


MOST_PCT = 95.0
ROW = 35


@dataclass
class LineGrid:
    """What the editor shows: it began with `base` and, with `edits` made to it, now holds `current`; a new
    `number` shows another base.

    An editor keeps what was typed only while its first table stays the same.
    """

    base: tuple[Line, ...]
    current: tuple[Line, ...]
    number: int = 0
    edits: dict[str, Any] = field(default_factory=dict)


def apply_edits(state: PromoEditorState, prefix: str) -> None:
    """Put what was typed since the last run onto the table; to be called before anything is computed."""
    grid: LineGrid | None = st.session_state.get(_slot(prefix))
    widget = st.session_state.get(_editor_key(prefix, grid)) if grid else None
    if grid is None or not widget or widget == grid.edits:
        return
    grid.edits = copy.deepcopy(dict(widget))

    def change(draft: PromoDraft) -> PromoDraft:
        # All edits of this sheet are laid over what it began with: the editor sends them all every time.
        grid.current = with_edits(grid.base, grid.edits)
        return draft.with_lines(grid.current)

    state.change(change)


def edit_lines(draft: PromoDraft, context: PromoContext, prefix: str) -> None:
    """The grid with one row a line; rows are added at its foot and taken away by their check box."""
    grid: LineGrid | None = st.session_state.get(_slot(prefix))
    if grid is None or grid.current != draft.lines:
        grid = LineGrid(draft.lines, draft.lines, grid.number + 1 if grid else 0)
        st.session_state[_slot(prefix)] = grid
    grid = grid
    column = st.column_config
    shown: dict[str, Any] = {
        "department": column.SelectboxColumn("Department", options=list(context.departments), required=True),
        "channel": column.SelectboxColumn("Sales channel", options=list(context.channels), required=True),
        "discount_pct": column.NumberColumn(
            "Discount", min_value=0.0, max_value=MOST_PCT, step=0.5, format="%g %%", required=True
        ),
        "segments": column.MultiselectColumn(
            "Segments", options=list(context.segments), help="ALL: every customer", width="medium"
        ),
        "notes": column.TextColumn("Notes", max_chars=200, width="large"),
    }
    st.data_editor(
        lines_frame(grid.base),
        key=_editor_key(prefix, grid),
        num_rows="dynamic",
        hide_index=True,
        column_config=shown,
        height=ROW * (max(len(draft.lines), 1) + 2) + 4,
        placeholder="",
        alt="Lines of the promotion: department, sales channel, discount, segments and notes, to edit",
    )


def with_edits(base: tuple[Line, ...], edits: Mapping[str, Any]) -> tuple[Line, ...]:
    """The lines after the edits of a data editor: changed cells, taken rows, added rows."""
    changed = {int(row): cells for row, cells in edits.get("edited_rows", {}).items()}
    taken = set(edits.get("deleted_rows", ()))
    saved = [
        Line.of(asdict(line) | changed.get(place, {}))
        for place, line in enumerate(base)
        if place not in taken
    ]
    return (*saved, *(Line.of(cells) for cells in edits.get("added_rows", ())))


def lines_frame(lines: tuple[Line, ...]) -> pd.DataFrame:
    """The lines as the editor takes them."""
    rows = [{**asdict(line), "segments": list(line.segments)} for line in lines]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    return frame.assign(discount_pct=frame["discount_pct"].astype(float), notes=frame["notes"].fillna(""))


def _slot(prefix: str) -> str:
    return f"{prefix}_sheet"


def _editor_key(prefix: str, grid: LineGrid | None) -> str:
    return f"{prefix}_lines_{grid.number if grid else 0}"


def ask_header(state: PromoEditorState, draft: PromoDraft, context: PromoContext, prefix: str) -> None:
    """The fields above the lines."""
    several = len(context.geos) > 1
    with st.grid(6 if several else 5, min_column_width=150):
        types = "  \n".join(f"**{type_name(kind)}**: {text}" for kind, text in TYPE_LINES.items())
        _text("label", "Name", state, draft, prefix, max_chars=MOST_LETTERS)
        _day("start", "First day", state, draft, prefix)
        _day("end", "Last day", state, draft, prefix)
        _choice("scenario_type", "Type", [kind.value for kind in ScenarioType], state, draft, prefix,
                format_func=type_name, help=types)  # fmt: skip
        if several:
            _choice("geo", "Geo", list(context.geos), state, draft, prefix)
        _text("legal_text", "Legal text", state, draft, prefix, max_chars=MOST_LEGAL,
              placeholder=context.settings.legal_text or "None yet",
              help="Left empty, the project’s own text is used. It stands under “Settings”.")  # fmt: skip


def _text(
    name: str, label: str, state: PromoEditorState, draft: PromoDraft, prefix: str, **extra: Any
) -> None:
    st.text_input(label, **_bound(name, state, draft, prefix), **extra)


def _day(name: str, label: str, state: PromoEditorState, draft: PromoDraft, prefix: str) -> None:
    st.date_input(label, None, format=DATE_FORMAT, **_bound(name, state, draft, prefix))


def _choice(
    name: str,
    label: str,
    options: list[str],
    state: PromoEditorState,
    draft: PromoDraft,
    prefix: str,
    **extra: Any,
) -> None:
    st.selectbox(label, options, **_bound(name, state, draft, prefix), **extra)


def _bound(name: str, state: PromoEditorState, draft: PromoDraft, prefix: str) -> dict[str, Any]:
    """What ties a widget to a field: the draft decides what is shown, typing decides the draft."""
    key = f"{prefix}_{name}"
    if key not in st.session_state or st.session_state[key] != getattr(draft, name):
        st.session_state[key] = getattr(draft, name)
    return {"key": key, "on_change": _typed, "args": (state, key, name)}


def _typed(state: PromoEditorState, key: str, name: str) -> None:
    value = st.session_state[key]
    state.change(lambda draft: replace(draft, **{name: value}))
