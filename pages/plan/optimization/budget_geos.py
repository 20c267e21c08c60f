"""Whether geos get money of their own, and the least and most of a channel in each of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.charts.formats import Wording
from core.mmm.optimiser.limit import Limit
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_inputs import BudgetInputs, Reference
from pages.plan.optimization.channel_limits import SPENT_IN
from pages.plan.optimization.timing import amount_of, money_column
from pages.plan.shared_media.editor_state import frozen


def ask_geos(
    inputs: BudgetInputs, basis: PlanBasis, wording: Wording, prefix: str
) -> tuple[bool, tuple[Limit, ...]]:
    """(whether geos differ, their limits)."""
    differ = st.toggle(
        "Let geos differ",
        inputs.by_geo,
        key=f"{prefix}_by_geo",
        help="Off: each geo keeps its present share of a channel’s money",
    )
    if not differ:
        return False, inputs.geo_limits
    return True, _edit(inputs.geo_limits, basis, wording, prefix, inputs.reference)


def _edit(
    limits: Sequence[Limit], basis: PlanBasis, wording: Wording, prefix: str, reference: Reference
) -> tuple[Limit, ...]:
    key = f"{prefix}_geo_limits"
    known = {(cell.geos[0], cell.channels[0]): cell for cell in frozen(key, tuple(limits))}
    cells = [
        known.get((geo, channel), Limit.geo(channel, geo)) for geo in basis.geos for channel in basis.channels
    ]
    table = pd.DataFrame(
        {
            "geo": [cell.geos[0] for cell in cells],
            "channel": [wording.label(cell.channels[0]) for cell in cells],
            "recent": [basis.of(cell.geos[0]).recent[cell.channels[0]] for cell in cells],
            "minimum": pd.Series([cell.lower for cell in cells], dtype=float),
            "maximum": pd.Series([cell.upper for cell in cells], dtype=float),
        }
    )
    edited = st.data_editor(
        table,
        key=key,
        hide_index=True,
        placeholder="",
        disabled=["geo", "channel", "recent"],
        row_height=38,
        height=min(420, 40 + 38 * len(cells)),
        column_config={
            "geo": st.column_config.TextColumn("Geo", pinned=True),
            "channel": st.column_config.TextColumn("Channel", pinned=True),
            "recent": money_column(SPENT_IN[reference], wording),
            "minimum": money_column("Minimum", wording),
            "maximum": money_column("Maximum", wording, "Empty: free"),
        },
        alt="Least and most money of each channel in each geo",
    )
    made = [
        Limit.geo(cell.channels[0], cell.geos[0], amount_of(row["minimum"]), amount_of(row["maximum"]))
        for cell, row in zip(cells, edited.to_dict("records"), strict=True)
    ]
    return tuple(cell for cell in made if cell.is_set)
