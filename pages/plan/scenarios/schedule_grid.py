"""The schedule as an editable grid: money by period (or month) and channel, and ready-made fills."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import streamlit as st

from core.mmm.cents import to_cents
from core.mmm.planning.plan_text import signed_money
from core.mmm.planning.whatif_inputs import WhatIfInputs
from core.mmm.planning.whatif_schedule import Fill, fill, has_months, month_frame, scale, with_months
from pages.plan.scenarios.state import ScenarioEditor
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


MOST_PCT = 200
STEP_PCT = 5
MOST_TIMES = 10  # what may be typed, in multiples of the usual money


def ask_spend(editor: ScenarioEditor) -> None:
    """One slider a channel; it moves the whole horizon and keeps its periods in their proportions."""
    inputs = editor.inputs
    for channel in editor.basis.channels:
        money = inputs.money(channel, editor.geo)
        own, wording = editor.own, editor.wording
        slider = f"{editor.prefix}_{editor.geo}_slider_{channel}"
        # A field for each amount: when a slider moves again before the browser has seen the new amount, what
        # it sends belongs to a field that is gone, and cannot set the channel back.
        amount = f"{editor.prefix}_{editor.geo}_{round(100 * money)}_amount_{channel}"
        typical, unused = own.usual[channel], own.recent[channel] <= 0
        # The schedule decides: the slider shows it, however it was changed.
        value = int(min(MOST_PCT, max(0, round(100 * money / typical if typical > 0 else 0.0))))
        if st.session_state.get(slider) != value:
            st.session_state[slider] = value
        name = plain(wording.label(channel))
        with st.container(border=True, gap="xsmall", key=f"{editor.prefix}_channel_{channel}"):
            word = "on average" if unused else "recently"
            with st.container(horizontal=True, horizontal_alignment="distribute"):
                st.markdown(f"**{name}**", width="content")
                st.caption(
                    plain(f"{wording.money(typical)} {word}" if typical > 0 else "never spent on"),
                    width="content",
                )
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                st.slider(
                    f"{name}: percent of {'its average' if unused else 'recent'} spend", 0, MOST_PCT,
                    step=STEP_PCT, format="%d %%", key=slider, disabled=typical <= 0,
                    label_visibility="collapsed", on_change=_slid,
                    args=(editor, channel, slider, typical), width="stretch",
                )  # fmt: skip
                st.number_input(
                    f"{name}: spend in {wording.currency}", 0.0,
                    max(to_cents(typical * MOST_TIMES), money) if typical > 0 else None, value=money,
                    step=1000.0, format="%.0f", key=amount, disabled=typical <= 0,
                    label_visibility="collapsed", on_change=_typed,
                    args=(editor, channel, amount, money), width=150,
                )  # fmt: skip


def _slid(editor: ScenarioEditor, channel: str, slider: str, typical: float) -> None:
    money = to_cents(typical * st.session_state[slider] / 100)
    editor.change(lambda inputs: scale(inputs, editor.basis, channel, money, editor.geo))


def _typed(editor: ScenarioEditor, channel: str, amount: str, shown: float) -> None:
    money = float(st.session_state[amount] or 0.0)
    # A field of a run that was overtaken is reported as new with the amount it was made for.
    if money != shown:
        editor.change(lambda inputs: scale(inputs, editor.basis, channel, money, editor.geo))


@dataclass
class ScheduleGrid:
    """What the editor shows: it began with `base` and, with `cells` typed over it, now holds `current`; a new
    `number` shows another base.

    An editor keeps what was typed only while its first table stays the same.
    """

    base: WhatIfInputs
    current: WhatIfInputs
    view: tuple[str, bool]
    number: int = 0
    cells: dict[int, dict[str, Any]] = field(default_factory=dict)


def show_fills(editor: ScenarioEditor) -> None:
    """Buttons that set the money of one channel, or of all, in one go."""
    key = f"{editor.prefix}_fill"
    everything = "All channels"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_row"):
        picked = st.selectbox(
            "Fill", [everything, *editor.basis.channels], key=key, label_visibility="collapsed", width=200,
            format_func=editor.wording.label,
        )  # fmt: skip
        channels = editor.basis.channels if picked == everything else (str(picked),)
        for how, words in FILLS.items():
            if how == Fill.LAST_YEAR and editor.basis.last_year(editor.basis.channels[0]) is None:
                continue
            st.button(words, key=f"{key}_{how}", on_click=_fill, args=(editor, how, channels))


def _fill(editor: ScenarioEditor, how: Fill, channels: tuple[str, ...]) -> None:
    editor.change(lambda inputs: fill(inputs, editor.basis, how, channels, editor.geo))


def edit_grid(editor: ScenarioEditor) -> None:
    """The grid; what is typed or pasted goes into the schedule at once."""
    inputs = editor.inputs
    by_month = _ask_months(editor)
    slot = _slot(editor)
    view = (editor.geo, by_month)
    grid: ScheduleGrid | None = st.session_state.get(slot)
    if grid is None or grid.view != view or grid.current.spend != inputs.spend:
        grid = ScheduleGrid(inputs, inputs, view, grid.number + 1 if grid else 0)
        st.session_state[slot] = grid
    grid = grid
    table = _view(grid.base, editor.geo, by_month)
    shown: dict[str, Any] = {"_index": st.column_config.TextColumn("", pinned=True, width=110)}
    for name in inputs.channels:
        shown[name] = st.column_config.NumberColumn(
            editor.wording.label(name), min_value=0.0, step=0.01, format="localized"
        )
    st.data_editor(
        table.set_axis(
            [(f"{day:%b %Y}" if by_month else f"{day.day} {day:%b %Y}") for day in table.index], axis=0
        ),
        key=_editor_key(slot, grid),
        column_config=shown,
        height=min(len(table), MOST_ROWS) * 35 + 40,
        alt="Money by period and channel, to edit",
    )
    _show_totals(editor, inputs)


def _ask_months(editor: ScenarioEditor) -> bool:
    if not has_months(editor.basis.frequency, editor.basis.periods):
        return False
    own = f"{editor.basis.period.capitalize()}s"
    picked = st.segmented_control(
        "Rows", [own, "Months"], default=own, required=True, key=f"{editor.prefix}_rows",
        label_visibility="collapsed", help="A month is spread over its periods in their present proportions",
    )  # fmt: skip
    return picked == "Months"


def _view(inputs: WhatIfInputs, geo: str, by_month: bool) -> pd.DataFrame:
    frame = inputs.frame_of(geo)
    return month_frame(frame) if by_month else frame


def apply_edits(editor: ScenarioEditor) -> None:
    """Put what was typed since the last run into the schedule; to be called before anything is shown."""
    slot = _slot(editor)
    grid: ScheduleGrid | None = st.session_state.get(slot)
    widget = st.session_state.get(_editor_key(slot, grid)) if grid else None
    if grid is None or not widget or widget["edited_rows"] == grid.cells:
        return
    grid.cells = copy.deepcopy(widget["edited_rows"])

    def change(inputs: WhatIfInputs) -> WhatIfInputs:
        # All edits of this sheet are laid over what it began with: the editor sends them all every time.
        grid.current = replace(inputs, spend=_with_cells(grid).spend)
        return grid.current

    editor.change(change)


def _slot(editor: ScenarioEditor) -> str:
    return f"{editor.prefix}_sheet"


def _editor_key(slot: str, grid: ScheduleGrid) -> str:
    return f"{slot}_{grid.number}"


def _with_cells(grid: ScheduleGrid) -> WhatIfInputs:
    geo, by_month = grid.view
    frame = _view(grid.base, geo, by_month)
    typed = {
        (frame.index[int(row)], name): to_cents(value or 0.0)
        for row, own in grid.cells.items()
        for name, value in own.items()
        if name in frame.columns
    }
    if by_month:
        return with_months(grid.base, geo, typed)
    for (day, name), value in typed.items():
        frame.loc[day, name] = value
    return grid.base.with_frame(frame, geo)


def _show_totals(editor: ScenarioEditor, inputs: WhatIfInputs) -> None:
    wording, rows = editor.wording, {}
    for name in inputs.channels:
        money, recent = inputs.money(name, editor.geo), editor.own.recent[name]
        rows[plain(wording.label(name))] = [
            wording.money(money), wording.money(recent), signed_money(money - recent, wording)
        ]  # fmt: skip
    st.dataframe(
        pd.DataFrame(rows, index=["Total", "Recent", "Change"]),
        key=f"{editor.prefix}_totals",
        column_config={"_index": st.column_config.TextColumn("", pinned=True, width=110)},
        alt="Total by channel, recent spend and the change",
    )
