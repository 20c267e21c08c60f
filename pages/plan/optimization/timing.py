"""When the money of a budget is spent: the way it is spread, limits of one period, money per month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from core.charts.formats import Wording
from core.mmm.cents import to_cents
from core.mmm.choices import Flighting
from core.mmm.optimiser.limit import Limit
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_inputs import BudgetInputs, ChannelSettings, Reference
from core.mmm.planning.budget_question import has_last_year, horizon_months, periods_of_month
from pages.plan.optimization.channel_limits import SPENT_IN
from pages.plan.shared_media.editor_state import first_value

FLIGHTS = {
    Flighting.EVEN: "The same every {period}",
    Flighting.AS_REFERENCE: "As in the recent {period}s",
    Flighting.LAST_YEAR: "As in the same {period}s last year",
    Flighting.PULSED: "In pulses",
    Flighting.OPTIMISED: "Find the best {period}s",
}


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
    known = {(cell.geos[0], cell.channels[0]): cell for cell in first_value(key, tuple(limits))}
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


def ask_flighting(inputs: BudgetInputs, basis: PlanBasis, wording: Wording, prefix: str) -> Flighting:
    """How money is spread over time where a channel has no way of its own."""
    ways = _ways(basis)
    first = ways.index(inputs.flighting) if inputs.flighting in ways else 0
    return Flighting(
        st.selectbox(
            "How money is spread over time", ways, first, format_func=lambda way: _words(way, wording),
            key=f"{prefix}_flighting", width=340,
        )
    )  # fmt: skip


def ask_pulse(inputs: BudgetInputs, wording: Wording, prefix: str) -> tuple[int, int]:
    """(periods on, periods of a cycle) of pulsed money."""
    with st.container(horizontal=True, gap="small"):
        cycle = st.number_input(f"Cycle ({wording.period}s)", 2, 52, inputs.pulse[1], key=f"{prefix}_cycle",
                                width=160)  # fmt: skip
        on = st.number_input(f"On ({wording.period}s)", 1, 52, min(inputs.pulse[0], cycle),
                             key=f"{prefix}_on", width=160)  # fmt: skip
    return int(on), int(cycle)


def edit_timing(
    limits: Sequence[ChannelSettings], basis: PlanBasis, wording: Wording, prefix: str
) -> dict[str, ChannelSettings]:
    """The limits by channel with their way of spreading and the least and most of any one period."""
    key = f"{prefix}_timing"
    first = first_value(key, tuple(limits))
    words = {way: _words(way, wording) for way in _ways(basis)}
    edited = st.data_editor(
        pd.DataFrame(
            {
                "channel": [wording.label(limit.channel) for limit in first],
                "way": [words.get(limit.flighting) if limit.flighting else None for limit in first],
                "minimum": pd.Series([limit.period_minimum_value for limit in first], dtype=float),
                "maximum": pd.Series([limit.period_maximum_value for limit in first], dtype=float),
                "peak": [basis.peak[limit.channel] for limit in first],
            }
        ),
        key=key,
        hide_index=True,
        placeholder="",
        disabled=["channel", "peak"],
        row_height=38,
        column_config=_timing_columns(wording, list(words.values())),
        alt=f"Way of spreading, least and most money of any one {wording.period} by channel",
    )
    ways = {word: way for way, word in words.items()}
    rows = edited.to_dict("records")
    return {limit.channel: _timed(limit, row, ways) for limit, row in zip(first, rows, strict=True)}


def edit_months(
    months: Sequence[Limit], basis: PlanBasis, wording: Wording, prefix: str
) -> tuple[Limit, ...]:
    """The months of the horizon that have a least or a most."""
    key = f"{prefix}_months"
    first = first_value(key, tuple(months))
    known = {month.year_month: month for month in first}
    rows = [known.get(name, Limit.month(name)) for name in horizon_months(basis)]
    table = pd.DataFrame(
        {
            "month": [month.name for month in rows],
            "periods": [periods_of_month(basis, month.year_month) for month in rows],
            "minimum": pd.Series([month.lower for month in rows], dtype=float),
            "maximum": pd.Series([month.upper for month in rows], dtype=float),
        }
    )
    edited = st.data_editor(
        table,
        key=key,
        hide_index=True,
        placeholder="",
        disabled=["month", "periods"],
        row_height=38,
        column_config={
            "month": st.column_config.TextColumn("Month", pinned=True),
            "periods": st.column_config.NumberColumn(
                f"{wording.period.capitalize()}s", help="Those whose first day lies in the month"
            ),
            "minimum": money_column("Least", wording),
            "maximum": money_column("Most", wording),
        },
        alt="Least and most money of each month of the horizon",
    )
    made = [
        Limit.month(month.year_month, amount_of(row["minimum"]), amount_of(row["maximum"]))
        for month, row in zip(rows, edited.to_dict("records"), strict=True)
    ]
    return tuple(month for month in made if month.is_set)


def money_column(label: str, wording: Wording, help_: str | None = None) -> object:
    """A column of amounts that may be empty."""
    return st.column_config.NumberColumn(
        f"{label} ({wording.currency})", min_value=0.0, format="localized", help=help_
    )


def amount_of(value: object) -> float | None:
    """What was typed into a cell, to the cent; None for an empty one."""
    return None if value is None or pd.isna(value) else to_cents(float(value))  # type: ignore[arg-type,call-overload]


def _ways(basis: PlanBasis) -> list[Flighting]:
    return [way for way in FLIGHTS if way != Flighting.LAST_YEAR or has_last_year(basis)]


def _words(way: Flighting, wording: Wording) -> str:
    return FLIGHTS[way].format(period=wording.period)


def _timing_columns(wording: Wording, ways: list[str]) -> dict[str, object]:
    period = wording.period
    return {
        "channel": st.column_config.TextColumn("Channel", pinned=True),
        "way": st.column_config.SelectboxColumn(
            "Its own way", options=ways, help="Empty: as chosen above for all channels"
        ),
        "minimum": money_column(f"Least a {period}", wording, f"In every {period} of the plan"),
        "maximum": money_column(
            f"Most a {period}", wording,
            f"In every {period} of the plan; empty: 1.5 times the most ever spent in one",
        ),
        "peak": st.column_config.NumberColumn(
            f"Most ever a {period} ({wording.currency})", format="localized", step=1
        ),
    }  # fmt: skip


def _timed(limit: ChannelSettings, row: dict[str, object], ways: Mapping[str, Flighting]) -> ChannelSettings:
    way = row["way"]
    return replace(
        limit,
        flighting=ways.get(way) if isinstance(way, str) else None,
        period_minimum_value=amount_of(row["minimum"]),
        period_maximum_value=amount_of(row["maximum"]),
    )
