"""What a promotion brings: figures with intervals, where they come from, and what happens around it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from core.charts.formats import Wording, compact
from core.documents.tables import to_csv_bytes, to_xlsx_bytes
from core.promo.scenarios.charts import breakdown_bars
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.labels import (
    BREAKDOWNS,
    KPI_NAMES,
    KPIS,
    amount,
    change,
    pct,
    signed_count,
    signed_money,
    span,
)
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.tables import XLSX, file_name, kpi_table, promo_tables
from core.promo.scenarios.verdict import Issue, Verdict
from pages.shared.escape import plain
from pages.shared.layout import Download, KpiCard, chart, kpi_row

HELP = {
    "sales_value": "The whole shop over the days of the promotion, other departments included",
    "ebit": "Margin less the cost to serve, which stands under “Settings”",
}


BADGES: dict[str, tuple[str, Any, str]] = {
    "PASS": ("Pass", "green", ":material/check_circle:"),
    "WARN": ("Warn", "orange", ":material/warning:"),
    "BLOCK": ("Block", "red", ":material/block:"),
}
SAYS = {
    "PASS": "Nothing stands against it.",
    "WARN": "It may run; look at what is said first.",
    "BLOCK": "It must not run like this. It can be saved as a draft.",
}
SEVERITIES: dict[str, Any] = {
    "critical": "red", "high": "red", "medium": "orange", "low": "gray", "info": "gray",
}  # fmt: skip


def verdict_badge(status: str | None) -> None:
    """PASS, WARN or BLOCK as a badge; nothing where there is no verdict."""
    if status in BADGES:
        words, colour, icon = BADGES[status]
        st.badge(words, color=colour, icon=icon)


def show_verdict(verdict: Verdict, fix: Callable[[tuple[Issue, ...]], None], key: str) -> None:
    """The verdict and its issues; `fix` is called with those whose button was pressed."""
    with st.container(border=True, key=f"{key}_verdict", height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
                st.markdown("**Verdict**", width="content")
                verdict_badge(str(verdict.status))
            st.caption(f"Score **{verdict.overall_score}** of 100", width="content")
        st.caption(SAYS[str(verdict.status)])
        for at, issue in enumerate(verdict.issues):
            with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
                with st.container(gap="xxsmall", width="stretch"):
                    severity = str(issue.severity)
                    st.markdown(f":{SEVERITIES[severity]}-badge[{severity}] {plain(issue.message)}")
                    st.caption(plain(issue.suggested_fix))
                if issue.fix is not None:
                    st.button(
                        "Fix",
                        icon=":material/build:",
                        key=(f"{key}_fix_{at}"),
                        on_click=fix,
                        args=((issue,),),
                    )
        curable = tuple(issue for issue in verdict.issues if issue.fix is not None)
        if len(curable) > 1:
            st.button(
                "Fix all", icon=":material/auto_fix_high:", type="primary", key=f"{key}_fix_all",
                on_click=fix, args=(curable,),
            )  # fmt: skip


def show_kpis(kpis: PromoKpis, wording: Wording) -> None:
    """The five figures of the whole shop over the days of the promotion, against no promotion."""
    kpi_row([_card(name, kpis, wording) for name in KPIS], columns=5)


def _card(name: str, kpis: PromoKpis, wording: Wording) -> KpiCard:
    delta = kpis.deltas[name]
    return KpiCard(
        KPI_NAMES[name],
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
    rows = [
        {
            there[str(picked)]: str(row["name"]),
            "Sales": wording.money(row["sales_value"]),
            "± Sales": signed_money(row["sales_value_delta"], wording),
            "Margin": wording.money(row["margin_value"]),
            "± Margin": signed_money(row["margin_value_delta"], wording),
            "Margin %": pct(row["margin_pct"]),
            "Units": compact(row["units"]),
            "± Units": signed_count(row["units_delta"]),
        }
        for row in kpis.breakdown[str(picked)]
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, key=f"{key}_table", height=38 + 35 * min(len(rows), 10),
        alt=f"Sales, margin and units by {there[str(picked)]}",
    )  # fmt: skip


def show_notes(kpis: PromoKpis) -> None:
    """What the figures could not know."""
    for note in kpis.notes:
        st.caption(f":material/info: {plain(note)}")


def downloads(scenario: PromoScenario, kpis: PromoKpis, verdict: Verdict) -> list[Download]:
    """The files of one promotion; each is made when it is asked for."""
    base = file_name(scenario.label)
    tables = partial(promo_tables, scenario, kpis, verdict)
    return [
        Download("Excel workbook", f"{base}.xlsx", XLSX, lambda: to_xlsx_bytes(tables()), ":material/table:"),
        Download("CSV of the figures", f"{base}.csv", "text/csv",
                 lambda: to_csv_bytes(kpi_table(scenario, kpis)), ":material/table_view:"),
    ]  # fmt: skip
