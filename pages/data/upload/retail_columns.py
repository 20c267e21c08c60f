"""The editor of a sales file: what each header is, what the shop's words mean, how cells are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.promo.ingest.mapping import SalesChannel, SalesColumn
from pages.data.upload.mapping_editor import DATE_LABELS, NUMBER_LABELS
from pages.data.upload.retail_looks import FilePreview, settle
from pages.shared.escape import plain
from pages.shared.layout import edited_table

UNUSED = "Not used"
WORDS = {UNUSED: None} | {column.label.capitalize(): column for column in SalesColumn}
ROLE, HEADER, WHY, EXAMPLE = "Is the", "Column", "Why", "Example"
WORD, MEANS = "In the file", "Means"
YES_NO = {True: "Promotion", False: "No promotion"}
SCALES = {None: "As recognised", False: "In percent: 20", True: "As shares: 0.2"}
MOST_PROMO_WORDS = 12
ROW_HEIGHT = 36


def edit_sales(look: FilePreview, generation: int) -> None:
    """The editors; what is chosen becomes the look's mapping, and what is missing its faults."""
    draft, key = look.draft, f"{look.source.file_id}:{look.sheet}:{generation}"
    draft.columns, faults = _edit_columns(look, f"sales_columns:{key}")
    with st.container(horizontal=True, vertical_alignment="top"):
        # One sales channel or department for the whole file, where no column tells it.
        fixed: dict[SalesColumn, str] = {}
        if SalesColumn.CHANNEL not in draft.columns:
            options = [channel.value for channel in SalesChannel]
            before = draft.fixed.get(SalesColumn.CHANNEL)
            said = st.selectbox(
                "All sales of this file are",
                options,
                index=options.index(before) if before in options else None,
                placeholder="Online or offline?",
                key=f"fixed_channel:{key}",
                width=220,
            )
            fixed |= {SalesColumn.CHANNEL: said} if said else {}
        if SalesColumn.DEPARTMENT not in draft.columns:
            name = st.text_input(
                "All sales of this file belong to the department",
                draft.fixed.get(SalesColumn.DEPARTMENT, ""),
                max_chars=80,
                key=f"fixed_department:{key}",
                width=320,
            )
            fixed |= {SalesColumn.DEPARTMENT: name.strip()} if name.strip() else {}
        draft.fixed = fixed
        _edit_channels(look, key)
        _edit_promos(look, key)
    with st.container(horizontal=True):
        draft.discount_is_share = _choice("Discounts", SCALES, draft.discount_is_share, f"scale:{key}")
        draft.date_order = _choice("Dates", DATE_LABELS, draft.date_order, f"sales_dates:{key}")
        draft.number_format = _choice("Numbers", NUMBER_LABELS, draft.number_format, f"sales_numbers:{key}")
    settle(look, faults)


def _edit_columns(look: FilePreview, key: str) -> tuple[dict[SalesColumn, str], list[str]]:
    config = st.column_config
    edited = edited_table(
        key,
        lambda: _rows(look),
        disabled=[HEADER, WHY, EXAMPLE],
        column_config={
            HEADER: config.TextColumn(width=150, pinned=True, help="The header as it stands in the file"),
            ROLE: config.SelectboxColumn(width=190, options=list(WORDS), required=True),
            EXAMPLE: config.TextColumn(width=180),
            WHY: config.TextColumn(width=330),
        },
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (min(len(look.inspection.headers), 16) + 1) + 2,
        alt="What each column of the sales is",
    )
    return chosen_columns(edited)


def chosen_columns(edited: pd.DataFrame) -> tuple[dict[SalesColumn, str], list[str]]:
    """Header by sales column, and a sentence for every sales column that two headers claim."""
    columns: dict[SalesColumn, list[str]] = {}
    for row in edited.to_dict("records"):
        column = WORDS.get(str(row[ROLE]))
        if column is not None:
            columns.setdefault(column, []).append(str(row[HEADER]))
    faults = [
        f"{' and '.join(names)} are both marked as the {column.label}; only one can be."
        for column, names in columns.items()
        if len(names) > 1
    ]
    return {column: names[0] for column, names in columns.items()}, faults


def _rows(look: FilePreview) -> pd.DataFrame:
    found, column_of = look.inspection, {header: column for column, header in look.draft.columns.items()}
    rows = [
        {
            HEADER: header,
            ROLE: column_of[header].label.capitalize() if header in column_of else UNUSED,
            EXAMPLE: _example(found.sample, header),
            WHY: _sentence(found.reason(header)),
        }
        for header in found.headers
    ]
    return pd.DataFrame(rows, columns=[HEADER, ROLE, EXAMPLE, WHY])


def _example(sample: pd.DataFrame, header: str) -> str:
    values = [str(text) for text in sample[header] if str(text).strip()] if header in sample else []
    return ", ".join(dict.fromkeys(value[:24] for value in values[:3]))


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:]


def _edit_channels(look: FilePreview, key: str) -> None:
    """What the file's words for sales channels mean."""
    draft = look.draft
    if not _asks(look, SalesColumn.CHANNEL) or not draft.channels:
        return
    with st.container(width=340, gap="xxsmall"):
        st.caption("Sales channels")
        options = [channel.value for channel in SalesChannel]
        draft.channels = _edit_words(draft.channels, options, f"channel_words:{key}")
        _warn_unknown(draft.channels, "stands for neither online nor offline")


def _edit_promos(look: FilePreview, key: str) -> None:
    """Which words mark a promotion; a column full of promotions' names needs none."""
    draft = look.draft
    if not _asks(look, SalesColumn.PROMO_FLAG) or len(draft.promos) > MOST_PROMO_WORDS:
        return
    shown = {word: None if means is None else YES_NO[means] for word, means in draft.promos.items()}
    with st.container(width=340, gap="xxsmall"):
        st.caption("Promotion flag")
        edited = _edit_words(shown, list(YES_NO.values()), f"promo_words:{key}")
        _warn_unknown(edited, "is neither yes nor no")
    draft.promos = {word: None if value is None else value == YES_NO[True] for word, value in edited.items()}


def _asks(look: FilePreview, column: SalesColumn) -> bool:
    """Whether the words that were met are those of the column chosen now."""
    chosen = look.draft.columns.get(column)
    return chosen is not None and look.inspection.columns.get(column) == chosen


def _edit_words(words: Mapping[str, Any], options: list[str], key: str) -> dict[str, str | None]:
    def rows() -> pd.DataFrame:
        return pd.DataFrame({WORD: [word or "(empty)" for word in words], MEANS: list(words.values())})

    edited = edited_table(
        key,
        rows,
        disabled=[WORD],
        column_config={
            WORD: st.column_config.TextColumn(width=160),
            MEANS: st.column_config.SelectboxColumn(width=140, options=options),
        },
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (min(len(words), 8) + 1) + 2,
        width="content",
        alt="What the words of the file mean",
    )
    meanings = [value if isinstance(value, str) and value else None for value in edited[MEANS]]
    return dict(zip(words, meanings, strict=True))


def _warn_unknown(edited: Mapping[str, str | None], words: str) -> None:
    unknown = [word for word, value in edited.items() if value is None]
    if unknown:
        named = ", ".join(f"“{word or '(empty)'}”" for word in unknown[:4])
        st.caption(f":orange[:material/warning:] {plain(named)} {words}: such rows are rejected.")


def _choice(label: str, words: Mapping[Any, str], before: Any, key: str) -> Any:
    options = list(words)
    return st.selectbox(
        label, options, index=options.index(before), format_func=words.__getitem__, key=key, width=220
    )
