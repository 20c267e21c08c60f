"""The table in which a person says what every column is, with the reason for each guess."""

from __future__ import annotations

from collections.abc import Mapping as Words
from dataclasses import replace

import pandas as pd
import streamlit as st

from core.data import ColumnMap, ColumnRole, Mapping
from pages.data.upload.mapping_labels import ROLE_WORDS, role_of_words
from pages.measure.model.table import edited_table

COLUMN, ROLE, LABEL, PAIR, EXAMPLE, REASON = "Column", "Role", "Shown as", "Its spend", "Example", "Why"
ROW_HEIGHT, ROWS_SHOWN, EXAMPLE_LENGTH = 36, 24, 24


def edit_mapping(
    mapping: Mapping, preview: pd.DataFrame, *, key: str, reasons: Words[str, str] | None = None
) -> Mapping:
    """The mapping as edited in the table; `preview` (text cells) gives the examples.

    `key` names the table: another file, sheet or starting point needs another key.
    """
    edited = edited_table(
        key,
        lambda: _rows(mapping, preview, reasons or {}),
        disabled=[COLUMN, EXAMPLE, REASON],
        column_config=_columns([item.column for item in mapping.columns]),
        column_order=[COLUMN, ROLE, LABEL, PAIR, EXAMPLE, *([REASON] if reasons else [])],
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (min(len(mapping.columns), ROWS_SHOWN) + 1) + 2,
        alt="What each column of the file is",
    )
    return replace(mapping, columns=_column_maps(edited, mapping))


def _rows(mapping: Mapping, preview: pd.DataFrame, reasons: Words[str, str]) -> pd.DataFrame:
    rows = [
        {
            COLUMN: item.column,
            ROLE: ROLE_WORDS[item.role],
            LABEL: item.label or item.column,
            PAIR: item.pair,
            EXAMPLE: _example(preview, item.column),
            REASON: _sentence(reasons.get(item.column, "")),
        }
        for item in mapping.columns
    ]
    return pd.DataFrame(rows, columns=[COLUMN, ROLE, LABEL, PAIR, EXAMPLE, REASON])


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:]


def _example(preview: pd.DataFrame, column: str) -> str:
    values = [text for text in preview[column].tolist() if str(text).strip()] if column in preview else []
    telling = [text for text in values if text not in {"0", "0.0", "na"}] or values
    return ", ".join(dict.fromkeys(_short(text) for text in telling[:3]))


def _short(text: str) -> str:
    """The text cut where it is long; numbers lose decimals nobody reads."""
    whole, point, decimals = text.partition(".")
    if whole.lstrip("-").isdigit() and decimals.isdigit():
        return f"{whole}{point}{decimals[:2]}"
    return text if len(text) <= EXAMPLE_LENGTH else f"{text[: EXAMPLE_LENGTH - 1]}…"


def _columns(names: list[str]) -> dict[str, object]:
    config = st.column_config
    return {
        COLUMN: config.TextColumn(width=150, pinned=True, help="The header as it stands in the file"),
        ROLE: config.SelectboxColumn(width=210, options=list(ROLE_WORDS.values()), required=True),
        LABEL: config.TextColumn(width=140, max_chars=80, help="The name that charts and tables show"),
        PAIR: config.SelectboxColumn(
            width=110, options=names, help="For media exposure: the column that says what it cost"
        ),
        EXAMPLE: config.TextColumn(width=150),
        REASON: config.TextColumn(width=260, help="Why this role was guessed"),
    }


def _column_maps(edited: pd.DataFrame, mapping: Mapping) -> tuple[ColumnMap, ...]:
    rows = edited.to_dict("records")
    return tuple(_column_map(item, row) for item, row in zip(mapping.columns, rows, strict=True))


def _column_map(item: ColumnMap, row: dict[str, object]) -> ColumnMap:
    role = role_of_words(str(row[ROLE]))
    pair = str(row[PAIR]) if role is ColumnRole.EXPOSURE and not _blank(row[PAIR]) else None
    return replace(item, role=role, label=_label(item, row[LABEL]), pair=pair)


def _label(item: ColumnMap, typed: object) -> str:
    if typed == (item.label or item.column):
        return item.label
    return "" if _blank(typed) or typed == item.column else str(typed).strip()


def _blank(value: object) -> bool:
    return value is None or value != value or not str(value).strip()
