"""The facts at a glance: what they cover, and sales by week with the days of promotions behind."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.access import Membership, Person
from core.promo.charts import joined, sales_by_week
from core.promo.ingest.file_info import FactsSpan
from pages.plan.shared_promo.context import sales_frame
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import KpiCard, card, chart, kpi_row

ALL = "All departments"


def show_glance(person: Person, project: Membership, span: FactsSpan) -> None:
    """Figures and chart of the facts."""
    _figures(span)
    with card(key="sales_chart"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown("**Sales by week**", width="content")
            department = st.selectbox(
                "Department",
                [ALL, *span.departments],
                format_func=plain,
                key="sales_department",
                label_visibility="collapsed",
                width=220,
            )
        rows = sales_frame(person, project.project_id)
        rows = rows if department == ALL else rows[rows["department"] == department]
        periods = promotion_days(rows)
        chart(sales_by_week(rows, periods, project.currency), key="sales_by_week", height=320)
        who = "at least one department" if department == ALL else department
        st.caption(
            f"Shaded: days on which {plain(who)} was on promotion, {len(joined(periods))} stretches. Whole "
            "weeks only."
        )


def _figures(span: FactsSpan) -> None:
    days = (span.last_on - span.first_on).days + 1
    kpi_row(
        [
            KpiCard("Days", f"{days:,}", f"{day(span.first_on)} to {day(span.last_on)}"),
            KpiCard("Departments", str(len(span.departments)), _few(span.departments)),
            KpiCard(
                "Sales channels",
                str(len(span.channels)),
                _few((*span.channels, *((f"in {len(span.geos)} geos",) if len(span.geos) > 1 else ()))),
            ),
            KpiCard("Days with a promotion", f"{span.promo_days:,}", f"{span.rows:,} facts in all"),
        ]
    )


def _few(names: tuple[str, ...], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def promotion_days(rows: pd.DataFrame) -> list[tuple[object, object]]:
    """Every day with a promotion as a stretch of its own."""
    days = rows.loc[rows["promo_flag"].astype(bool), "date"].unique()
    return [(one, one) for one in days]
