"""The project's models: where each stands; open its results, train again, rename, archive, delete."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.access import Membership, Permission
from core.charts.formats import percent
from core.mmm.model_info import ModelInfo
from core.mmm.store import models as store
from core.queue.job import JobStatus
from pages.shared.actions import ItemActions, attempt, item_menu, toast_next
from pages.shared.escape import plain
from pages.shared.formatting import moment
from pages.shared.layout import empty_state, section, status_badge
from pages.shared.progress import training_card
from pages.shared.screens import Screen, choose, go
from pages.shared.session import may

SEARCH_FROM = 8
VIEW, SET_UP, MODELS = "model_view", "Set up", "Models"
REFIT_HELP = (
    "The same set-up on the newest version of the data. It starts from what this model knows, and Results "
    "then says which channels moved."
)
ACTIONS = ItemActions(
    rename=store.rename_model,
    duplicate=store.duplicate_model,
    archive=store.archive_model,
    unarchive=store.unarchive_model,
    delete=store.delete_model,
    restore=store.restore_model,
)


def show_active(models: Sequence[ModelInfo], project: Membership) -> None:
    """Live progress of everything that waits or trains in this project."""
    for info in models:
        if info.active:
            training_card(info, key=f"active:{info.id}", allow_cancel=may(project, Permission.MODEL_TRAIN))


def show_models(models: Sequence[ModelInfo], project: Membership, archived: bool) -> None:
    """The list, newest first; trainings under way have their own card above."""
    ended = [info for info in models if not info.active]
    if not models and not archived:
        text = "Set up a model on one of your data sets and press Train: it runs in the background."
        empty_state("No model yet", text, icon=":material/model_training:")
    elif not ended and archived:
        st.caption("Nothing is archived.")
    wanted = st.text_input("Search", key="models_search", live=True) if len(ended) >= SEARCH_FROM else ""
    for info in ended:
        if (wanted or "").lower() in info.name.lower():
            _line(info, project)


def show_latest(models: Sequence[ModelInfo], project: Membership, dataset_name: str) -> None:
    """The model on this data set whose training ended last, with the way to its results."""
    ended = (info for info in models if not info.active and info.dataset_name == dataset_name)
    latest = next(ended, None)
    if latest:
        section("Latest model on these data")
        _line(latest, project)


def _line(info: ModelInfo, project: Membership) -> None:
    with st.container(border=True, key=f"model_line:{info.id}"):
        words, deeds = st.columns([5, 4], vertical_alignment="center")
        with words, st.container(gap="xxsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.text(info.name, width="content")
                status_badge(info.status)
            parts = [f"{len(info.channel_columns)} channels", f"data version {info.dataset_version}"]
            if info.results:
                diagnostics = info.results["diagnostics"]
                parts += (
                    [f"R² {diagnostics['r2']:.3f}", f"MAPE {percent(diagnostics['mape'], 1)}"]
                    if "r2" in diagnostics
                    else []
                )
                parts += [] if info.converged else [":orange[not converged]"]
            parts += [f"by {plain(info.created_by)}, {moment(info.created_at)}"]
            st.caption(" · ".join(parts))
        with deeds, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            _buttons(info, project)
            item_menu(
                "model",
                info.id,
                info.name,
                ACTIONS,
                key=f"model_menu:{info.id}",
                archived=info.archived,
                may_edit=may(project, Permission.MODEL_EDIT),
                may_delete=may(project, Permission.MODEL_DELETE),
            )
        if info.status is JobStatus.FAILED and info.message:
            reference = f" (reference {info.error_reference})" if info.error_reference else ""
            st.text(f"{info.message}{reference}")


def _buttons(info: ModelInfo, project: Membership) -> None:
    if info.status is JobStatus.COMPLETED and st.button("Results", key=f"results:{info.id}"):
        go(Screen.RESULTS, model=info.id)
    if not may(project, Permission.MODEL_TRAIN):
        return
    st.button(
        "Use its set-up", key=f"like:{info.id}", type="tertiary", on_click=_take_up, args=(info,), wrap=False
    )
    newer = info.dataset_latest_id
    if info.status is JobStatus.COMPLETED and newer and newer != info.dataset_id:
        if st.button(
            "Refit on the new rows", key=f"newer:{info.id}", icon=":material/update:", help=REFIT_HELP
        ):
            _begin(info, attempt(store.retrain_on, info.id, newer))
    elif info.status is not JobStatus.COMPLETED and st.button(
        "Run again", key=f"again:{info.id}", icon=":material/replay:"
    ):
        _begin(info, attempt(store.run_again, info.id))


def _take_up(info: ModelInfo) -> None:
    """Open the set-up screen with this model's settings."""
    choose("dataset", info.dataset_id)
    choose("like", info.id)
    st.session_state[VIEW] = SET_UP


def _begin(info: ModelInfo, model_id: int) -> None:
    if model_id:
        toast_next(f"Training of “{info.name}” begins", ":material/model_training:")
        st.rerun()
