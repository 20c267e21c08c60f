"""Saved promotions side by side: two to four, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.access import Membership, Person
from core.charts.formats import MISSING, Wording
from core.database import session
from core.documents.tables import to_csv_bytes
from core.promo.scenarios.charts import ComparedPromo, promos_compared
from core.promo.scenarios.labels import KPI_NAMES, KPIS, amount, change, listed, span, type_name
from core.promo.store import scenarios
from core.promo.store.scenarios import SavedPromo
from pages.plan.shared_promo.saved_promos import saved_promos
from pages.shared.formatting import day
from pages.shared.layout import Download, chart, download_row, empty_state
from pages.shared.saved_things import choose_compared, distinct_names

LEAST, MOST = 2, 4


def show_comparison(person: Person, project: Membership) -> None:
    """The choice of promotions and, from two on, the comparison; the choice is saved in the address."""
    promos = [promo for promo in saved_promos(person, project) if promo.kpi_id is not None]
    if len(promos) < LEAST:
        empty_state(
            "Two saved promotions are needed",
            "Save at least two, and see side by side what each brings.",
            icon=":material/compare_arrows:",
            key="promo_compare_none",
        )
        return
    names = {promo.id: promo.name for promo in promos}
    picked = choose_compared(
        names, "Compare promotions", key="promo_compared", most=MOST, first=list(names)[:LEAST]
    )
    if len(picked) < LEAST:
        st.caption(f"Choose {LEAST} to {MOST} of them.")
        return
    with session() as s:
        rows = scenarios.comparison(s, person, project.project_id, picked)
        saved = [scenarios.promo(s, person, number) for number in picked]
    _show(rows, saved, project)


def _show(rows: pd.DataFrame, saved: Sequence[SavedPromo], project: Membership) -> None:
    wording = Wording(currency=project.currency)
    names = distinct_names([promo.info.name for promo in saved], range(1, len(saved) + 1))
    compared = [
        ComparedPromo(name, promo.kpis)
        for name, promo in zip(names, saved, strict=True)
        if promo.kpis is not None
    ]
    drawn = promos_compared(compared, wording)
    with st.container(border=True, key="promo_compare"):
        st.markdown("**Against no promotion**, with 90 % intervals")
        chart(drawn, key="promo_compare_chart", height=int(drawn.layout.height))
    table = pd.DataFrame(
        {
            name: _column(row, promo, wording)
            for name, row, promo in zip(names, rows.to_dict("records"), saved, strict=True)
        }
    )
    st.dataframe(
        table, key="promo_compare_table", height=38 + 35 * len(table), placeholder=MISSING,
        column_config={"_index": st.column_config.TextColumn("", pinned=True)}, alt="Promotions side by side",
    )  # fmt: skip
    flat = table.reset_index(names="Figure")
    files = [Download("Comparison (CSV)", "promotions.csv", "text/csv", lambda: to_csv_bytes(flat))]
    download_row(project, files, key="promo_compare")


def _column(row: dict[str, object], promo: SavedPromo, wording: Wording) -> dict[str, str]:
    info, kpis = promo.info, promo.kpis
    facts = {
        "Verdict": f"{row['validation_status'] or MISSING} ({row['overall_score'] or 0} of 100)",
        "Days": f"{day(info.start)} to {day(info.end)}",
        "Type": type_name(str(row["scenario_type"])),
        "Departments": listed(info.departments),
    }
    if kpis is None:
        return facts
    for name in KPIS:
        facts[KPI_NAMES[name]] = (
            f"{amount(name, kpis.totals[name], wording)} ({span(name, kpis.intervals[name], wording)})"
        )
        ends = span(name, kpis.intervals[f"{name}_delta"], wording, change)
        facts[f"± {KPI_NAMES[name]}"] = f"{change(name, kpis.deltas[name], wording)} ({ends})"
    return facts | {"Learned model": kpis.model_version}
