"""Lift tests as a table: experiments that the model must agree with."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from core.mmm.config import MMMConfig
from pages.measure.model.state import SetUp
from pages.measure.model.table import edited_table

CHANNEL, START, END = "Channel", "First day", "Last day"
CHANGE, LIFT, ERROR, REGIONS = "Spend change", "Lift", "Standard error", "Regions"
COLUMNS = [CHANNEL, START, END, CHANGE, LIFT, ERROR, REGIONS]


def adjust_lift_tests(set_up: SetUp, config: MMMConfig, regions: list[str]) -> None:
    """A table in which rows can be added; a row counts as soon as its needed cells are filled."""
    st.caption(
        "Totals over the whole window are compared, not values per period. Spend change: by how much the "
        "comparison's spend differed over the window, empty where it was switched off. Lift: what the media "
        "earned in KPI units more than the comparison; standard error: how sure the test is."
    )
    edited = edited_table(
        set_up.key("lift"),
        lambda: _rows(set_up.get("lift_tests", []), config),
        num_rows="dynamic",
        column_order=COLUMNS if regions else COLUMNS[:-1],
        column_config=_columns(config, regions),
        placeholder="",
        alt="Lift tests",
    )
    tests = [_test(row, config) for row in edited.to_dict("records")]
    set_up.put("lift_tests", [test for test in tests if test], [])
    half = sum(test is None for test in tests)
    if half:
        st.caption(f":orange[{half} incomplete {'row is' if half == 1 else 'rows are'} not used yet.]")


def _rows(tests: list[dict[str, Any]], config: MMMConfig) -> pd.DataFrame:
    rows = [
        (
            config.label(test["channel"]),
            dt.date.fromisoformat(test["start"]),
            dt.date.fromisoformat(test["end"]),
            test.get("spend_change"),
            test["lift"],
            test["lift_sd"],
            list(test.get("geos") or []),
        )
        for test in tests
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    numbers = dict.fromkeys((CHANGE, LIFT, ERROR), "float64")
    return frame.astype({CHANNEL: "object", REGIONS: "object", START: "object", END: "object"} | numbers)


def _columns(config: MMMConfig, regions: list[str]) -> dict[str, Any]:
    make = st.column_config
    return {
        CHANNEL: make.SelectboxColumn(
            options=[config.label(name) for name in config.channels], required=True
        ),
        START: make.DateColumn(required=True),
        END: make.DateColumn(required=True),
        CHANGE: make.NumberColumn(help="Money over the window; empty: switched off"),
        LIFT: make.NumberColumn(required=True, help="KPI units, a total over the window"),
        ERROR: make.NumberColumn(min_value=0.0, required=True),
        REGIONS: make.MultiselectColumn(options=regions, help="Empty: all regions"),
    }


def _test(row: dict[str, Any], config: MMMConfig) -> dict[str, Any] | None:
    if any(_blank(row[name]) for name in (CHANNEL, START, END, LIFT, ERROR)) or not row[ERROR] > 0:
        return None
    column = next((name for name in config.channels if config.label(name) == row[CHANNEL]), None)
    if column is None:
        return None
    return {
        "channel": column,
        "start": str(row[START])[:10],
        "end": str(row[END])[:10],
        "lift": float(row[LIFT]),
        "lift_sd": float(row[ERROR]),
        "geos": list(row[REGIONS]) if isinstance(row[REGIONS], list) and row[REGIONS] else None,
        "spend_change": None if _blank(row[CHANGE]) else float(row[CHANGE]),
    }


def _blank(value: object) -> bool:
    return value is None or value is pd.NaT or value != value or value == ""
