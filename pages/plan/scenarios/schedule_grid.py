"""The schedule as an editable grid: money by period (or month) and channel, and ready-made fills."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import streamlit as st

from core.charts.formats import Wording
from core.mmm.cents import to_cents
from core.mmm.planning.plan_text import signed_money
from core.mmm.planning.whatif_inputs import WhatIfInputs
from core.mmm.planning.whatif_schedule import Fill, fill, has_months, month_frame, with_months
from pages.plan.scenarios.state import ScenarioEditorState
from pages.shared.escape import plain

MOST_ROWS = 18
FILLS = {
    Fill.RECENT: "As recent",
    Fill.LAST_YEAR: "As last year",
    Fill.EVEN: "Even",
    Fill.MORE: "+10 %",
    Fill.LESS: "−10 %",
    Fill.PAUSE: "Pause",
}


@dataclass
class ScheduleGrid:
    """What the editor shows: it began with `base` and, with `cells` typed over it, now holds `after`; a new
    `number` shows another base.

    An editor keeps what was typed only while its first table stays the same.
    """

    base: WhatIfInputs
    after: WhatIfInputs
    view: tuple[str, bool]
    number: int = 0
    cells: dict[int, dict[str, Any]] = field(default_factory=dict)


def show_fills(desk: ScenarioEditorState) -> None:
    """Buttons that set the money of one channel, or of all, in one go."""
    key = f"{desk.prefix}_fill"
    everything = "All channels"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_row"):
        picked = st.selectbox(
            "Fill", [everything, *desk.basis.channels], key=key, label_visibility="collapsed", width=200,
            format_func=desk.wording.label,
        )  # fmt: skip
        channels = desk.basis.channels if picked == everything else (str(picked),)
        for how, words in FILLS.items():
            if how == Fill.LAST_YEAR and desk.basis.last_year(desk.basis.channels[0]) is None:
                continue
            st.button(words, key=f"{key}_{how}", on_click=_fill, args=(desk, how, channels))


def _fill(desk: ScenarioEditorState, how: Fill, channels: tuple[str, ...]) -> None:
    desk.change(lambda inputs: fill(inputs, desk.basis, how, channels, desk.geo))


def edit_grid(desk: ScenarioEditorState) -> None:
    """The grid; what is typed or pasted goes into the schedule at once."""
    inputs = desk.inputs
    by_month = _ask_months(desk)
    slot = _slot(desk)
    sheet = _sheet(slot, inputs, (desk.geo, by_month))
    table = _view(sheet.base, desk.geo, by_month)
    st.data_editor(
        table.set_axis([_day(day, by_month) for day in table.index], axis=0),
        key=_editor_key(slot, sheet),
        column_config=_columns(inputs, desk.wording),
        height=min(len(table), MOST_ROWS) * 35 + 40,
        alt="Money by period and channel, to edit",
    )
    _show_totals(desk, inputs)


def _ask_months(desk: ScenarioEditorState) -> bool:
    if not has_months(desk.basis.frequency, desk.basis.periods):
        return False
    own = f"{desk.basis.period.capitalize()}s"
    picked = st.segmented_control(
        "Rows", [own, "Months"], default=own, required=True, key=f"{desk.prefix}_rows",
        label_visibility="collapsed", help="A month is spread over its periods in their present proportions",
    )  # fmt: skip
    return picked == "Months"


def _sheet(slot: str, inputs: WhatIfInputs, view: tuple[str, bool]) -> ScheduleGrid:
    held: ScheduleGrid | None = st.session_state.get(slot)
    if held is None or held.view != view or held.after.spend != inputs.spend:
        held = ScheduleGrid(inputs, inputs, view, held.number + 1 if held else 0)
        st.session_state[slot] = held
    return held


def _view(inputs: WhatIfInputs, geo: str, by_month: bool) -> pd.DataFrame:
    frame = inputs.frame_of(geo)
    return month_frame(frame) if by_month else frame


def take_edits(desk: ScenarioEditorState) -> None:
    """Put what was typed since the last run into the schedule; to be called before anything is shown."""
    slot = _slot(desk)
    sheet: ScheduleGrid | None = st.session_state.get(slot)
    editor = st.session_state.get(_editor_key(slot, sheet)) if sheet else None
    if sheet is None or not editor or editor["edited_rows"] == sheet.cells:
        return
    sheet.cells = copy.deepcopy(editor["edited_rows"])

    def change(inputs: WhatIfInputs) -> WhatIfInputs:
        # All edits of this sheet are laid over what it began with: the editor sends them all every time.
        sheet.after = replace(inputs, spend=_with_cells(sheet).spend)
        return sheet.after

    desk.change(change)


def _slot(desk: ScenarioEditorState) -> str:
    return f"{desk.prefix}_sheet"


def _editor_key(slot: str, sheet: ScheduleGrid) -> str:
    return f"{slot}_{sheet.number}"


def _with_cells(sheet: ScheduleGrid) -> WhatIfInputs:
    geo, by_month = sheet.view
    frame = _view(sheet.base, geo, by_month)
    typed = {
        (frame.index[int(row)], name): to_cents(value or 0.0)
        for row, own in sheet.cells.items()
        for name, value in own.items()
        if name in frame.columns
    }
    if by_month:
        return with_months(sheet.base, geo, typed)
    for (day, name), value in typed.items():
        frame.loc[day, name] = value
    return sheet.base.with_frame(frame, geo)


def _columns(inputs: WhatIfInputs, wording: Wording) -> dict[str, Any]:
    shown: dict[str, Any] = {"_index": st.column_config.TextColumn("", pinned=True, width=110)}
    for name in inputs.channels:
        shown[name] = st.column_config.NumberColumn(
            wording.label(name), min_value=0.0, step=0.01, format="localized"
        )
    return shown


def _day(day: pd.Timestamp, by_month: bool) -> str:
    return f"{day:%b %Y}" if by_month else f"{day.day} {day:%b %Y}"


def _show_totals(desk: ScenarioEditorState, inputs: WhatIfInputs) -> None:
    wording, rows = desk.wording, {}
    for name in inputs.channels:
        money, recent = inputs.money(name, desk.geo), desk.own.recent[name]
        rows[plain(wording.label(name))] = [
            wording.money(money), wording.money(recent), signed_money(money - recent, wording)
        ]  # fmt: skip
    st.dataframe(
        pd.DataFrame(rows, index=["Total", "Recent", "Change"]),
        key=f"{desk.prefix}_totals",
        column_config={"_index": st.column_config.TextColumn("", pinned=True, width=110)},
        alt="Total by channel, recent spend and the change",
    )
