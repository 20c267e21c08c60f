"""Expectation against risk: the efficient frontier, and a plan on it to adopt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.charts.base import alt_text
from core.charts.formats import Wording, percent, probability
from core.json_values import to_json
from core.mmm.model_info import ModelInfo
from core.mmm.planning.answers import BudgetAnswer
from core.mmm.planning.budget_answer import FrontierPoint, adopted, frontier_points
from core.mmm.planning.budget_charts import frontier_chart
from core.mmm.planning.budget_inputs import BudgetInputs
from core.mmm.planning.plan_text import split_label
from pages.plan.shared_media.answers import trained
from pages.shared.actions import user_errors
from pages.shared.escape import plain
from pages.shared.layout import chart, section

_DRAWN = "_plan_frontier"


def show_frontier(
    info: ModelInfo,
    inputs: BudgetInputs,
    answer: BudgetAnswer,
    wording: Wording,
    adopt: Callable[[BudgetInputs], bool],
) -> None:
    """The frontier once it is asked for; `adopt` takes over the question of a plan on it and
    says whether it could be answered."""
    share = percent(inputs.risk_share)
    section(
        "Expectation against risk",
        f"Plans of the same money that bring the most for every degree of caution. The cautious outcome is "
        f"the one missed in {share} of cases.",
    )
    asked = (info.id, str(to_json(inputs)))
    if st.session_state.get(_DRAWN) != asked:
        st.button(
            "Draw the frontier", icon=":material/show_chart:", key="plan_frontier_draw",
            on_click=st.session_state.update, args=({_DRAWN: asked},),
        )  # fmt: skip
        return
    with user_errors() as outcome, st.spinner("Searching plans between expectation and caution"):
        points = _points(info.project_id, info.cache_key, to_json(inputs), info, inputs, answer)
    if outcome.failed:
        return
    if len(points) < 2:
        st.caption("Within these limits the best expected plan is also the safest.")
        return
    with st.container(border=True, key="plan_frontier"):
        _pick(points, inputs, answer, wording, adopt)


def _pick(
    points: tuple[FrontierPoint, ...],
    inputs: BudgetInputs,
    answer: BudgetAnswer,
    wording: Wording,
    adopt: Callable[[BudgetInputs], bool],
) -> None:
    picture = st.container()
    places = range(1, len(points) + 1)
    place = st.select_slider(
        "Plan on the frontier, from the most expected to the safest", list(places), key="plan_frontier_place"
    )
    point = points[int(place) - 1]
    with picture:
        drawn = frontier_chart(points, int(place) - 1, answer, wording, inputs.risk_share)
        chart(drawn, key="plan_frontier_chart", alt=alt_text(drawn), height=int(drawn.layout.height))
    st.markdown(plain(_words(point, inputs, answer, wording)))
    st.caption(plain(_split(point, wording)))
    pressed = st.button("Adopt this split", icon=":material/check:", key="plan_frontier_adopt")
    if pressed and adopt(adopted(inputs, point)):
        st.rerun()


def _words(point: FrontierPoint, inputs: BudgetInputs, answer: BudgetAnswer, wording: Wording) -> str:
    """'Expected €1.2M; missed in 10 % of cases: €0.9M; chance to beat today’s split: 97 %.'"""
    return (
        f"Expected {wording.kpi(point.kpi)}; missed in {percent(inputs.risk_share)} of cases: "
        f"{wording.kpi(point.low_kpi)}; chance to beat {split_label(answer.reference)}: "
        f"{probability(point.probability_better)}."
    )


def _split(point: FrontierPoint, wording: Wording) -> str:
    money = [f"{wording.label(name)} {wording.money(value)}" for name, value in point.spend_value.items()]
    return " · ".join(money)


@st.cache_data(max_entries=32, show_spinner=False)
def _points(
    project_id: int,
    cache_key: str,
    asked: dict[str, Any],
    _info: ModelInfo,
    _inputs: BudgetInputs,
    _answer: BudgetAnswer,
) -> tuple[FrontierPoint, ...]:
    return frontier_points(trained(_info), _inputs, _answer, override=not _info.converged)
