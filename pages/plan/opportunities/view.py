"""The discovery of opportunities: a month against its target, what fills the gap, and where."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.charts.formats import Wording
from core.database import session
from core.promo.days import ALL_GEOS
from core.promo.opportunities.charts import department_map, gap_waterfall
from core.promo.opportunities.values import (
    Gap,
    GapFigure,
    Opportunity,
    SavedOpportunity,
    month_span,
    month_words,
)
from core.promo.store import opportunities as kept_opportunities
from core.promo.store import reference
from pages.plan.opportunities.cards import show_cards
from pages.plan.shared_promo.cached import discovered
from pages.plan.shared_promo.context import PromoContext, ground_of, show_behind
from pages.plan.shared_promo.kpis import NAMES, amount, change, span
from pages.plan.shared_promo.month import Discovered, MonthAsked, months_of, planned_in
from pages.shared.actions import user_errors
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import KpiCard, chart, kpi_row, section
from pages.shared.screens import Screen, link
from pages.shared.session import may

_QUERY = "month"


def show_discovery(person: Person, project: Membership) -> None:
    """The whole screen."""
    ground = ground_of(person, project)
    with session() as s:
        targets = reference.targets(s, person, project.project_id)
    show_behind(ground)
    month, geo = _ask(targets, ground)
    if targets.empty:
        _say_no_targets(project)
    asked = MonthAsked(month, geo, targets, planned_in(person, project, month, geo))
    with user_errors() as outcome:
        found = discovered(person, ground, asked)
    if not outcome.failed:
        _show_gap(found.gap, ground.wording)
        _show_charts(found, ground.wording)
        _show_found(person, project, found.opportunities, ground, asked)


def _ask(targets: pd.DataFrame, ground: PromoContext) -> tuple[str, str]:
    months, first = months_of(targets, ground.next_day)
    wanted = st.query_params.get(_QUERY, first)
    geos = _geos(targets, ground)
    with st.container(horizontal=True, vertical_alignment="bottom", key="discovery_ask"):
        month = st.selectbox(
            "Month", months, months.index(wanted) if wanted in months else months.index(first),
            format_func=month_words, key="discovery_month", width=220,
        )  # fmt: skip
        geo = ALL_GEOS
        if len(geos) > 1:
            geo = st.selectbox("Geo", geos, format_func=geo_words, key="discovery_geo", width=180)
    st.query_params[_QUERY] = str(month)
    return str(month), str(geo)


def _geos(targets: pd.DataFrame, ground: PromoContext) -> list[str]:
    """Everything together, and each geo where targets or sales know several."""
    named = sorted({*targets["geo"].astype(str), *ground.geos} - {ALL_GEOS})
    return [ALL_GEOS, *named] if len(named) > 1 else [ALL_GEOS]


def geo_words(geo: str) -> str:
    """A geo as people read it."""
    return "All geos" if geo == ALL_GEOS else geo


def _say_no_targets(project: Membership) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="discovery_no_targets"):
        words = ":material/flag: No targets yet: what is expected is shown, but no gap."
        st.markdown(words, width="stretch")
        if may(project, Permission.PLAN_EDIT):
            link("Add targets", Screen.SALES, icon=":material/upload_file:")


def _show_gap(gap: Gap, wording: Wording) -> None:
    figures = {"sales_value": gap.sales_value, "margin_pct": gap.margin_pct, "units": gap.units}
    kpi_row([_card(name, figure, wording) for name, figure in figures.items()], columns=3)
    st.caption(plain(coverage_words(gap)))


def _show_charts(found: Discovered, wording: Wording) -> None:
    """How the month comes about, and which departments make it; folded to one column on a narrow screen."""
    way, fields = gap_waterfall(found.gap, wording), department_map(found.departments)
    with st.grid(2, min_column_width=400):
        for title, drawn, key in (
            ("The way to the target", way, "gap_waterfall"),
            ("Departments", fields, "department_map"),
        ):
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{title}**")
                chart(drawn, key=key, height=int(drawn.layout.height))
    for note in found.gap.notes:
        st.caption(f":material/info: {plain(note)}")


def _card(name: str, figure: GapFigure, wording: Wording) -> KpiCard:
    ends = span(name, (figure.lower, figure.upper), wording)
    if figure.target is None or figure.gap is None:
        return KpiCard(NAMES[name], amount(name, figure.expected, wording), f"90 %: {ends} · no target")
    return KpiCard(
        NAMES[name],
        amount(name, figure.expected, wording),
        note=f"against the target of {amount(name, figure.target, wording)} · 90 %: {ends}",
        delta=change(name, figure.gap, wording),
        help=_gap_help(name, figure, wording),
    )


def _gap_help(name: str, figure: GapFigure, wording: Wording) -> str | None:
    if figure.gap_lower is None or figure.gap_upper is None:
        return None
    return f"Gap, 90 %: {span(name, (figure.gap_lower, figure.gap_upper), wording, change)}"


def coverage_words(gap: Gap) -> str:
    """Which days of the month are sales and which are a forecast."""
    if gap.first_on is None or gap.last_on is None:
        return "The month is over: all of it is actual sales."
    ahead = f"{day(gap.first_on)} to {day(gap.last_on)} are a forecast"
    if gap.covered_until is None:
        return f"{ahead}."
    return f"Actual sales up to {day(gap.covered_until)}; {ahead}."


def _show_found(
    person: Person, project: Membership, found: Sequence[Opportunity], ground: PromoContext, asked: MonthAsked
) -> None:
    section("Opportunities", "The best promotion of each department, by what it is expected to bring.")
    if not found:
        over = month_span(asked.month)[1] < ground.next_day
        words = "This month is over: choose a coming one." if over else "No promotion is expected to pay off."
        st.caption(words)
        return
    kept = _kept(person, project, found, asked.month, asked.geo)
    show_cards(person, project, found, kept, ground.wording)


def _kept(
    person: Person, project: Membership, found: Sequence[Opportunity], month: str, geo: str
) -> tuple[SavedOpportunity, ...]:
    """The opportunities with their numbers; what was found anew is kept by whoever may plan."""
    of_month = {"month": month, "geo": geo}
    with session() as s:
        known = kept_opportunities.opportunities(s, person, project.project_id, **of_month, dismissed=True)
        if not may(project, Permission.PLAN_EDIT) or [one.opportunity for one in known] == list(found):
            return known
        kept_opportunities.save_opportunities(s, person, project.project_id, month, geo, found)
        return kept_opportunities.opportunities(s, person, project.project_id, **of_month, dismissed=True)
