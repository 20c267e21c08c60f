"""What a person asks of a budget: horizon, money and goal; limits, timing and risk folded below."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.charts.formats import Wording
from core.mmm.choices import Flighting, Goal
from core.mmm.optimiser.limit import Limit
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_inputs import BudgetInputs, ChannelSettings, RiskView
from core.mmm.planning.budget_question import first_budget, has_last_year, horizon_months
from core.mmm.planning.limit_text import settings_text
from pages.plan.optimization.channel_limits import ask_reference, edit_groups, edit_limits
from pages.plan.optimization.timing import (
    amount_of,
    ask_flighting,
    ask_geos,
    ask_pulse,
    edit_months,
    edit_timing,
    money_column,
)
from pages.plan.shared_media.editor_state import first_value
from pages.shared.escape import plain

GOALS = {
    Goal.KPI: "Most {kpi}",
    Goal.PROFIT: "Most profit",
    Goal.TARGET_KPI: "Target {kpi}",
    Goal.TARGET_ROAS: "Minimum ROAS",
    Goal.TARGET_MROAS: "Minimum ROAS of the next money",
}
RETURNS = {
    Goal.TARGET_ROAS: "Minimum incremental ROAS",
    Goal.TARGET_MROAS: "Minimum ROAS of the next money",
}
GOAL_HELP = (
    "Most KPI: the whole budget goes where it brings the most. Most profit: only as much is spent as pays. "
    "Target: the least money that reaches it. Minimum ROAS: as much as can be spent at that return, on "
    "average or with the next money."
)


RISKS = {
    RiskView.MEAN: "Expected outcome",
    RiskView.QUANTILE: "Cautious",
    RiskView.CVAR: "Guard against the worst",
    RiskView.PROBABILITY: "Most likely an improvement",
}
RISK_HELP = {
    RiskView.MEAN: "Counts the average of everything the data leave possible. Right if you can bear a miss.",
    RiskView.QUANTILE: "Counts the outcome that is missed only in the share of cases set here.",
    RiskView.CVAR: "Counts the average of the worst cases; such plans spread money more evenly.",
    RiskView.PROBABILITY: "Counts the chance to beat the split it is compared with, not by how much.",
}


FACTOR = "factor "
NOTE = (
    "The sum of factor × money over the channels lies between least and most. “TV at least twice radio”: "
    "factor 1 for TV, −2 for radio, least 0."
)


def edit_rules(rules: Sequence[Limit], basis: PlanBasis, wording: Wording, prefix: str) -> tuple[Limit, ...]:
    """The rules as edited; empty rows are left out."""
    key = f"{prefix}_rules"
    first = first_value(key, tuple(rules))
    st.caption(NOTE)
    columns: dict[str, object] = {
        "name": pd.Series([rule.name for rule in first], dtype=object),
        "minimum": pd.Series([rule.lower for rule in first], dtype=float),
        "maximum": pd.Series([rule.upper for rule in first], dtype=float),
    }
    columns |= {
        f"{FACTOR}{name}": pd.Series([rule.weights.get(name) for rule in first], dtype=float)
        for name in basis.channels
    }
    columns |= {
        "start": pd.Series([rule.start for rule in first], dtype="datetime64[ns]"),
        "end": pd.Series([rule.end for rule in first], dtype="datetime64[ns]"),
    }
    if basis.geos:
        columns["geos"] = pd.Series([list(rule.geos) for rule in first], dtype=object)
    edited = st.data_editor(
        pd.DataFrame(columns),
        key=key,
        num_rows="dynamic",
        hide_index=True,
        placeholder="",
        row_height=38,
        column_config=_columns(basis, wording),
        alt="Linear rules: name, factors by channel, dates, least and most",
    )
    made = [_rule(row, basis) for row in edited.to_dict("records")]
    return tuple(rule for rule in made if rule is not None)


def _columns(basis: PlanBasis, wording: Wording) -> dict[str, object]:
    first, last = basis.dates[0].date(), basis.dates[-1].date()
    columns: dict[str, object] = {
        "name": st.column_config.TextColumn("Name", pinned=True, max_chars=60, width="medium"),
        "minimum": money_column("Least", wording),
        "maximum": money_column("Most", wording),
        "start": st.column_config.DateColumn("From", min_value=first, max_value=last),
        "end": st.column_config.DateColumn("To", min_value=first, max_value=last),
    }
    columns |= {
        f"{FACTOR}{name}": st.column_config.NumberColumn(
            f"× {wording.label(name)}", help="Empty: the channel does not count"
        )
        for name in basis.channels
    }
    if basis.geos:
        columns["geos"] = st.column_config.MultiselectColumn(
            "Geos", options=list(basis.geos), help="Empty: all of them"
        )
    return columns


def _rule(row: dict[str, object], basis: PlanBasis) -> Limit | None:
    name = row.get("name")
    factors = {channel: row.get(f"{FACTOR}{channel}") for channel in basis.channels}
    weights = {channel: float(x) for channel, x in factors.items() if x is not None and not pd.isna(x)}  # type: ignore[arg-type,call-overload]
    low, high = amount_of(row.get("minimum")), amount_of(row.get("maximum"))
    geos = row.get("geos")
    if not name and not weights and low is None and high is None:
        return None
    return Limit.linear(
        str(name or "").strip(), weights, low, high, _day(row.get("start")), _day(row.get("end")),
        tuple(str(geo) for geo in geos) if isinstance(geos, list | tuple) else (),
    )  # fmt: skip


def _day(value: object) -> dt.date | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()  # type: ignore[call-overload,arg-type]


def ask_risk(inputs: BudgetInputs, prefix: str) -> tuple[RiskView, float]:
    """(what counts, the share of worst cases it looks at)."""
    views = list(RISKS)
    risk = st.radio(
        "What shall count",
        views,
        views.index(inputs.risk),
        format_func=RISKS.__getitem__,
        captions=[RISK_HELP[view] for view in views],
        key=f"{prefix}_risk",
    )
    share = inputs.risk_share
    if risk in (RiskView.QUANTILE, RiskView.CVAR):
        key = f"{prefix}_risk_share"
        share = st.slider("Share of worst cases (%)", 1, 50, round(100 * share), key=key) / 100
    return RiskView(risk), share


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
        total = float(round(total or 0.0))
        goal = _ask_goal(inputs, wording, prefix)
        target, margin = _ask_target(inputs, goal, basis, wording, prefix)
    settings = _ask_settings(inputs, basis, wording, prefix)
    made = BudgetInputs(
        periods=basis.periods,
        total_value=total,
        goal=goal,
        target_value=target,
        margin_share=margin,
        level=inputs.level,
        labels=wording.labels,
        **settings,
    )
    # A split chosen on the frontier answers one question: another question asks for the best split again.
    kept = replace(made, chosen_value=inputs.chosen_value)
    return kept if kept == inputs else made


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
    if goal in RETURNS:
        kept = inputs.target_value if inputs.goal == goal else None
        target = st.number_input(RETURNS[goal], 0.0, value=kept or 1.0, step=0.1, key=f"{prefix}_{goal}")
        return target, None
    return None, None


def _ask_settings(inputs: BudgetInputs, basis: PlanBasis, wording: Wording, prefix: str) -> dict[str, Any]:
    """Everything beside total, horizon and goal, by the name of its field; each kind on a tab of its own."""
    free = first_budget(basis, wording.labels)
    opened = first_value(f"{prefix}_settings", bool(settings_text(inputs, free, wording)))
    with st.expander("Limits, timing and risk", icon=":material/tune:", expanded=opened):
        names = ["Channels", "Groups", "Timing", *(["Geos"] if basis.geos else []), "Rules", "Risk"]
        tabs = dict(zip(names, st.tabs(names, key=f"{prefix}_kinds"), strict=True))
        with tabs["Channels"]:
            head = st.container(horizontal=True, gap="large")
            with head:
                reference = ask_reference(inputs.reference, wording, prefix, offered=has_last_year(basis))
            reference, limits = (
                reference,
                edit_limits(inputs.limits, basis.largest, wording, prefix, inputs.reference, head),
            )
        with tabs["Groups"]:
            groups = edit_groups(inputs.groups, basis.channels, wording, prefix)
        with tabs["Timing"]:
            timing = _ask_timing(inputs, basis, wording, prefix)
        by_geo, geo_limits = inputs.by_geo, inputs.geo_limits
        if basis.geos:
            with tabs["Geos"]:
                by_geo, geo_limits = ask_geos(inputs, basis, wording, prefix)
        with tabs["Rules"]:
            rules = edit_rules(inputs.rules, basis, wording, prefix)
        with tabs["Risk"]:
            risk, share = ask_risk(inputs, prefix)
    timed = timing.pop("limits")
    return {
        "reference": reference, "limits": tuple(_merged(limit, timed) for limit in limits), "groups": groups,
        **timing, "by_geo": by_geo, "geo_limits": geo_limits, "rules": rules, "risk": risk,
        "risk_share": share,
    }  # fmt: skip


def _ask_timing(inputs: BudgetInputs, basis: PlanBasis, wording: Wording, prefix: str) -> dict[str, Any]:
    flighting = ask_flighting(inputs, basis, wording, prefix)
    limits = edit_timing(inputs.limits, basis, wording, prefix)
    pulse = inputs.pulse
    if Flighting.PULSED in (flighting, *(limit.flighting for limit in limits.values())):
        pulse = ask_pulse(inputs, wording, prefix)
    months = inputs.months
    if len(horizon_months(basis)) > 1:
        st.markdown("**Money per month**, all channels together")
        months = edit_months(inputs.months, basis, wording, prefix)
    return {"flighting": flighting, "limits": limits, "pulse": pulse, "months": months}


def _merged(limit: ChannelSettings, timed: Mapping[str, ChannelSettings]) -> ChannelSettings:
    """The limit of the one table with the timing of the other."""
    own = timed[limit.channel]
    return replace(
        limit,
        flighting=own.flighting,
        period_minimum_value=own.period_minimum_value,
        period_maximum_value=own.period_maximum_value,
    )
