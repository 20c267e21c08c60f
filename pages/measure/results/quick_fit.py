"""How far the draft of a trained model's set-up was off: the approximation beside the full fit."""

from __future__ import annotations

import streamlit as st

from core.errors import UserError
from core.mmm.quick_fit.answer import differences
from pages.measure.model.quick_fit import draft_table
from pages.measure.model.quick_fit_work import draft_of_model
from pages.shared.escape import plain
from pages.shared.model_view import ModelView


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
