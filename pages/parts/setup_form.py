"""The set-up of a model on one screen: a default that works, Train, and everything else folded away."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.data.dataset_info import DatasetInfo
from core.mmm import store
from core.mmm.config import MMMConfig
from core.mmm.model_info import ModelInfo, TrainingStatus
from pages.parts.actions import attempt, toast_next
from pages.parts.cached import dataset_frame
from pages.parts.session import may
from pages.parts.setup_adjust import adjust_all
from pages.parts.setup_checks import blocking, checked, configured, show_checks
from pages.parts.setup_facts import show_facts
from pages.parts.setup_sampling import cells_of, choose_effort
from pages.parts.setup_state import SetUp, current_set_up, save_as_typed


def show_set_up(person: Person, project: Membership, info: DatasetInfo, models: Sequence[ModelInfo]) -> None:
    """The whole set-up of one data set version. Who may not train can try settings; nothing is kept then."""
    set_up, frame = current_set_up(person, info), dataset_frame(info)
    allowed = may(project, Permission.MODEL_TRAIN)
    above, below = st.container(), st.container()
    with below:
        adjust_all(set_up, frame)
    config, faults = configured(set_up, frame)
    problems = checked(set_up, frame, config) if config else []
    with above:
        show_facts(set_up, frame, config)
        blocked = blocking(faults, problems)
        _train_card(set_up, frame, config, blocked, allowed, _last_ended(models, info))
        show_checks(faults, problems)
    if allowed:
        save_as_typed(person, set_up)


def _last_ended(models: Sequence[ModelInfo], info: DatasetInfo) -> ModelInfo | None:
    """The latest completed training on any version of this data set: it tells how long the next takes."""
    same = (m for m in models if m.dataset_name == info.name and m.status is TrainingStatus.COMPLETED)
    return next(same, None)


def _train_card(
    set_up: SetUp,
    frame: pd.DataFrame,
    config: MMMConfig | None,
    blocked: str,
    allowed: bool,
    past: ModelInfo | None,
) -> None:
    """Name, effort and the button; it only enqueues, so the answer comes at once."""
    with st.container(border=True, key="train_card"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(
                "Name of the model", set_up.name, max_chars=120, key=set_up.key("name"), width=340
            )
            choose_effort(set_up, cells_of(frame, config) if config else 0, past)
            pressed = st.button(
                "Train",
                type="primary",
                icon=":material/play_arrow:",
                disabled=bool(blocked) or not allowed,
                help=blocked or (None if allowed else "Your role in this project does not include training."),
                key="train",
            )
        set_up.name = name
        _draft_line(set_up, allowed)
    if pressed and config:
        _begin(set_up, config)


def _draft_line(set_up: SetUp, allowed: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if allowed:
            st.caption(
                f"Draft saved {set_up.saved_at:%H:%M} UTC" if set_up.saved_at else "Nothing adjusted yet"
            )
        if set_up.saved_at and st.button("Back to the default", type="tertiary", key="set_up_reset"):
            set_up.reset()
            st.rerun()


def _begin(set_up: SetUp, config: MMMConfig) -> None:
    made = attempt(store.train, set_up.dataset.id, set_up.name, json.loads(config.to_json()), set_up.sampling)
    if made:
        toast_next(f"Training of “{set_up.name}” begins", ":material/model_training:")
        st.rerun()
