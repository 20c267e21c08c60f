"""The four steps from data to plan: how far a project is, and which step comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from core.access import Membership, Permission
from core.data.dataset_info import DatasetInfo
from core.mmm.model_info import ModelInfo
from core.mmm.planning.saved_plan import ScenarioInfo
from core.queue.job import JobStatus
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import card
from pages.shared.screens import Screen, link


@dataclass(frozen=True)
class ProjectProgress:
    """What a project holds, newest first."""

    datasets: Sequence[DatasetInfo]
    models: Sequence[ModelInfo]
    scenarios: Sequence[ScenarioInfo]

    @property
    def ready(self) -> ModelInfo | None:
        """The newest model that is trained."""
        return next((model for model in self.models if model.status is JobStatus.COMPLETED), None)

    @property
    def training(self) -> ModelInfo | None:
        """The newest model that waits or trains."""
        return next((model for model in self.models if model.active), None)


@dataclass(frozen=True)
class Step:
    """What to do next: the button's words and where it leads."""

    button: str
    icon: str
    screen: Screen
    query: Mapping[str, int] = field(default_factory=dict)


def next_step(standing: ProjectProgress, project: Membership) -> Step | None:
    """The step that brings this project further and that the person may take; None when there is none."""
    if not standing.datasets:
        return _allowed(
            project,
            Permission.DATASET_UPLOAD,
            Step("Upload data", ":material/upload_file:", Screen.UPLOAD),
        )
    ready = standing.ready
    if ready is None:
        if standing.training is not None:
            return None
        data = standing.datasets[0]
        step = Step("Build a model", ":material/model_training:", Screen.MODEL, {"dataset": data.id})
        return _allowed(project, Permission.MODEL_TRAIN, step)
    if ready.dataset_latest_id not in (None, ready.dataset_id) and standing.training is None:
        step = Step(
            "Retrain on the new data",
            ":material/update:",
            Screen.MODEL,
            {"dataset": int(ready.dataset_latest_id or ready.dataset_id)},
        )
        return _allowed(project, Permission.MODEL_TRAIN, step)
    if not standing.scenarios:
        return Step("Plan a budget", ":material/account_balance_wallet:", Screen.BUDGET, {"model": ready.id})
    return Step("Compare plans", ":material/alt_route:", Screen.SCENARIOS, {"model": ready.id})


def _allowed(project: Membership, permission: Permission, step: Step) -> Step | None:
    return step if project.allows(permission) else None


def show_steps(standing: ProjectProgress, project: Membership) -> None:
    """Data, model, results and plan as four cards: what is there, and the way to it."""
    with st.grid(4, min_column_width=160):
        _data_card(standing)
        with card(key="step_card_2"):
            training, ready = standing.training, standing.ready
            if training is not None:
                step_card(2, "Model", ready is not None, training.name, "Training now")
                link("See its progress", Screen.MODEL, icon=":material/model_training:", model=training.id)
            elif ready is not None:
                newer = ready.dataset_latest_id not in (None, ready.dataset_id)
                note = "Newer data are there" if newer else f"Trained {day(_finished_on(ready))}"
                step_card(2, "Model", True, ready.name, note)
                link("Open the model", Screen.MODEL, icon=":material/model_training:", model=ready.id)
            else:
                failed = next((m for m in standing.models if m.status is JobStatus.FAILED), None)
                step_card(
                    2,
                    "Model",
                    False,
                    (f"{failed.name} could not be trained" if failed else "No model yet"),
                    "Takes seconds to minutes",
                )
                link("Build a model", Screen.MODEL, icon=":material/model_training:")
        _results_card(standing)
        with card(key="step_card_4"):
            plans = standing.scenarios
            if not plans:
                step_card(4, "Plan", False, "No plan yet", "The best split of a budget, with its odds")
            else:
                count = f"{len(plans)} plan" if len(plans) == 1 else f"{len(plans)} plans"
                step_card(4, "Plan", True, count, plain(f"Latest: {plans[0].name}"))
            if standing.ready is not None:
                words, screen = (
                    ("Compare plans", Screen.SCENARIOS) if plans else ("Plan a budget", Screen.BUDGET)
                )
                link(words, screen, icon=":material/alt_route:", model=standing.ready.id)


def step_card(number: int, title: str, done: bool, state: str, note: str) -> None:
    """One step: whether it is done, where it stands, and a quiet line below."""
    mark = ":green[:material/check_circle:]" if done else ":gray[:material/radio_button_unchecked:]"
    with st.container(gap="xxsmall", height="stretch"):
        st.markdown(f"{mark} **{number} · {title}**")
        st.text(state)
        st.caption(note)


def _data_card(standing: ProjectProgress) -> None:
    with card(key="step_card_1"):
        newest = standing.datasets[0] if standing.datasets else None
        if newest is None:
            step_card(1, "Data", False, "Nothing uploaded", "One row per period, one column per channel")
            link("Upload data", Screen.UPLOAD, icon=":material/upload_file:")
            return
        note = f"{newest.rows:,} rows, {day(newest.start_on)} to {day(newest.end_on)}"
        step_card(1, "Data", True, newest.name, note)
        link("Open the data", Screen.LIBRARY, icon=":material/database:", dataset=newest.id)


def _results_card(standing: ProjectProgress) -> None:
    with card(key="step_card_3"):
        ready = standing.ready
        if ready is None:
            step_card(3, "Results", False, "After the first training", "Return by channel, with uncertainty")
            return
        sound = ready.converged is not False
        step_card(
            3,
            "Results",
            sound,
            "Ready to read" if sound else "Not converged",
            "Contribution, return, curves" if sound else "Its figures must not be used yet",
        )
        link("Read the results", Screen.RESULTS, icon=":material/insights:", model=ready.id)


def _finished_on(model: ModelInfo) -> object:
    return model.finished_at.date() if model.finished_at else None
