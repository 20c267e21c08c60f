"""The tab that sets another model beside this one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.charts.formats import percent
from core.errors import UserError
from core.mmm import charts
from core.mmm.model_info import ModelInfo
from core.mmm.quick_fit.result import differences
from core.mmm.results.drift import compare_models
from core.queue.job import JobStatus
from pages.measure.model.quick_fit import draft_of_model, draft_table
from pages.measure.results.chart import chart_card
from pages.shared.actions import user_errors
from pages.shared.escape import plain
from pages.shared.layout import section
from pages.shared.model_choice import model_title
from pages.shared.model_view import ModelView

FIGURES = (("r2", "R²"), ("wmape", "wMAPE"), ("max_rhat", "R-hat"), ("min_ess_bulk", "Effective draws"))


def show_quick_fit_comparison(view: ModelView) -> None:
    """A folded line; the draft is made again when it is opened."""
    label = "How close was the draft?"
    with st.expander(label, icon=":material/draft:", key="draft_distance", on_change="rerun") as box:
        if box.open:
            _distance(view)


def _distance(view: ModelView) -> None:
    results = view.info.results
    if not results:
        return
    try:
        answer = draft_of_model(*view.key[:2], view.model)
    except UserError as problem:
        st.caption(plain(problem.faults[0]))
        return
    told = differences(answer, results["channel_summary"])
    agree, far = int(told["agrees"].sum()), float(told["shift"].abs().max())
    st.markdown(
        plain(
            f"The draft of this set-up, made in {answer.seconds:.1f} s, agrees with the full fit on {agree} "
            f"of {len(told)} channels; its mean is off by {far:.2f} sd of the full fit at most."
        )
    )
    table = draft_table(answer, view.wording, told)
    st.dataframe(table, hide_index=True, key="draft_beside", alt="Draft and full fit by channel")
    st.caption("Shares over all data, 90 % intervals. They agree within half an sd and with intervals alike.")


def show_compare(view: ModelView, models: tuple[ModelInfo, ...]) -> None:
    """Returns of two models side by side, what left its earlier interval, and what differs in the set-up."""
    others = {m.id: m for m in models if m.id != view.info.id and m.status == JobStatus.COMPLETED}
    if not others:
        st.info("There is no other trained model in this project yet. Train a second one to compare.")
        return
    picked = st.selectbox(
        "Compare with",
        list(others),
        format_func=lambda number: model_title(others[number]),
        key="compare_with",
        width=330,
    )
    _beside(view, others[picked])


def _beside(view: ModelView, other: ModelInfo) -> None:
    with user_errors() as caught:
        drift = compare_models(other, view.info)
    if caught.failed:
        return
    st.markdown(plain(drift.summary))
    chart_card(
        view,
        f"{view.wording.return_name} over all data, 90 % intervals",
        lambda: charts.two_models(drift.channels, view.wording, (other.name, view.info.name)),
        lambda: drift.channels,
        key=f"two_models_{other.id}_{other.cache_key}_{other.name}_{view.info.name}",
    )
    section("Figures of merit")
    second = view.info
    rows = []
    for name, words in FIGURES:
        values = [dict((info.results or {}).get("diagnostics") or {}).get(name) for info in (other, second)]
        rows.append((words, *(_written(name, value) for value in values)))
    names = [other.name, second.name if second.name != other.name else f"{second.name} (this one)"]
    st.dataframe(
        pd.DataFrame(rows, columns=["Figure", *names]),
        hide_index=True,
        key="merit",
        alt="Fit and convergence of both models",
    )
    if drift.config_changes:
        section("What differs in the set-up")
        for sentence in drift.config_changes:
            st.markdown(f"- {plain(sentence)}")


def _written(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return (
        percent(value, 1)
        if name == "wmape"
        else f"{value:,.0f}"
        if name == "min_ess_bulk"
        else f"{value:.3f}"
    )
