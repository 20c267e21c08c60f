"""Reach and frequency: which two columns say how many people a channel reached, and how often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.data import ColumnRole
from core.mmm.config import MMMConfig
from core.mmm.priors import Priors, likely_range
from pages.measure.model.option import Option, advanced, ask, marked
from pages.measure.model.state import SetUp
from pages.shared.layout import edited_table

CHANNEL, REACH, FREQUENCY = "Channel", "People reached", "Average frequency"
OFFERED = (ColumnRole.EXPOSURE, ColumnRole.ORGANIC, ColumnRole.CONTROL, ColumnRole.IGNORE)


CONCENTRATION = Option(
    ("priors", "share_concentration"),
    "How firmly the split is believed",
    "Dirichlet concentration per channel. Low is loose: one channel may well earn many times what another "
    "does, as real ones do. 20 holds channels close to the believed split.",
    Priors().share_concentration,
    0.1,
    100.0,
    0.5,
)
SHARE = "30 % with wide doubt is what most published models find; the data correct it."
SHARE_SD = "Larger lets the data decide more. 15 points leave room from about 12 % to 58 %."
TILT = (
    "100 %: a channel with twice the spend is believed to cause twice as much. 0 %: all channels the same. "
    "Half-way, because marketers know something and still err."
)


START, END = "First day", "Last day"
CHANGE, LIFT, ERROR, REGIONS = "Spend change", "Lift", "Standard error", "Regions"
LIFT_COLUMNS = [CHANNEL, START, END, CHANGE, LIFT, ERROR, REGIONS]


def adjust_lift_tests(set_up: SetUp, config: MMMConfig, regions: list[str]) -> None:
    """A table in which rows can be added; a row counts as soon as its needed cells are filled."""
    st.caption(
        "Totals over the whole window are compared, not values per period. Spend change: by how much the "
        "comparison's spend differed over the window, empty where it was switched off. Lift: what the media "
        "earned in KPI units more than the comparison; standard error: how sure the test is."
    )
    make = st.column_config
    edited = edited_table(
        set_up.key("lift"),
        lambda: _lift_rows(set_up.get("lift_tests", []), config),
        num_rows="dynamic",
        column_order=LIFT_COLUMNS if regions else LIFT_COLUMNS[:-1],
        column_config={
            CHANNEL: make.SelectboxColumn(
                options=[config.label(name) for name in config.channels], required=True
            ),
            START: make.DateColumn(required=True),
            END: make.DateColumn(required=True),
            CHANGE: make.NumberColumn(help="Money over the window; empty: switched off"),
            LIFT: make.NumberColumn(required=True, help="KPI units, a total over the window"),
            ERROR: make.NumberColumn(min_value=0.0, required=True),
            REGIONS: make.MultiselectColumn(options=regions, help="Empty: all regions"),
        },
        placeholder="",
        alt="Lift tests",
    )
    tests = [_test(row, config) for row in edited.to_dict("records")]
    set_up.put("lift_tests", [test for test in tests if test], [])
    half = sum(test is None for test in tests)
    if half:
        st.caption(f":orange[{half} incomplete {'row is' if half == 1 else 'rows are'} not used yet.]")


def _lift_rows(tests: list[dict[str, Any]], config: MMMConfig) -> pd.DataFrame:
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
    frame = pd.DataFrame(rows, columns=LIFT_COLUMNS)
    numbers = dict.fromkeys((CHANGE, LIFT, ERROR), "float64")
    return frame.astype({CHANNEL: "object", REGIONS: "object", START: "object", END: "object"} | numbers)


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


def adjust_beliefs(set_up: SetUp, config: MMMConfig) -> None:
    """Total media share with its uncertainty, how far shares follow spend, and how firmly."""
    with st.grid(3, min_column_width=240):
        mean = _percent(set_up, "media_share_mean", "Media together cause, % of the KPI", SHARE, 1, 95)
        sd = _percent(set_up, "media_share_sd", "Give or take, percentage points", SHARE_SD, 1, 60)
        _percent(set_up, "spend_tilt", "Shares follow spend, %", TILT, 0, 100)
    low, high = likely_range(mean, sd)
    st.caption(
        f"In words: media most likely cause {low:.0%} to {min(high, 1):.0%} of the KPI; all else is baseline."
    )
    with advanced("beliefs") as place:
        if place.open:
            with st.container(width=320):
                ask(set_up, CONCENTRATION)


def _percent(set_up: SetUp, name: str, label: str, help: str, least: int, most: int) -> float:
    path, default = ("priors", name), getattr(Priors(), name)
    share = set_up.value(path, default)
    start, key = min(max(round(100 * share), least), most), set_up.key(name)
    changed = st.session_state.get(key, start) != round(100 * default)
    typed = st.slider(marked(label, changed), least, most, start, help=help, key=key)
    # A share between two whole percents stays as it is until the slider is moved.
    value = share if typed == start else typed / 100
    set_up.keep(path, value, default)
    return float(value)


def contact_columns(set_up: SetUp, frame: pd.DataFrame) -> list[str]:
    """Numeric columns of the data that could say reach or frequency."""
    held = {column for pair in set_up.get("reach_frequency", {}).values() for column in pair}
    return [
        str(column)
        for column in frame.columns
        if pd.api.types.is_numeric_dtype(frame[column])
        and (set_up.mapping.role_of(str(column)) in OFFERED or column in held)
    ]


def adjust_reach(set_up: SetUp, config: MMMConfig, columns: Sequence[str]) -> None:
    """A row per paid channel; it counts as soon as both of its cells are chosen."""
    st.caption(
        "Where a channel's people and contacts are known, its effect grows in line with the people reached "
        "and flattens with the number of contacts a person has. Leave the cells empty to keep to "
        "spend or exposure. A column chosen here is no medium or control of its own."
    )
    paid = config.channel_columns
    edited = edited_table(
        set_up.key(f"reach:{'|'.join(paid)}"),
        lambda: _reach_rows(set_up, config),
        disabled=[CHANNEL],
        column_config=_reach_columns(list(columns)),
        alt="Reach and frequency by channel",
    )
    chosen = {str(name): (row[REACH], row[FREQUENCY]) for name, row in edited.to_dict("index").items()}
    pairs = {name: list(pair) for name, pair in chosen.items() if all(map(_filled, pair))}
    set_up.put("reach_frequency", pairs, {})
    half = [name for name, pair in chosen.items() if name not in pairs and any(map(_filled, pair))]
    if half:
        names = ", ".join(config.label(name) for name in half)
        st.caption(f":orange[Not used yet, because one of the two is missing: {names}.]")


def _filled(cell: object) -> bool:
    return isinstance(cell, str) and bool(cell)


def _reach_rows(set_up: SetUp, config: MMMConfig) -> pd.DataFrame:
    known = set_up.get("reach_frequency", {})
    rows = [(config.label(name), *known.get(name, (None, None))) for name in config.channel_columns]
    frame = pd.DataFrame(rows, columns=[CHANNEL, REACH, FREQUENCY], index=list(config.channel_columns))
    return frame.astype("object")


def _reach_columns(columns: list[str]) -> dict[str, Any]:
    make = st.column_config
    return {
        CHANNEL: make.TextColumn(pinned=True),
        REACH: make.SelectboxColumn(options=columns, help="Different people reached in each period"),
        FREQUENCY: make.SelectboxColumn(options=columns, help="Contacts per person reached, 1 or more"),
    }
