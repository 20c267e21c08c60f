"""The best discounts for a goal within limits, and the efficient frontier of sales against margin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from core.promo.scenarios.best_discounts import BestDeal, DealGoal, DiscountFrontierPoint
from core.promo.scenarios.charts import frontier_chart
from core.promo.scenarios.labels import KPI_NAMES, change, pct, signed_money, span
from core.promo.scenarios.outcome import ScenarioOutcome
from core.promo.scenarios.scenario import PromoScenario
from pages.plan.shared_promo.context import PromoContext, best_deal, frontier_points
from pages.shared.actions import user_errors
from pages.shared.escape import plain
from pages.shared.layout import chart

GOALS = {
    DealGoal.SALES.value: "Most sales",
    DealGoal.MARGIN.value: "Most margin",
    DealGoal.EBIT.value: "Most EBIT",
}
Adopt = Callable[[PromoScenario], None]


@dataclass(frozen=True)
class SearchQuestion:
    """What is searched for: the goal, the least margin of the whole shop, the deepest discounts."""

    goal: str
    margin_floor_pct: float
    caps: Mapping[str, float]


def show_search(outcome: ScenarioOutcome, context: PromoContext, adopt: Adopt, key: str) -> None:
    """Folded: the question, the best discounts for it, and what else could be had."""
    box = st.expander(
        "Best discounts, and sales against margin", icon=":material/auto_awesome:", key=f"{key}_search",
        on_change="rerun",
    )  # fmt: skip
    if not box.open:
        return
    with box:
        question = _ask(outcome, context, key)
        with user_errors() as refused:
            best = best_deal(
                context, outcome.scenario, question.goal, question.margin_floor_pct, question.caps
            )
            points = frontier_points(context, outcome.scenario, question.caps)
        if refused.failed:
            return
        left, right = st.columns([2, 3], gap="medium")
        with left, st.container(border=True, height="stretch", key=f"{key}_best"):
            _show_best(best, outcome, context, adopt, key)
        with right, st.container(border=True, height="stretch", key=f"{key}_frontier"):
            _show_frontier(points, outcome, context, adopt, key)


def _ask(outcome: ScenarioOutcome, context: PromoContext, key: str) -> SearchQuestion:
    settings, usual = context.settings, outcome.kpis.baseline["margin_pct"]
    departments = list(dict.fromkeys(line.department for line in outcome.scenario.mechanics))
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{key}_wish"):
        goal = st.segmented_control(
            "Goal", list(GOALS), default="sales", required=True, format_func=GOALS.get, key=f"{key}_goal"
        )
        floor = st.number_input(
            "Least margin (%)", -100.0, 100.0, round(settings.floor_pct(usual), 1), 0.5,
            key=f"{key}_floor", width=150, help=f"Of the whole shop; without a promotion it is {pct(usual)}",
        )  # fmt: skip
        with st.popover("Deepest discounts", icon=":material/vertical_align_top:", key=f"{key}_caps"):
            caps = st.data_editor(
                pd.DataFrame({"department": departments, "cap": [settings.cap_pct(d) for d in departments]}),
                hide_index=True, disabled=["department"], key=f"{key}_caps_table_{len(departments)}",
                column_config={
                    "department": "Department",
                    "cap": st.column_config.NumberColumn(
                        "Deepest discount", min_value=0.0, max_value=95.0, format="%g %%", required=True
                    ),
                },
                alt="Deepest discount of each department in the search",
            )  # fmt: skip
    return SearchQuestion(
        str(goal), float(floor), dict(zip(caps["department"], caps["cap"].astype(float), strict=True))
    )


def _show_best(
    best: BestDeal, outcome: ScenarioOutcome, context: PromoContext, adopt: Adopt, key: str
) -> None:
    st.markdown("**Best within these limits**")
    if not best.passes:
        st.caption(plain(best.message))
        return
    _show_discounts(best.scenario, outcome, f"{key}_best_lines")
    said = [_delta(name, best, context) for name in ("sales_value", "margin_value", "ebit")]
    st.markdown("  \n".join(said))
    made = without_idle(best.scenario)
    st.button(
        "Use these discounts", icon=":material/check:", type="primary", key=f"{key}_use_best",
        on_click=adopt, args=(made,), disabled=made.mechanics == outcome.scenario.mechanics,
    )  # fmt: skip


def without_idle(scenario: PromoScenario) -> PromoScenario:
    """The promotion without lines at 0 %; with them where nothing else is left."""
    lines = tuple(line for line in scenario.mechanics if line.discount_pct > 0)
    return replace(scenario, mechanics=lines) if lines else scenario


def _show_discounts(wanted: PromoScenario, outcome: ScenarioOutcome, key: str) -> None:
    rows = [
        {
            "Line": old.label,
            "Now": f"{old.discount_pct:g} %",
            "Then": f"{new.discount_pct:g} %" if new.discount_pct else "left out",
        }
        for old, new in zip(outcome.scenario.mechanics, wanted.mechanics, strict=True)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key=key, height=38 + 35 * min(len(rows), 8),
                 alt="Discount of each line now and then")  # fmt: skip


def _delta(name: str, best: BestDeal, context: PromoContext) -> str:
    kpis, wording = best.kpis, context.wording
    ends = span(name, kpis.intervals[f"{name}_delta"], wording, change)
    return f"{KPI_NAMES[name]} **{plain(change(name, kpis.deltas[name], wording))}** ({plain(ends)})"


def _show_frontier(
    points: Sequence[DiscountFrontierPoint],
    outcome: ScenarioOutcome,
    context: PromoContext,
    adopt: Adopt,
    key: str,
) -> None:
    st.markdown("**Sales against margin**")
    if len(points) < 2:
        st.caption("Within these limits there is nothing to weigh: one choice is best for both.")
        return
    picture = st.container()
    places = list(range(1, len(points) + 1))
    deltas = outcome.kpis.deltas
    near = min(places, key=lambda at: abs(points[at - 1].sales_value_delta - deltas["sales_value"]))
    slot = f"{key}_point_{len(points)}"
    st.session_state.setdefault(slot, near)
    place = st.select_slider("From most margin to most sales", places, key=slot)
    point = points[int(place) - 1]
    with picture:
        now = deltas["sales_value"], deltas["margin_value"]
        drawn = frontier_chart(points, int(place) - 1, now, context.wording)
        chart(drawn, key=f"{key}_frontier_chart", height=int(drawn.layout.height))
    money = context.wording
    st.markdown(
        plain(
            f"Sales {signed_money(point.sales_value_delta, money)}, margin "
            f"{signed_money(point.margin_value_delta, money)}, EBIT "
            f"{signed_money(point.ebit_delta, money)}; {pct(point.margin_pct)} margin."
        )
    )
    _show_discounts(point.scenario, outcome, f"{key}_point_lines")
    st.button(
        "Use this point", icon=":material/check:", key=f"{key}_use_point", on_click=adopt,
        args=(without_idle(point.scenario),),
    )  # fmt: skip
