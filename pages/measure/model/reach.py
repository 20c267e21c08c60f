"""Reach and frequency: which two columns say how many people a channel reached, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.data import ColumnRole
from core.mmm.config import MMMConfig
from pages.measure.model.state import SetUp
from pages.measure.model.table import edited_table

CHANNEL, REACH, FREQUENCY = "Channel", "People reached", "Average frequency"
OFFERED = (ColumnRole.EXPOSURE, ColumnRole.ORGANIC, ColumnRole.CONTROL, ColumnRole.IGNORE)


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
        lambda: _rows(set_up, config),
        disabled=[CHANNEL],
        column_config=_columns(list(columns)),
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


def _rows(set_up: SetUp, config: MMMConfig) -> pd.DataFrame:
    known = set_up.get("reach_frequency", {})
    rows = [(config.label(name), *known.get(name, (None, None))) for name in config.channel_columns]
    frame = pd.DataFrame(rows, columns=[CHANNEL, REACH, FREQUENCY], index=list(config.channel_columns))
    return frame.astype("object")


def _columns(columns: list[str]) -> dict[str, Any]:
    make = st.column_config
    return {
        CHANNEL: make.TextColumn(pinned=True),
        REACH: make.SelectboxColumn(options=columns, help="Different people reached in each period"),
        FREQUENCY: make.SelectboxColumn(options=columns, help="Contacts per person reached, 1 or more"),
    }
