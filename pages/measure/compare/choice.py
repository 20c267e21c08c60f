"""The choices above a comparison: which models, and how wide the intervals."""

from __future__ import annotations

import streamlit as st

from core.access import Membership, Person
from core.database import read_session
from core.mmm.comparison.models import MOST
from core.mmm.model_info import ModelInfo
from core.mmm.store import models as store
from core.queue.job import JobStatus
from pages.shared.layout import empty_state
from pages.shared.model_choice import LEVELS, model_title
from pages.shared.screens import Screen

_QUERY, _KEY = "models", "compare_models"


def trained_models(person: Person, project: Membership) -> dict[int, ModelInfo]:
    """The project's trained models, newest first; without any, the way to the first one ends the run."""
    with read_session() as s:
        known = store.models(s, person, project.project_id, status=JobStatus.COMPLETED)
    if not known:
        empty_state(
            "No trained model yet",
            "Train two models of the same data, with other channels or settings, and compare them here.",
            icon=":material/compare_arrows:",
            button="Set up a model",
            screen=Screen.MODEL,
            key="compare_no_model",
        )
        st.stop()
    return {info.id: info for info in known}


def choose_models(models: dict[int, ModelInfo]) -> tuple[ModelInfo, ...]:
    """Up to five of the models: those in the address, where a choice goes, else the two newest."""
    asked = st.query_params.get(_QUERY, "").split(",")
    wanted = [number for number in models if str(number) in asked][:MOST] or list(models)[:2]
    st.session_state[_KEY] = [number for number in st.session_state.get(_KEY, wanted) if number in models]
    picked = st.multiselect(
        "Models",
        list(models),
        format_func=lambda number: model_title(models[number]),
        max_selections=MOST,
        key=_KEY,
        wrap=True,
        placeholder=f"Choose two to {MOST} of them",
    )
    if not picked:
        st.query_params.pop(_QUERY, None)
        st.info("Choose the models to compare.", icon=":material/compare_arrows:")
        st.stop()
    st.query_params[_QUERY] = ",".join(str(number) for number in picked)
    return tuple(models[number] for number in picked)


def choose_level() -> float:
    """The width of the intervals."""
    return st.selectbox(
        "Intervals",
        LEVELS,
        index=LEVELS.index(0.9),
        format_func=lambda share: f"{share * 100:.0f} %",
        key="level",
        bind="query-params",
        width=110,
    )
