"""The answer of an optimisation: what to move, what it brings and how sure that is, in words and figures."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.charts.base import alt_text
from core.charts.formats import Wording, probability
from core.mmm.optimiser.limit import LimitKind
from core.mmm.planning import budget_charts
from core.mmm.planning import charts as plan_charts
from core.mmm.planning.answers import BudgetAnswer, ChannelOutcome, WhatIfAnswer
from core.mmm.planning.budget_inputs import BudgetInputs, RiskView
from core.mmm.planning.limit_text import limit_sentence
from core.mmm.planning.plan_text import (
    extrapolation_sentence,
    extrapolation_text,
    goal_sentence,
    horizon_text,
    interval_text,
    optimum_sentence,
    outcome_sentence,
    plan_sentence,
    signed,
    signed_money,
    split_label,
    worst_sentence,
)
from core.mmm.results.evidence import Estimate
from pages.shared.escape import plain
from pages.shared.layout import KpiCard, chart, kpi_row, section

ROAS_HELP = "Caused inside the horizon by its own spend, over that spend; carry-over afterwards comes on top"


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


def show_answer(
    answer: BudgetAnswer,
    inputs: BudgetInputs,
    wording: Wording,
    curves: pd.DataFrame | None,
    actions: Callable[[], None] | None = None,
) -> None:
    """Everything about a plan, the most important first; `actions` is drawn below the totals."""
    with st.container(border=True, key="plan_answer"):
        words = f"{outcome_sentence(answer, inputs, wording)} {plan_sentence(answer, wording, inputs.level)}"
        st.markdown(f"#### {plain(words)}")
        horizon = horizon_text(answer.start_on, answer.end_on, inputs.periods, wording.period)
        st.caption(plain(f"{horizon}. {goal_sentence(inputs, wording)}"))
        optimum = None if inputs.chosen_value else optimum_sentence(answer, wording)
        worst = None
        if inputs.risk != RiskView.MEAN or inputs.chosen_value:
            worst = worst_sentence(answer, inputs.risk_share, wording)
        said = " ".join(words for words in (optimum, worst) if words)
        if said:
            st.caption(f":material/verified: {plain(said)}")
        warning = _extrapolation(answer, inputs, wording)
        if warning:
            st.warning(plain(warning), icon=":material/warning:")
        for note in answer.notes:
            st.caption(f":material/info: {plain(note)}")
    _show_totals(answer, inputs, wording)
    if actions is not None:
        actions()
    show_moves(answer, inputs, wording, outcome_table(answer.channels, wording))
    show_limits(answer, wording)
    show_timing(answer, wording)
    show_geos(answer, wording)
    if curves is not None and not curves.empty:
        show_curves(answer, curves, wording, inputs.level)


def _extrapolation(answer: BudgetAnswer, inputs: BudgetInputs, wording: Wording) -> str | None:
    """What goes beyond the data; plans saved long ago know it by channel alone."""
    if answer.beyond is None:
        return extrapolation_sentence(answer.channels, wording, inputs.periods)
    return extrapolation_text(answer.beyond, wording, inputs.periods)


def _show_totals(answer: BudgetAnswer, inputs: BudgetInputs, wording: Wording) -> None:
    level = f"{inputs.level * 100:.0f} %"
    kpi, label, before = wording.kpi, wording.kpi_label, split_label(answer.reference)
    least, most = signed(answer.difference.lower, wording), signed(answer.difference.upper, wording)
    kpi_row(
        [
            KpiCard(
                f"Caused {label}", kpi(answer.kpi.mean),
                f"{level}: {interval_text(answer.kpi, wording)}; before: {kpi(answer.before_kpi.mean)}",
                help="Caused by media inside the horizon, earlier spend still at work included",
            ),
            KpiCard(
                "Gain", signed(answer.difference.mean, wording),
                f"{level}: {least} to {most}",
                help=f"Plan minus {before} at the same budget and within the limits, carry-over included",
            ),
            KpiCard(wording.return_name, *return_words(answer, wording, inputs.level), help=ROAS_HELP),
            KpiCard("Probability better", probability(answer.probability_better), f"than {before}"),
            KpiCard(
                "Carried over", kpi(answer.kpi_after.mean),
                f"{level}: {interval_text(answer.kpi_after, wording)}",
                help="What the plan’s spend still causes after the horizon; it is counted in the gain",
            ),
        ],
        columns=5,
    )  # fmt: skip


def return_words(answer: BudgetAnswer | WhatIfAnswer, wording: Wording, level: float) -> tuple[str, str]:
    """The return of all spend together, and its interval."""
    if answer.roas is None:
        return "–", "nothing is spent"
    low, high = wording.per_money(answer.roas.lower), wording.per_money(answer.roas.upper)
    return wording.per_money(answer.roas.mean), f"{level * 100:.0f} %: {low} to {high}"


def outcome_table(channels: tuple[ChannelOutcome, ...], wording: Wording) -> pd.DataFrame:
    """The table on the screen: finished texts, with a total row; money to the cent."""
    rows = [_row(outcome, wording) for outcome in channels]
    total = {
        "Channel": "Total",
        "Recent spend": _cents(sum(o.recent_value for o in channels)),
        "Before": _cents(sum(o.before_value for o in channels)),
        "Plan": _cents(sum(o.after_value for o in channels)),
        "Change": signed_money(sum(o.change_value for o in channels), wording),
    }
    table = pd.DataFrame([*rows, total]).fillna("")
    # At the budget of recent spend both are the same, and one column says it.
    return table.drop(columns="Before") if (table["Before"] == table["Recent spend"]).all() else table


def _row(outcome: ChannelOutcome, wording: Wording) -> dict[str, str]:
    label = wording.kpi_label
    return {
        "Channel": wording.label(outcome.channel),
        "Recent spend": _cents(outcome.recent_value),
        "Before": _cents(outcome.before_value),
        "Plan": _cents(outcome.after_value),
        "Change": signed_money(outcome.change_value, wording),
        f"{label} before": _with_span(outcome.kpi_before, wording),
        f"{label} planned": _with_span(outcome.kpi_after, wording),
        wording.return_name: _return(outcome.roas_after, wording),
        "Next 1 %": _return(outcome.next_roas, wording),
        "Seen at most": wording.money(outcome.seen_value),
    }


def _cents(value: float) -> str:
    return f"{value:,.2f}"


def _with_span(estimate: Estimate, wording: Wording) -> str:
    return f"{wording.kpi(estimate.mean)} ({interval_text(estimate, wording)})"


def _return(estimate: Estimate | None, wording: Wording) -> str:
    if estimate is None:
        return ""
    low, high = wording.per_money(estimate.lower), wording.per_money(estimate.upper)
    return f"{wording.per_money(estimate.mean)} ({low} to {high})"
