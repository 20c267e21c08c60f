"""Which trained model a plan stands on: the choice, its warning, and what to do when there is none."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.access import Membership, Person
from core.charts.formats import Wording
from core.charts.palette import channel_colours
from core.data.mapping import KpiKind
from core.database import session
from core.mmm import FittedMMM
from core.mmm.model_info import ModelInfo
from core.mmm.planning.basis import PlanBasis, horizon_curves, read_basis
from core.mmm.planning.whatif import SpendForecast, forecast_recent
from core.mmm.store import models as store
from core.queue.job import JobStatus
from pages.shared.cached import fitted
from pages.shared.layout import empty_state
from pages.shared.model_choice import model_title
from pages.shared.screens import Screen, choose, chosen_id, link


def trained(info: ModelInfo) -> FittedMMM:
    """The trained model with its draws, loaded once."""
    return fitted(info)


def plan_basis(info: ModelInfo, periods: int | None = None) -> PlanBasis:
    """The basis of a plan over `periods` periods, about a quarter when not given."""
    return _basis(info.project_id, info.cache_key, periods, info)


def spend_forecast(info: ModelInfo, basis: PlanBasis) -> SpendForecast:
    """The forecast at recent spend, which every scenario of the same horizon is compared with."""
    return _forecast(info.project_id, info.cache_key, basis.periods, info, basis)


def plan_curves(info: ModelInfo, basis: PlanBasis, level: float) -> pd.DataFrame:
    """Response of each channel over the horizon, with its interval."""
    return _curves(info.project_id, info.cache_key, basis.periods, level, info, basis)


@st.cache_resource(max_entries=64, show_spinner="Reading recent spend")
def _basis(project_id: int, cache_key: str, periods: int | None, _info: ModelInfo) -> PlanBasis:
    return read_basis(fitted(_info), periods)


@st.cache_resource(max_entries=32, show_spinner="Forecasting at recent spend")
def _forecast(
    project_id: int, cache_key: str, periods: int, _info: ModelInfo, _basis: PlanBasis
) -> SpendForecast:
    return forecast_recent(fitted(_info), _basis)


@st.cache_data(max_entries=32, show_spinner="Drawing the curves")
def _curves(
    project_id: int, cache_key: str, periods: int, level: float, _info: ModelInfo, _basis: PlanBasis
) -> pd.DataFrame:
    return horizon_curves(fitted(_info), _basis, level)


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


def choose_model(models: Sequence[ModelInfo], saved_id: int | None, *, key: str) -> ModelInfo:
    """The model to plan on: the one in the address, else the one kept, else the newest that converged."""
    by_id = {info.id: info for info in models}
    good = next((info.id for info in models if info.converged), models[0].id)
    wanted = next((i for i in (chosen_id("model"), saved_id) if i in by_id), good)
    if st.session_state.get(key) not in by_id:
        st.session_state[key] = wanted
    picked = st.selectbox(
        "Model", list(by_id), format_func=lambda number: model_title(by_id[number]), key=key
    )
    choose("model", picked)
    return by_id[picked]


def accept_model(info: ModelInfo) -> bool:
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
