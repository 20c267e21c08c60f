"""Prices, promotions and controls of a scenario: as assumed, changed, set to a value, or period by period."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from core.mmm.planning.plan_text import driver_text
from core.mmm.planning.whatif import PlanDriver
from core.mmm.planning.whatif_inputs import DriverMode, DriverPlan, WhatIfInputs
from pages.plan.scenarios.state import ScenarioEditor
from pages.shared.escape import plain


class Way(StrEnum):
    """How a column is set, as people say it."""

    ASSUMED = "As assumed"
    PERCENT = "Change by %"
    ADD = "Change by amount"
    VALUE = "Set to"
    PERIODS = "Period by period"


MODES = {Way.PERCENT: DriverMode.PERCENT, Way.ADD: DriverMode.ADD, Way.VALUE: DriverMode.VALUE}


@dataclass
class PeriodGrid:
    """What the editor of one column shows: it began with `base` and, with `cells` typed, holds `current`."""

    base: DriverPlan
    current: DriverPlan
    number: int = 0
    cells: dict[int, dict[str, Any]] = field(default_factory=dict)


def ask_drivers(editor: ScenarioEditor, drivers: tuple[PlanDriver, ...], a_year_ago: bool) -> None:
    """One card a column, treatments (price, promotion) first."""
    for driver in drivers:
        with st.container(border=True, gap="xsmall", key=f"{editor.prefix}_driver_{driver.column}"):
            with st.container(horizontal=True, horizontal_alignment="distribute"):
                st.markdown(f"**{plain(editor.wording.label(driver.column))}**", width="content")
                st.caption("price or promotion" if driver.treatment else "control", width="content")
            st.caption(plain(driver_text(driver, editor.basis, a_year_ago)))
            plan = editor.inputs.drivers.get(driver.column)
            way_key, number_key = (f"{editor.prefix}_{what}_{driver.column}" for what in ("way", "number"))
            st.session_state[way_key] = way = _way(
                plan, st.session_state.get(_by_period(editor, driver), False)
            )
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                label = plain(editor.wording.label(driver.column))
                st.selectbox(
                    f"{label}: how", list(Way), key=way_key, on_change=_choose,
                    args=(editor, driver, way_key), label_visibility="collapsed", width=180,
                )  # fmt: skip
                if plan is not None and way in MODES:
                    st.session_state[number_key] = plan.values[0]
                    st.number_input(
                        f"{label}: {way.lower()}", key=number_key, on_change=_typed,
                        args=(editor, driver, number_key), label_visibility="collapsed", format="%.4g",
                        step=_step(driver, way), width=150,
                    )  # fmt: skip
            if plan is not None and way == Way.PERIODS:
                _edit_periods(editor, driver, plan)


def _way(plan: DriverPlan | None, by_period: bool) -> Way:
    """How the card shows a plan; `by_period` was chosen, though all periods may still be alike."""
    if plan is None:
        return Way.ASSUMED
    if len(set(plan.values)) > 1 or (by_period and plan.mode == DriverMode.ADD):
        return Way.PERIODS
    return next(way for way, mode in MODES.items() if mode == plan.mode)


def _step(driver: PlanDriver, way: Way) -> float:
    if way == Way.PERCENT:
        return 1.0
    size = max(abs(driver.lowest), abs(driver.highest), 1e-6)
    return float(f"{size / 20:.1g}")


def _choose(editor: ScenarioEditor, driver: PlanDriver, key: str) -> None:
    way, periods = Way(st.session_state[key]), editor.basis.periods
    first = {
        Way.ASSUMED: None,
        Way.PERCENT: DriverPlan(DriverMode.PERCENT, (0.0,) * periods),
        Way.ADD: DriverPlan(DriverMode.ADD, (_step(driver, Way.ADD),) * periods),
        Way.VALUE: DriverPlan(DriverMode.VALUE, (float(f"{driver.typical.mean():.4g}"),) * periods),
        Way.PERIODS: DriverPlan(DriverMode.ADD, (0.0,) * periods),
    }[way]
    st.session_state[_by_period(editor, driver)] = way == Way.PERIODS
    editor.change(lambda inputs: inputs.with_driver(driver.column, first))


def _typed(editor: ScenarioEditor, driver: PlanDriver, key: str) -> None:
    value = float(st.session_state[key] or 0.0)

    def change(inputs: WhatIfInputs) -> WhatIfInputs:
        mode = inputs.drivers[driver.column].mode
        return inputs.with_driver(driver.column, DriverPlan(mode, (value,) * inputs.periods))

    editor.change(change)


def _edit_periods(editor: ScenarioEditor, driver: PlanDriver, plan: DriverPlan) -> None:
    """Values by period, as the mean of the geos: what is typed moves every geo by the same amount."""
    slot = _slot(editor, driver)
    grid: PeriodGrid | None = st.session_state.get(slot)
    if grid is None or grid.current != plan:
        grid = PeriodGrid(plan, plan, grid.number + 1 if grid else 0)
        st.session_state[slot] = grid
    shown = driver.planned(grid.base).mean(axis=0)
    days = [f"{day.day} {day:%b %Y}" for day in editor.basis.dates]
    st.data_editor(
        pd.DataFrame({"value": shown}, index=days), key=f"{slot}_{grid.number}",
        height=min(len(days), 8) * 35 + 40,
        column_config={
            "_index": st.column_config.TextColumn("", pinned=True),
            "value": st.column_config.NumberColumn(editor.wording.label(driver.column), format="%.4g"),
        },
        alt="Value by period, to edit",
    )  # fmt: skip


def apply_period_edits(editor: ScenarioEditor, drivers: tuple[PlanDriver, ...]) -> None:
    """Put values typed since the last run into the scenario; to be called before anything is shown."""
    for driver in drivers:
        slot = _slot(editor, driver)
        grid: PeriodGrid | None = st.session_state.get(slot)
        widget = st.session_state.get(f"{slot}_{grid.number}") if grid else None
        if grid is None or not widget or widget["edited_rows"] == grid.cells:
            continue
        grid.cells = copy.deepcopy(widget["edited_rows"])
        values = driver.planned(grid.base).mean(axis=0)
        for row, own in grid.cells.items():
            if own.get("value") is not None:
                values[int(row)] = float(own["value"])
        grid.current = plan = DriverPlan(DriverMode.ADD, tuple(values - driver.typical))
        editor.change(partial(WhatIfInputs.with_driver, column=driver.column, plan=plan))


def _slot(editor: ScenarioEditor, driver: PlanDriver) -> str:
    return f"{editor.prefix}_periods_{driver.column}"


def _by_period(editor: ScenarioEditor, driver: PlanDriver) -> str:
    return f"{_slot(editor, driver)}_chosen"
