"""The answer of an optimisation in charts: moves, limits and their price, timing, geos, curves."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.charts.base import alt_text
from core.charts.formats import Wording
from core.mmm.optimiser.limit import LimitKind
from core.mmm.planning import budget_charts
from core.mmm.planning import charts as plan_charts
from core.mmm.planning.answers import BudgetAnswer
from core.mmm.planning.budget_inputs import BudgetInputs
from core.mmm.planning.limit_text import limit_sentence
from core.mmm.planning.plan_text import split_label
from pages.shared.escape import plain
from pages.shared.layout import chart, section

MOST_CURVES = 9
ICONS = {
    LimitKind.TOTAL: ":material/payments:",
    LimitKind.GROUP: ":material/workspaces:",
    LimitKind.PERIOD: ":material/calendar_view_week:",
    LimitKind.MONTH: ":material/calendar_month:",
    LimitKind.RULE: ":material/rule:",
    LimitKind.GEO: ":material/public:",
    LimitKind.CHANNEL: ":material/vertical_align_center:",
}


def show_moves(answer: BudgetAnswer, inputs: BudgetInputs, wording: Wording, table: pd.DataFrame) -> None:
    """Money and caused KPI of each channel before and after, as charts and table."""
    before = split_label(answer.reference).capitalize()
    section("Before and after", f"{before} is its spend at the plan’s budget, inside the same limits.")
    spend = plan_charts.spend_before_after(answer, wording, before)
    effect = plan_charts.kpi_before_after(answer, wording, inputs.level, before)
    with st.grid(2, min_column_width=420):
        with st.container(border=True):
            st.markdown("**Spend**")
            chart(spend, key="plan_spend", alt=alt_text(spend), height=int(spend.layout.height))
        with st.container(border=True):
            st.markdown(f"**Caused {plain(wording.kpi_label)}**")
            chart(effect, key="plan_effect", alt=alt_text(effect), height=int(effect.layout.height))
    st.dataframe(
        table,
        hide_index=True,
        key="plan_table",
        column_config={"Channel": st.column_config.TextColumn(pinned=True)},
        alt="Spend and effect of each channel before and after",
    )


def show_limits(answer: BudgetAnswer, wording: Wording) -> None:
    """What each limit costs, altogether and at the margin; nothing where none binds."""
    if not answer.bindings:
        return
    section("What the limits cost", "Limits the plan runs into, the most expensive first.")
    ranked = sorted(answer.bindings, key=lambda b: (b.about == LimitKind.TOTAL, not b.own, -(b.cost or 0.0)))
    with st.container(border=True, gap="xsmall", key="plan_limits"):
        for binding in ranked:
            st.markdown(f"{ICONS[binding.about]} {plain(limit_sentence(binding, wording))}")


def show_timing(answer: BudgetAnswer, wording: Wording) -> None:
    """When the money is spent: stacked bars, or each channel against its own peak."""
    if len(answer.schedule) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        with st.container(width="stretch"):
            section("When it is spent")
        ways = {"Sums": budget_charts.schedule_bars, "By channel": budget_charts.schedule_heat}
        way = st.segmented_control(
            "View", list(ways), default="Sums", required=True, key="plan_timing_view",
            label_visibility="collapsed", width="content",
        )  # fmt: skip
    picture = ways[str(way)](answer, wording)
    with st.container(border=True):
        chart(picture, key=f"plan_timing_{way}", alt=alt_text(picture), height=int(picture.layout.height))


def show_geos(answer: BudgetAnswer, wording: Wording) -> None:
    """What moves between geos; nothing where they keep their shares."""
    if not answer.geos:
        return
    section("Where it is spent", f"Change of spend against {split_label(answer.reference)}.")
    picture = budget_charts.geo_moves(answer, wording)
    with st.container(border=True):
        chart(picture, key="plan_geos", alt=alt_text(picture), height=int(picture.layout.height))


def show_curves(answer: BudgetAnswer, curves: pd.DataFrame, wording: Wording, level: float) -> None:
    """Each channel's move on its response curve, the largest first."""
    section(
        "Where each channel stands on its curve",
        f"Caused {wording.kpi_label} against spend over the horizon. Ring: before. Dot: plan. "
        "Dashed: more than was ever spent.",
    )
    ranked = sorted(answer.channels, key=lambda outcome: -abs(outcome.change_value))
    with st.grid(3, min_column_width=260):
        for outcome in ranked[:MOST_CURVES]:
            figure = plan_charts.move_on_curve(curves, outcome, wording, level)
            with st.container(border=True, gap="xxsmall"):
                st.markdown(f"**{plain(wording.label(outcome.channel))}**")
                key = f"plan_curve_{outcome.channel}"
                chart(figure, key=key, alt=alt_text(figure), height=plan_charts.CURVE_HEIGHT)
    if len(ranked) > MOST_CURVES:
        st.caption(f"The other {len(ranked) - MOST_CURVES} channels move less.")
