"""Which trained model a plan stands on: the choice, its warning, and what to do when there is none."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.access import Membership, Person
from core.charts.formats import Wording
from core.charts.palette import channel_colours
from core.data.mapping import KpiKind
from core.database import session
from core.mmm.model_info import ModelInfo
from core.mmm.store import models as store
from core.queue.job import JobStatus
from pages.shared.layout import empty_state
from pages.shared.model_choice import model_title
from pages.shared.screens import Screen, choose, chosen_id, link


def trained_models(person: Person, project: Membership) -> tuple[ModelInfo, ...]:
    """Completed models of the project, newest first; where there is none, the way to one ends the run.

    Where all of them are archived, the archived ones: the plans saved on them stay reachable.
    """
    trained = completed_models(person, project)
    if not trained:
        with session() as s:
            every = store.models(s, person, project.project_id)
        _no_model(any(info.active for info in every))
        st.stop()
    return trained


def completed_models(person: Person, project: Membership) -> tuple[ModelInfo, ...]:
    """Completed models of the project, newest first; the archived ones where all of them are archived."""
    with session() as s:
        for archived in (False, True):
            found = store.models(s, person, project.project_id, archived=archived)
            trained = tuple(info for info in found if info.status == JobStatus.COMPLETED)
            if trained:
                return trained
    return ()


def choose_model(models: Sequence[ModelInfo], kept_id: int | None, *, key: str) -> ModelInfo:
    """The model to plan on: the one in the address, else the one kept, else the newest that converged."""
    by_id = {info.id: info for info in models}
    good = next((info.id for info in models if info.converged), models[0].id)
    wanted = next((i for i in (chosen_id("model"), kept_id) if i in by_id), good)
    if st.session_state.get(key) not in by_id:
        st.session_state[key] = wanted
    picked = st.selectbox(
        "Model", list(by_id), format_func=lambda number: model_title(by_id[number]), key=key
    )
    choose("model", picked)
    return by_id[picked]


def trusted(info: ModelInfo) -> bool:
    """Whether planning on the model is all right: it converged, or the person takes the risk knowingly."""
    if info.converged:
        return True
    with st.container(border=True, key="plan_not_converged"):
        st.markdown(":material/warning: **This model has not converged**")
        st.caption(
            "Its figures may be far off, so plans made on it may lose money. Train it again with more draws, "
            "or mend what its results page names first."
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            agreed = st.checkbox("Plan on it nevertheless", key=f"plan_override_{info.id}")
            link("See its diagnostics", Screen.RESULTS, icon=":material/monitoring:", model=info.id)
    return agreed


def wording_of(info: ModelInfo, project: Membership, period: str) -> Wording:
    """The words of the model's figures: the project's KPI and currency, its channels' names and colours."""
    config = info.mmm_config
    return Wording(
        kpi_label=project.kpi_label,
        currency=project.currency,
        kpi_in_money=config.kpi_kind == KpiKind.MONEY,
        returns_in_money=config.kpi_is_money,
        labels=dict(config.display_names),
        colours=channel_colours(list(config.channels)),
        period=period,
    )


def _no_model(training: bool) -> None:
    if training:
        empty_state(
            "A model is being trained",
            "Plans rest on a trained model. You will be told here as soon as it is ready.",
            icon=":material/progress_activity:",
            button="Watch the training",
            screen=Screen.MODEL,
            key="plan_training",
        )
        return
    empty_state(
        "Plans need a trained model",
        "Train a model on your data first: it measures what each channel brings, and plans rest on it.",
        icon=":material/model_training:",
        button="Set up a model",
        screen=Screen.MODEL,
        key="plan_no_model",
    )
