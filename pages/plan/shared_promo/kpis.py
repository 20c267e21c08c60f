"""What a promotion brings: figures with intervals, where they come from, and what happens around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.charts.formats import Wording, compact
from core.promo.scenarios.charts import breakdown_bars
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.labels import pct, signed_count, signed_money, signed_points
from pages.shared.escape import plain
from pages.shared.layout import KpiCard, chart, kpi_row

FIGURES = ("sales_value", "margin_value", "margin_pct", "ebit", "units")
NAMES = {
    "sales_value": "Sales",
    "margin_value": "Margin",
    "margin_pct": "Margin %",
    "ebit": "EBIT",
    "units": "Units",
}
HELP = {
    "sales_value": "The whole shop over the days of the promotion, other departments included",
    "ebit": "Margin less the cost to serve, which stands under “Settings”",
}
BREAKDOWNS = {"by_channel": "Sales channel", "by_department": "Department", "by_segment": "Segment"}


def show_kpis(kpis: PromoKpis, wording: Wording) -> None:
    """The five figures of the whole shop over the days of the promotion, against no promotion."""
    kpi_row([_card(name, kpis, wording) for name in FIGURES], columns=5)


def amount(name: str, value: float, wording: Wording) -> str:
    """A figure as people read it."""
    if name == "margin_pct":
        return pct(value)
    return compact(value) if name == "units" else wording.money(value)


def change(name: str, value: float, wording: Wording) -> str:
    """The change of a figure, with its sign."""
    if name == "margin_pct":
        return signed_points(value)
    return signed_count(value) if name == "units" else signed_money(value, wording)


def span(name: str, interval: tuple[float, float], wording: Wording, how: Any = amount) -> str:
    """'€1.2M to €1.4M'."""
    low, high = (how(name, end, wording) for end in interval)
    return f"{low.removesuffix(' points')} to {high}"


def _card(name: str, kpis: PromoKpis, wording: Wording) -> KpiCard:
    delta = kpis.deltas[name]
    return KpiCard(
        NAMES[name],
        amount(name, kpis.totals[name], wording),
        note=f"90 %: {span(name, kpis.intervals[f'{name}_delta'], wording, change)}",
        delta=change(name, delta, wording) if abs(delta) > 0 else None,
        help=HELP.get(name, f"Without the promotion: {amount(name, kpis.baseline[name], wording)}"),
    )


def show_breakdown(kpis: PromoKpis, wording: Wording, key: str) -> None:
    """The figures by sales channel, department or segment; each adds up to the totals."""
    there = {kind: name for kind, name in BREAKDOWNS.items() if kpis.breakdown.get(kind)}
    picked = st.segmented_control(
        "Break down by", list(there), default="by_department", required=True, format_func=there.get,
        key=f"{key}_by", label_visibility="collapsed",
    )  # fmt: skip
    drawn = breakdown_bars(kpis, str(picked), wording)
    chart(drawn, key=f"{key}_bars_{picked}", height=int(drawn.layout.height))
    rows = [_row(row, there[str(picked)], wording) for row in kpis.breakdown[str(picked)]]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, key=f"{key}_table", height=38 + 35 * min(len(rows), 10),
        alt=f"Sales, margin and units by {there[str(picked)]}",
    )  # fmt: skip


def _row(row: Mapping[str, Any], name: str, wording: Wording) -> dict[str, str]:
    return {
        name: str(row["name"]),
        "Sales": wording.money(row["sales_value"]),
        "± Sales": signed_money(row["sales_value_delta"], wording),
        "Margin": wording.money(row["margin_value"]),
        "± Margin": signed_money(row["margin_value_delta"], wording),
        "Margin %": pct(row["margin_pct"]),
        "Units": compact(row["units"]),
        "± Units": signed_count(row["units_delta"]),
    }


def show_notes(kpis: PromoKpis) -> None:
    """What the figures could not know."""
    for note in kpis.notes:
        st.caption(f":material/info: {plain(note)}")
