"""What a person asks of a budget: horizon, money, limits, groups, goal and attitude to risk."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.mmm.choices import Flighting, Goal
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.limit_values import ChannelLimit, GroupLimit
from core.mmm.planning.values import BudgetInputs, RiskView
from core.mmm.wording import Wording
from pages.parts.plain import plain
from pages.parts.plan.groups import edit_groups
from pages.parts.plan.limits import edit_limits

GOALS = {
    Goal.KPI: "Most {kpi}",
    Goal.PROFIT: "Most profit",
    Goal.TARGET_KPI: "Target {kpi}",
    Goal.TARGET_ROAS: "Minimum ROAS",
}
GOAL_HELP = (
    "Most KPI: the whole budget goes where it brings the most. Most profit: only as much is spent as pays. "
    "Target: the least money that reaches it. Minimum ROAS: as much as can be spent at that return."
)
RISKS = {
    RiskView.MEAN: "Expected outcome",
    RiskView.QUANTILE: "Cautious",
    RiskView.CVAR: "Guard against the worst",
}
RISK_HELP = {
    RiskView.MEAN: "Counts the average of everything the data leave possible. Right if you can bear a miss.",
    RiskView.QUANTILE: "Counts the outcome that is missed only in the share of cases set here.",
    RiskView.CVAR: "Counts the average of the worst cases; such plans spread money more evenly.",
}
FLIGHTS = {
    Flighting.EVEN: "The same every {period}",
    Flighting.AS_REFERENCE: "As in the recent {period}s",
    Flighting.OPTIMISED: "Also find the best {period}s",
}


def ask_horizon(basis: PlanBasis, periods: int, most: int, prefix: str) -> int:
    """The number of periods after the data, with the dates it means."""
    key = f"{prefix}_periods"
    asked = st.number_input(
        f"Horizon ({basis.period}s)",
        1,
        most,
        periods,
        key=key,
        help="Begins right after the data",
    )
    return int(asked)


def ask_budget(
    inputs: BudgetInputs, basis: PlanBasis, wording: Wording, prefix: str, fields: DeltaGenerator
) -> BudgetInputs:
    """The inputs as edited, the short ones in `fields`. Raises UserError naming every fault."""
    with fields:
        total = _ask_total(inputs, basis, wording, prefix)
        goal = _ask_goal(inputs, wording, prefix)
        target, margin = _ask_target(inputs, goal, basis, wording, prefix)
    limits, groups = _ask_limits(inputs, basis, wording, prefix)
    with st.expander("Attitude to risk and timing", icon=":material/tune:"):
        risk, share = _ask_risk(inputs, prefix)
        flighting = _ask_flighting(inputs, wording, prefix)
    return BudgetInputs(
        periods=basis.periods,
        total_value=total,
        limits=limits,
        groups=groups,
        goal=goal,
        target_value=target,
        margin_share=margin,
        risk=risk,
        risk_share=share,
        flighting=flighting,
        level=inputs.level,
        labels=wording.labels,
    )


def _ask_total(inputs: BudgetInputs, basis: PlanBasis, wording: Wording, prefix: str) -> float:
    key = f"{prefix}_total"
    total = st.number_input(
        f"{'Total budget' if inputs.goal == Goal.KPI else 'Budget at most'} ({wording.currency})",
        min_value=0.0,
        value=inputs.total_value,
        step=1000.0,
        format="%.0f",
        key=key,
        help=plain(f"Recent spend over as many {basis.period}s: {wording.money(basis.recent_total)}"),
    )
    return float(round(total or 0.0))


def _ask_goal(inputs: BudgetInputs, wording: Wording, prefix: str) -> Goal:
    key, goals = f"{prefix}_goal", list(GOALS)
    return Goal(
        st.selectbox(
            "Goal",
            goals,
            goals.index(inputs.goal),
            format_func=lambda goal: GOALS[goal].format(kpi=wording.kpi_label),
            key=key,
            help=GOAL_HELP,
        )
    )


def _ask_target(
    inputs: BudgetInputs, goal: Goal, basis: PlanBasis, wording: Wording, prefix: str
) -> tuple[float | None, float | None]:
    """(target, margin share), each where the goal needs it."""
    if goal == Goal.PROFIT:
        first = 100 * (inputs.margin_share or 0.3)
        key = f"{prefix}_margin"
        margin = st.number_input("Margin (%)", 0.0, 100.0, first, 1.0, key=key,
                                 help="What remains of each unit of revenue before media")  # fmt: skip
        return None, float(margin) / 100
    if goal == Goal.TARGET_KPI:
        key = f"{prefix}_target_kpi"
        label = plain(f"Target caused {wording.kpi_label}")
        target = st.number_input(label, 0.0, value=inputs.target_value, step=1000.0, key=key,
                                 help="What media shall cause over the horizon")  # fmt: skip
        return target, None
    if goal == Goal.TARGET_ROAS:
        key = f"{prefix}_target_roas"
        kept = inputs.target_value if inputs.goal == goal else None
        target = st.number_input("Minimum incremental ROAS", 0.0, value=kept or 1.0, step=0.1, key=key)
        return target, None
    return None, None


def _ask_limits(
    inputs: BudgetInputs, basis: PlanBasis, wording: Wording, prefix: str
) -> tuple[tuple[ChannelLimit, ...], tuple[GroupLimit, ...]]:
    with st.expander("Limits by channel", expanded=True, icon=":material/vertical_align_center:"):
        limits = edit_limits(inputs.limits, basis.seen, wording, prefix)
    with st.expander("Groups of channels", icon=":material/workspaces:", key=f"{prefix}_groups_box"):
        groups = edit_groups(inputs.groups, basis.channels, wording, prefix)
    return limits, groups


def _ask_risk(inputs: BudgetInputs, prefix: str) -> tuple[RiskView, float]:
    key, views = f"{prefix}_risk", list(RISKS)
    risk = st.radio(
        "What shall count",
        views,
        views.index(inputs.risk),
        format_func=RISKS.__getitem__,
        captions=[RISK_HELP[view] for view in views],
        key=key,
    )
    share = inputs.risk_share
    if risk != RiskView.MEAN:
        key = f"{prefix}_risk_share"
        share = st.slider("Share of worst cases (%)", 1, 50, round(100 * share), key=key) / 100
    return RiskView(risk), share


def _ask_flighting(inputs: BudgetInputs, wording: Wording, prefix: str) -> Flighting:
    key, ways = f"{prefix}_flighting", list(FLIGHTS)
    return Flighting(
        st.radio(
            "How money is spread over time",
            ways,
            ways.index(inputs.flighting),
            format_func=lambda way: FLIGHTS[way].format(period=wording.period),
            key=key,
            horizontal=True,
        )
    )
