"""Saved plans side by side: choose two to five, and see which is better and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from core.access import Membership
from core.charts.base import alt_text
from core.charts.formats import MISSING, Wording, probability
from core.mmm.planning import charts as plan_charts
from core.mmm.planning.charts import plans_channels
from core.mmm.planning.compare import (
    MOST_PLANS,
    RECENT_SPEND,
    ComparedPlan,
    PlanComparison,
    PlanOutcome,
    compare_plans,
    recent_plan,
)
from core.mmm.planning.export_tables import comparison_csv
from core.mmm.planning.plan_text import better_sentence, interval_text, signed, with_interval
from pages.shared.actions import user_errors
from pages.shared.escape import plain
from pages.shared.layout import Download, chart, download_row, section
from pages.shared.saved_things import choose_compared, distinct_names


def show_comparison(plans: Sequence[ComparedPlan], project: Membership, wording: Wording, kind: str) -> None:
    """The choice of plans and, from two on, the comparison; the choice is kept in the address."""
    names = distinct_names([plan.name for plan in plans], [f"no. {plan.scenario_id}" for plan in plans])
    ready = {plan.scenario_id: replace(plan, name=name) for plan, name in zip(plans, names, strict=True)}
    recent = [RECENT_SPEND] if recent_plan(list(ready.values())) else []
    if len(ready) + len(recent) < 2:
        return
    with st.container(border=True, key="plan_compare"):
        picked = choose_compared(
            {number: plan.name for number, plan in ready.items()}, "Compare plans", key=f"{kind}_compared",
            most=MOST_PLANS,
        )  # fmt: skip
        if len(picked) + len(recent) < 2:
            return
        baseline = st.selectbox(
            "Compare with",
            [*recent, *picked],
            format_func=lambda number: ready[number].name if number else "Recent spend",
            key=f"{kind}_baseline",
        )
    with user_errors() as outcome:
        comparison = compare_plans([ready[number] for number in picked], int(baseline or RECENT_SPEND))
    if not outcome.failed:
        _show(comparison, project, wording)


def _show(comparison: PlanComparison, project: Membership, wording: Wording) -> None:
    baseline = next(s for s in comparison.outcomes if s.plan.scenario_id == comparison.baseline_id)
    for standing in comparison.outcomes:
        if standing.difference is not None:
            st.markdown(f"**{plain(standing.plan.name)}**: {plain(_verdict(standing, baseline, wording))}")
    for caution in comparison.cautions:
        st.warning(plain(caution), icon=":material/warning:")
    with st.grid(2, min_column_width=420):
        with st.container(border=True):
            st.markdown(f"**Caused {plain(wording.kpi_label)}, carry-over included**")
            figure = plan_charts.plans_kpi(comparison, wording, baseline.plan.level)
            chart(figure, key="compare_kpi", alt=alt_text(figure), height=int(figure.layout.height))
        with st.container(border=True):
            st.markdown("**Spend by channel**")
            figure = plan_charts.plans_spend(comparison, wording)
            chart(figure, key="compare_spend", alt=alt_text(figure), height=int(figure.layout.height))
    with st.container(border=True):
        st.markdown(f"**Caused {plain(wording.kpi_label)} by channel**")
        figure = plans_channels(comparison, wording, baseline.plan.level)
        chart(figure, key="compare_channels", alt=alt_text(figure), height=int(figure.layout.height))
    section("Side by side")
    table = pd.DataFrame({s.plan.name: _column(s, comparison, wording) for s in comparison.outcomes})
    st.dataframe(
        table,
        key="compare_table",
        height=38 + 35 * len(table),
        placeholder=MISSING,
        alt="Plans side by side",
    )
    download_row(
        project,
        [Download("Comparison (CSV)", "plans.csv", "text/csv", lambda: comparison_csv(comparison, wording))],
        key="compare",
    )


def _verdict(standing: PlanOutcome, baseline: PlanOutcome, wording: Wording) -> str:
    other = f"“{baseline.plan.name}”"
    if standing.difference is None or standing.probability_better is None:
        return f"brings the same as {other}."
    gap = standing.spend_value - baseline.spend_value
    money = (
        "the same money" if abs(gap) < 0.01 else f"{wording.money(abs(gap))} {'more' if gap > 0 else 'less'}"
    )
    gain = with_interval(standing.difference, wording, standing.plan.level)
    return f"for {money} {gain}. {better_sentence(standing.probability_better, other)}"


def _column(standing: PlanOutcome, comparison: PlanComparison, wording: Wording) -> dict[str, str]:
    kpi, gap, roas = standing.kpi, standing.difference, standing.roas
    spend = {o.channel: o.after_value for o in standing.plan.answer.channels}
    whole = getattr(standing.plan.answer, "whole_kpi", None)
    forecast = {}
    if whole:
        forecast[wording.kpi_label] = f"{wording.kpi(whole.mean)} ({interval_text(whole, wording)})"
    facts = {
        "Budget": wording.money(standing.spend_value),
        **forecast,
        f"Caused {wording.kpi_label}": f"{wording.kpi(kpi.mean)} ({interval_text(kpi, wording)})",
        wording.return_name: wording.per_money(roas.mean) if roas else "–",
        "Difference": "compared with" if gap is None else
        f"{signed(gap.mean, wording)} ({signed(gap.lower, wording)} to {signed(gap.upper, wording)})",
        "Probability better": "" if standing.probability_better is None
        else probability(standing.probability_better),
        "Horizon": f"{standing.plan.periods} {wording.period}s",
        "Model": f"{standing.plan.model_name} (no. {standing.plan.model_id})",
    }  # fmt: skip
    return facts | {wording.label(c): wording.money(spend.get(c, 0.0)) for c in comparison.channels}
