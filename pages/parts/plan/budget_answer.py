"""The answer of an optimisation: what to move, what it brings, what the limits cost, and the proof."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.mmm.answers.evidence import Estimate
from core.mmm.charts.base import alt_text
from core.mmm.planning import charts as plan_charts
from core.mmm.planning.answers import BudgetAnswer, ChannelOutcome
from core.mmm.planning.values import BudgetInputs
from core.mmm.planning.whatif_results import WhatIfAnswer
from core.mmm.planning.words import (
    beyond_sentence,
    goal_sentence,
    horizon_words,
    limit_sentence,
    outcome_sentence,
    plan_sentence,
    signed,
    signed_money,
    span_words,
)
from core.mmm.wording import Wording, probability
from pages.parts.layout import Kpi, chart, kpi_row, section
from pages.parts.plain import plain

BEFORE = "Today’s split"
MOST_CURVES = 9
ROAS_HELP = "Caused inside the horizon by its own spend, over that spend; carry-over afterwards comes on top"


def show_answer(
    answer: BudgetAnswer, inputs: BudgetInputs, wording: Wording, curves: pd.DataFrame | None
) -> None:
    """Everything about a plan, the most important first."""
    with st.container(border=True, key="plan_answer"):
        words = f"{outcome_sentence(answer, inputs, wording)} {plan_sentence(answer, wording, inputs.level)}"
        st.markdown(f"#### {plain(words)}")
        horizon = horizon_words(answer.start_on, answer.end_on, inputs.periods, wording.period)
        st.caption(plain(f"{horizon}. {goal_sentence(inputs, wording)}"))
        warning = beyond_sentence(answer.channels, wording, inputs.periods)
        if warning:
            st.warning(plain(warning), icon=":material/warning:")
        for note in answer.notes:
            st.caption(f":material/info: {plain(note)}")
    _show_totals(answer, inputs, wording)
    _show_charts(answer, inputs, wording)
    _show_limits(answer, wording)
    if curves is not None and not curves.empty:
        _show_curves(answer, curves, wording, inputs.level)


def _show_totals(answer: BudgetAnswer, inputs: BudgetInputs, wording: Wording) -> None:
    level = f"{inputs.level * 100:.0f} %"
    kpi, label = wording.kpi, wording.kpi_label
    least, most = signed(answer.difference.lower, wording), signed(answer.difference.upper, wording)
    kpi_row(
        [
            Kpi(
                f"Caused {label}", kpi(answer.kpi.mean),
                f"{level}: {span_words(answer.kpi, wording)}; before: {kpi(answer.before_kpi.mean)}",
                help="Caused by media inside the horizon, earlier spend still at work included",
            ),
            Kpi(
                "Gain", signed(answer.difference.mean, wording),
                f"{level}: {least} to {most}",
                help="Plan minus today’s split at the same budget and within the limits, carry-over included",
            ),
            Kpi(wording.return_name, *return_words(answer, wording, inputs.level), help=ROAS_HELP),
            Kpi("Probability better", probability(answer.probability_better), "than today’s split"),
            Kpi(
                "Carried over", kpi(answer.kpi_after.mean),
                f"{level}: {span_words(answer.kpi_after, wording)}",
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


def _show_charts(answer: BudgetAnswer, inputs: BudgetInputs, wording: Wording) -> None:
    section("Before and after", "Today’s split is recent spend at the plan’s budget, inside the same limits.")
    spend = plan_charts.spend_before_after(answer, wording, BEFORE)
    effect = plan_charts.kpi_before_after(answer, wording, inputs.level, BEFORE)
    with st.grid(2, min_column_width=420):
        with st.container(border=True):
            st.markdown("**Spend**")
            chart(spend, key="plan_spend", alt=alt_text(spend), height=int(spend.layout.height))
        with st.container(border=True):
            st.markdown(f"**Caused {plain(wording.kpi_label)}**")
            chart(effect, key="plan_effect", alt=alt_text(effect), height=int(effect.layout.height))
    st.dataframe(
        outcome_table(answer.channels, wording),
        hide_index=True,
        key="plan_table",
        column_config={"Channel": st.column_config.TextColumn(pinned=True)},
        alt="Spend and effect of each channel before and after",
    )


def _show_curves(answer: BudgetAnswer, curves: pd.DataFrame, wording: Wording, level: float) -> None:
    section(
        "Where each channel stands on its curve",
        f"Caused {wording.kpi_label} against spend over the horizon. Ring: today. Dot: plan. "
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


def _show_limits(answer: BudgetAnswer, wording: Wording) -> None:
    if not answer.bindings:
        return
    section("What the limits cost", "Limits the plan runs into, the most expensive first.")
    ranked = sorted(answer.bindings, key=lambda b: (b.side == "total", -(b.cost or 0.0)))
    with st.container(border=True, gap="xsmall"):
        for binding in ranked:
            icon = ":material/payments:" if binding.side == "total" else ":material/vertical_align_center:"
            st.markdown(f"{icon} {plain(limit_sentence(binding, wording))}")


def _cents(value: float) -> str:
    return f"{value:,.2f}"


def _with_span(estimate: Estimate, wording: Wording) -> str:
    return f"{wording.kpi(estimate.mean)} ({span_words(estimate, wording)})"


def _return(estimate: Estimate | None, wording: Wording) -> str:
    if estimate is None:
        return ""
    low, high = wording.per_money(estimate.lower), wording.per_money(estimate.upper)
    return f"{wording.per_money(estimate.mean)} ({low} to {high})"
