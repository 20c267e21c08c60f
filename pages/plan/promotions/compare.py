"""Saved promotions side by side: two to four, with their intervals."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.access import Membership, Person
from core.charts.formats import MISSING, Wording
from core.database import session
from core.documents.tables import to_csv_bytes
from core.promo.scenarios.charts import ComparedPromo, promos_compared
from core.promo.scenarios.labels import listed, type_name
from core.promo.store import scenarios
from core.promo.store.scenarios import PromoInfo, SavedPromo
from pages.plan.shared_promo.context import wording_of
from pages.plan.shared_promo.kpis import FIGURES, NAMES, amount, change, span
from pages.plan.shared_promo.saved_promos import saved_promos
from pages.shared.formatting import day
from pages.shared.layout import Download, chart, download_row, empty_state

LEAST, MOST = 2, 4
_QUERY = "compare"
_KEY = "promo_compared"


def show_comparison(person: Person, project: Membership) -> None:
    """The choice of promotions and, from two on, the comparison; the choice is kept in the address."""
    promos = [promo for promo in saved_promos(person, project) if promo.kpi_id is not None]
    if len(promos) < LEAST:
        empty_state(
            "Two saved promotions are needed",
            "Save at least two, and see side by side what each brings.",
            icon=":material/compare_arrows:",
            key="promo_compare_none",
        )
        return
    picked = _pick(promos)
    if len(picked) < LEAST:
        st.caption(f"Choose {LEAST} to {MOST} of them.")
        return
    with session() as s:
        rows = scenarios.comparison(s, person, project.project_id, picked)
        kept = [scenarios.promo(s, person, number) for number in picked]
    _show(rows, kept, project)


def _pick(promos: Sequence[PromoInfo]) -> list[uuid.UUID]:
    names = {promo.id: promo.name for promo in promos}
    wanted = [part for part in st.query_params.get(_QUERY, "").split(",") if part]
    first = [number for number in names if str(number) in wanted][:MOST] or list(names)[:LEAST]
    if _KEY in st.session_state:
        st.session_state[_KEY] = [number for number in st.session_state[_KEY] if number in names]
    picked = st.multiselect(
        "Compare promotions", list(names), None if _KEY in st.session_state else first,
        format_func=lambda number: names[number], max_selections=MOST, key=_KEY,
    )  # fmt: skip
    st.query_params[_QUERY] = ",".join(str(number) for number in picked)
    return list(picked)


def _show(rows: pd.DataFrame, kept: Sequence[SavedPromo], project: Membership) -> None:
    wording = wording_of(project)
    names = _told_apart([promo.info.name for promo in kept])
    contenders = [
        ComparedPromo(name, promo.kpis)
        for name, promo in zip(names, kept, strict=True)
        if promo.kpis is not None
    ]
    drawn = promos_compared(contenders, wording)
    with st.container(border=True, key="promo_compare"):
        st.markdown("**Against no promotion**, with 90 % intervals")
        chart(drawn, key="promo_compare_chart", height=int(drawn.layout.height))
    table = pd.DataFrame(
        {
            name: _column(row, promo, wording)
            for name, row, promo in zip(names, rows.to_dict("records"), kept, strict=True)
        }
    )
    st.dataframe(
        table, key="promo_compare_table", height=38 + 35 * len(table), placeholder=MISSING,
        column_config={"_index": st.column_config.TextColumn("", pinned=True)}, alt="Promotions side by side",
    )  # fmt: skip
    flat = table.reset_index(names="Figure")
    files = [Download("Comparison (CSV)", "promotions.csv", "text/csv", lambda: to_csv_bytes(flat))]
    download_row(project, files, key="promo_compare")


def _told_apart(names: Sequence[str]) -> list[str]:
    """The names; those that stand there twice carry their place."""
    return [
        f"{name} ({place})" if names.count(name) > 1 else name for place, name in enumerate(names, start=1)
    ]


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
    for name in FIGURES:
        facts[NAMES[name]] = (
            f"{amount(name, kpis.totals[name], wording)} ({span(name, kpis.intervals[name], wording)})"
        )
        ends = span(name, kpis.intervals[f"{name}_delta"], wording, change)
        facts[f"± {NAMES[name]}"] = f"{change(name, kpis.deltas[name], wording)} ({ends})"
    return facts | {"Learned model": kpis.model_version}
