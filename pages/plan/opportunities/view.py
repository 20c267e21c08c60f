"""Opportunities on screen: a month against its target, what fills the gap, and where."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.charts.formats import Wording
from core.database import session
from core.promo.days import ALL_GEOS
from core.promo.opportunities.charts import department_map, gap_waterfall
from core.promo.opportunities.planned import Discovered, MonthAsked, months_of, planned_in
from core.promo.opportunities.values import Gap, Opportunity, SavedOpportunity, month_span, month_words
from core.promo.scenarios.labels import KPI_NAMES, amount, change, span
from core.promo.store import opportunities as store
from core.promo.store import reference
from pages.plan.opportunities.cards import show_cards
from pages.plan.shared_promo.context import PromoContext, discovered, promo_context, show_outdated
from pages.shared.actions import user_errors
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import KpiCard, chart, kpi_row, section
from pages.shared.screens import Screen, link
from pages.shared.session import may

_QUERY = "month"


def show_opportunities(person: Person, project: Membership) -> None:
    """The whole screen."""
    context = promo_context(person, project)
    with session() as s:
        targets = reference.targets(s, person, project.project_id)
    show_outdated(context)
    month, geo = _ask(targets, context)
    if targets.empty:
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", key="discovery_no_targets"
        ):
            text = ":material/flag: No targets yet: what is expected is shown, but no gap."
            st.markdown(text, width="stretch")
            if may(project, Permission.PLAN_EDIT):
                link("Add targets", Screen.SALES, icon=":material/upload_file:")
    with session() as s:
        planned = planned_in(s, person, project.project_id, month, geo)
    with user_errors() as refused:
        found = discovered(person, context, MonthAsked(month, geo, targets, planned))
    if refused.failed:
        return
    _show_gap(found, context.wording)
    section("Opportunities", "The best promotion of each department, by what it is expected to bring.")
    if found.opportunities:
        _show_cards(person, project, found.opportunities, month, geo, context.wording)
    elif month_span(month)[1] < context.next_day:
        st.caption("This month is over: choose a coming one.")
    else:
        st.caption("No promotion is expected to pay off.")


def _ask(targets: pd.DataFrame, context: PromoContext) -> tuple[str, str]:
    """(month, geo): everything together, or one geo where targets or sales know several."""
    months, first = months_of(targets, context.next_day)
    wanted = st.query_params.get(_QUERY, first)
    geos = sorted({*targets["geo"].astype(str), *context.geos} - {ALL_GEOS})
    with st.container(horizontal=True, vertical_alignment="bottom", key="discovery_ask"):
        month = st.selectbox(
            "Month", months, months.index(wanted) if wanted in months else months.index(first),
            format_func=month_words, key="discovery_month", width=220,
        )  # fmt: skip
        geo = ALL_GEOS
        if len(geos) > 1:
            geo = st.selectbox(
                "Geo", [ALL_GEOS, *geos], key="discovery_geo", width=180,
                format_func=lambda geo: "All geos" if geo == ALL_GEOS else geo,
            )  # fmt: skip
    st.query_params[_QUERY] = str(month)
    return str(month), str(geo)


def _show_gap(found: Discovered, wording: Wording) -> None:
    """The month against its target, how it comes about, and which departments make it."""
    gap, cards = found.gap, []
    for name, kpi in (("sales_value", gap.sales_value), ("margin_pct", gap.margin_pct), ("units", gap.units)):
        label, expected = KPI_NAMES[name], amount(name, kpi.expected, wording)
        ends = span(name, (kpi.lower, kpi.upper), wording)
        if kpi.target is None or kpi.gap is None:
            cards.append(KpiCard(label, expected, f"90 %: {ends} · no target"))
            continue
        note = f"against the target of {amount(name, kpi.target, wording)} · 90 %: {ends}"
        text = None
        if kpi.gap_lower is not None and kpi.gap_upper is not None:
            text = f"Gap, 90 %: {span(name, (kpi.gap_lower, kpi.gap_upper), wording, change)}"
        cards.append(KpiCard(label, expected, note, change(name, kpi.gap, wording), help=text))
    kpi_row(cards, columns=3)
    st.caption(plain(coverage_text(gap)))
    with st.grid(2, min_column_width=400):
        for title, drawn, key in (
            ("The way to the target", gap_waterfall(gap, wording), "gap_waterfall"),
            ("Departments", department_map(found.departments), "department_map"),
        ):
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{title}**")
                chart(drawn, key=key, height=int(drawn.layout.height))
    for note in gap.notes:
        st.caption(f":material/info: {plain(note)}")


def coverage_text(gap: Gap) -> str:
    """Which days of the month are sales and which are a forecast."""
    if gap.first_on is None or gap.last_on is None:
        return "The month is over: all of it is actual sales."
    ahead = f"{day(gap.first_on)} to {day(gap.last_on)} are a forecast"
    if gap.covered_until is None:
        return f"{ahead}."
    return f"Actual sales up to {day(gap.covered_until)}; {ahead}."


def _show_cards(
    person: Person, project: Membership, found: Sequence[Opportunity], month: str, geo: str, wording: Wording
) -> None:
    """The opportunities with their numbers; what was found anew is saved by whoever may plan."""

    def saved() -> tuple[SavedOpportunity, ...]:
        return store.opportunities(
            s, person, project.project_id, month=month, geo=geo, dismissed=True
        )  # fmt: skip

    with session() as s:
        known = saved()
        if may(project, Permission.PLAN_EDIT) and [one.opportunity for one in known] != list(found):
            store.save_opportunities(s, person, project.project_id, month, geo, found)
            known = saved()
    show_cards(person, project, found, known, wording)
