"""The lines of a promotion as an editable grid: what is typed goes onto the table at once."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from core.promo.scenarios.draft import COLUMNS, Line, PromoDraft
from pages.plan.shared_promo.context import PromoContext
from pages.plan.shared_promo.editor_state import PromoEditorState

MOST_PCT = 95.0
ROW = 35


@dataclass
class LineGrid:
    """What the editor shows: it began with `base` and, with `edits` made to it, now holds `after`; a new
    `number` shows another base.

    An editor keeps what was typed only while its first table stays the same.
    """

    base: tuple[Line, ...]
    after: tuple[Line, ...]
    number: int = 0
    edits: dict[str, Any] = field(default_factory=dict)


def take_edits(table: PromoEditorState, prefix: str) -> None:
    """Put what was typed since the last run onto the table; to be called before anything is computed."""
    sheet: LineGrid | None = st.session_state.get(_slot(prefix))
    editor = st.session_state.get(_editor_key(prefix, sheet)) if sheet else None
    if sheet is None or not editor or editor == sheet.edits:
        return
    sheet.edits = copy.deepcopy(dict(editor))

    def change(draft: PromoDraft) -> PromoDraft:
        # All edits of this sheet are laid over what it began with: the editor sends them all every time.
        sheet.after = edited(sheet.base, sheet.edits)
        return draft.with_lines(sheet.after)

    table.change(change)


def edit_lines(draft: PromoDraft, ground: PromoContext, prefix: str) -> None:
    """The grid with one row a line; rows are added at its foot and taken away by their check box."""
    sheet = _sheet(prefix, draft)
    st.data_editor(
        lines_frame(sheet.base),
        key=_editor_key(prefix, sheet),
        num_rows="dynamic",
        hide_index=True,
        column_config=_columns(ground),
        height=ROW * (max(len(draft.lines), 1) + 2) + 4,
        placeholder="",
        alt="Lines of the promotion: department, sales channel, discount, segments and notes, to edit",
    )


def edited(base: tuple[Line, ...], edits: Mapping[str, Any]) -> tuple[Line, ...]:
    """The lines after the edits of a data editor: changed cells, taken rows, added rows."""
    changed = {int(row): cells for row, cells in edits.get("edited_rows", {}).items()}
    taken = set(edits.get("deleted_rows", ()))
    kept = [
        Line.of(asdict(line) | changed.get(place, {}))
        for place, line in enumerate(base)
        if place not in taken
    ]
    return (*kept, *(Line.of(cells) for cells in edits.get("added_rows", ())))


def lines_frame(lines: tuple[Line, ...]) -> pd.DataFrame:
    """The lines as the editor takes them."""
    rows = [{**asdict(line), "segments": list(line.segments)} for line in lines]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    return frame.assign(discount_pct=frame["discount_pct"].astype(float), notes=frame["notes"].fillna(""))


def _sheet(prefix: str, draft: PromoDraft) -> LineGrid:
    held: LineGrid | None = st.session_state.get(_slot(prefix))
    if held is None or held.after != draft.lines:
        held = LineGrid(draft.lines, draft.lines, held.number + 1 if held else 0)
        st.session_state[_slot(prefix)] = held
    return held


def _columns(ground: PromoContext) -> dict[str, Any]:
    column = st.column_config
    shown: dict[str, Any] = {
        "department": column.SelectboxColumn("Department", options=list(ground.departments), required=True),
        "channel": column.SelectboxColumn("Sales channel", options=list(ground.channels), required=True),
        "discount_pct": column.NumberColumn(
            "Discount", min_value=0.0, max_value=MOST_PCT, step=0.5, format="%g %%", required=True
        ),
        "segments": column.MultiselectColumn(
            "Segments", options=list(ground.segments), help="ALL: every customer", width="medium"
        ),
        "notes": column.TextColumn("Notes", max_chars=200, width="large"),
    }
    return shown


def _slot(prefix: str) -> str:
    return f"{prefix}_sheet"


def _editor_key(prefix: str, sheet: LineGrid | None) -> str:
    return f"{prefix}_lines_{sheet.number if sheet else 0}"
