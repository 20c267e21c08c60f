"""Any linear rule by name: factors by channel, dates, least and most; one rule a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.charts.formats import Wording
from core.mmm.optimiser.limit import Limit
from core.mmm.planning.basis import PlanBasis
from pages.plan.optimization.timing import amount_of, money_column
from pages.plan.shared_media.editor_state import frozen

FACTOR = "factor "
NOTE = (
    "The sum of factor × money over the channels lies between least and most. “TV at least twice radio”: "
    "factor 1 for TV, −2 for radio, least 0."
)


def edit_rules(rules: Sequence[Limit], basis: PlanBasis, wording: Wording, prefix: str) -> tuple[Limit, ...]:
    """The rules as edited; empty rows are left out."""
    key = f"{prefix}_rules"
    first = frozen(key, tuple(rules))
    st.caption(NOTE)
    edited = st.data_editor(
        _table(first, basis),
        key=key,
        num_rows="dynamic",
        hide_index=True,
        placeholder="",
        row_height=38,
        column_config=_columns(basis, wording),
        alt="Linear rules: name, factors by channel, dates, least and most",
    )
    made = [_rule(row, basis) for row in edited.to_dict("records")]
    return tuple(rule for rule in made if rule is not None)


def _table(rules: Sequence[Limit], basis: PlanBasis) -> pd.DataFrame:
    columns: dict[str, object] = {
        "name": pd.Series([rule.name for rule in rules], dtype=object),
        "minimum": pd.Series([rule.lower for rule in rules], dtype=float),
        "maximum": pd.Series([rule.upper for rule in rules], dtype=float),
    }
    columns |= {
        f"{FACTOR}{name}": pd.Series([rule.weights.get(name) for rule in rules], dtype=float)
        for name in basis.channels
    }
    columns |= {
        "start": pd.Series([rule.start for rule in rules], dtype="datetime64[ns]"),
        "end": pd.Series([rule.end for rule in rules], dtype="datetime64[ns]"),
    }
    if basis.geos:
        columns["geos"] = pd.Series([list(rule.geos) for rule in rules], dtype=object)
    return pd.DataFrame(columns)


def _columns(basis: PlanBasis, wording: Wording) -> dict[str, object]:
    first, last = basis.dates[0].date(), basis.dates[-1].date()
    columns: dict[str, object] = {
        "name": st.column_config.TextColumn("Name", pinned=True, max_chars=60, width="medium"),
        "minimum": money_column("Least", wording),
        "maximum": money_column("Most", wording),
        "start": st.column_config.DateColumn("From", min_value=first, max_value=last),
        "end": st.column_config.DateColumn("To", min_value=first, max_value=last),
    }
    columns |= {
        f"{FACTOR}{name}": st.column_config.NumberColumn(
            f"× {wording.label(name)}", help="Empty: the channel does not count"
        )
        for name in basis.channels
    }
    if basis.geos:
        columns["geos"] = st.column_config.MultiselectColumn(
            "Geos", options=list(basis.geos), help="Empty: all of them"
        )
    return columns


def _rule(row: dict[str, object], basis: PlanBasis) -> Limit | None:
    name = row.get("name")
    factors = {channel: row.get(f"{FACTOR}{channel}") for channel in basis.channels}
    weights = {channel: float(x) for channel, x in factors.items() if x is not None and not pd.isna(x)}  # type: ignore[arg-type,call-overload]
    low, high = amount_of(row.get("minimum")), amount_of(row.get("maximum"))
    geos = row.get("geos")
    if not name and not weights and low is None and high is None:
        return None
    return Limit.linear(
        str(name or "").strip(), weights, low, high, _day(row.get("start")), _day(row.get("end")),
        tuple(str(geo) for geo in geos) if isinstance(geos, list | tuple) else (),
    )  # fmt: skip


def _day(value: object) -> dt.date | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()  # type: ignore[call-overload,arg-type]
