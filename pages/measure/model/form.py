"""The set-up of a model on one screen: a default that works, Train, and everything else folded away."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.access import Membership, Permission, Person
from core.data import ColumnRole, KpiKind
from core.data.dataset_info import DatasetInfo
from core.data.detect import frequency_of
from core.mmm.config import MMMConfig
from core.mmm.model_info import ModelInfo
from core.mmm.sampling.expected_time import PastTraining
from core.mmm.store import models as store
from pages.data.upload.summary import NOUNS
from pages.measure.model.adjust import adjust_all
from pages.measure.model.models import show_latest
from pages.measure.model.quick_fit import show_draft
from pages.measure.model.sampling import cells_of, choose_effort
from pages.measure.model.state import (
    SetUp,
    blocking,
    checked,
    configured,
    current_set_up,
    next_name,
    save_as_typed,
    show_checks,
)
from pages.shared.actions import attempt, toast_next
from pages.shared.cached import dataset_frame
from pages.shared.layout import KpiCard, kpi_row
from pages.shared.screens import choose, chosen_id
from pages.shared.session import may

OTHERS = (
    (ColumnRole.CONTROL, "control", "controls"),
    (ColumnRole.ORGANIC, "organic medium", "organic media"),
    (ColumnRole.TREATMENT, "price or promotion", "prices or promotions"),
    (ColumnRole.EVENT, "kind of events", "kinds of events"),
)


def show_facts(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig | None) -> None:
    """KPI, period, media and what else is taken into account."""
    mapping = set_up.mapping
    kind = f"money, {mapping.currency}" if mapping.kpi_kind is KpiKind.MONEY else "a count"
    target = mapping.target_column or "–"
    media = [config.label(name) for name in config.channel_columns] if config else []
    columns = {role: set_up.mapping.columns_of(role) for role, _, _ in OTHERS}
    words = [
        f"{len(columns[role])} {one if len(columns[role]) == 1 else many}"
        for role, one, many in OTHERS
        if columns[role]
    ]
    season = [] if set_up.get("season_pairs", 2) == 0 else ["season"]
    trend = [] if set_up.get("trend", "piecewise") == "none" else ["trend"]
    country = set_up.get("holidays_country", None)
    kpi_row(
        [
            KpiCard("KPI to explain", mapping.kpi_label or mapping.label_of(target), note=kind),
            KpiCard("Period", *_period(set_up, frame)),
            KpiCard("Paid media", str(len(media)) if config else "–", note=", ".join(media)),
            KpiCard(
                "Also considered",
                *(
                    str(sum(map(len, columns.values()))),
                    ", ".join([*words, *trend, *season, *(["holidays"] if country else [])]),
                ),
            ),
        ]
    )


def _period(set_up: SetUp, frame: pd.DataFrame) -> tuple[str, str]:
    column = set_up.mapping.date_column
    if column not in frame:
        return "–", ""
    dates = pd.to_datetime(frame[column], errors="coerce").dropna()
    if dates.empty:
        return "–", ""
    frequency = frequency_of(dates)
    noun = NOUNS[frequency] if frequency else "periods"
    geo = set_up.mapping.geo_column
    regions = f", {frame[geo].nunique()} regions" if geo in frame else ""
    return f"{dates.nunique():,} {noun}", f"{dates.min():%-d %b %Y} to {dates.max():%-d %b %Y}{regions}"


def show_set_up(
    person: Person,
    project: Membership,
    info: DatasetInfo,
    models: Sequence[ModelInfo],
    past: Sequence[PastTraining],
) -> None:
    """The whole set-up of one data set version. Who may not train can try settings; nothing is saved then."""
    taken = {model.name for model in models}
    set_up = current_set_up(person, info, taken)
    # Start from the model that the address names, once.
    asked = chosen_id("like")
    known = next((model for model in models if model.id == asked), None)
    if known:
        set_up.take_model(known)
    choose("like", None)
    frame = dataset_frame(info)
    allowed = may(project, Permission.MODEL_TRAIN)
    above, below = st.container(), st.container()
    with below:
        adjust_all(set_up, frame)
    config, faults = configured(set_up, frame)
    problems = checked(set_up, frame, config) if config else []
    with above:
        show_facts(set_up, frame, config)
        blocked = blocking(faults, problems)
        draft_line = _train_card(set_up, frame, config, blocked, allowed, past, taken)
        show_checks(faults, problems)
        draft_place = st.container()
        show_latest(models, project, info.name)
    if allowed:
        save_as_typed(person, set_up)
        with draft_line:
            if set_up.saved_at:
                st.caption(f"Draft saved {set_up.saved_at:%H:%M} UTC", width="content")
                if st.button("Back to the default", type="tertiary", key="set_up_reset"):
                    set_up.reset()
                    st.rerun()
    with draft_place:
        show_draft(set_up, frame, config, blocked, models)


def _train_card(
    set_up: SetUp,
    frame: pd.DataFrame,
    config: MMMConfig | None,
    blocked: str,
    allowed: bool,
    past: Sequence[PastTraining],
    taken: set[str],
) -> DeltaGenerator:
    """Name, effort and the button, which only enqueues; returns the place beside the button."""
    with st.container(border=True, key="train_card"):
        with st.container(horizontal=True):
            set_up.name = st.text_input(
                "Name of the model", set_up.name, max_chars=120, key=set_up.key("name"), width=330
            )
            choose_effort(set_up, cells_of(frame, config) if config else 0, past)
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.button(
                "Train",
                type="primary",
                icon=":material/play_arrow:",
                disabled=bool(blocked) or not allowed,
                help=blocked or (None if allowed else "Your role in this project does not include training."),
                key="train",
                width=160,
            )
            beside = st.container(horizontal=True, vertical_alignment="center", width="content")
    if pressed and config:
        plain_config = json.loads(config.to_json())
        made = attempt(store.train, set_up.dataset.id, set_up.name, plain_config, set_up.sampling)
        if made:
            toast_next(f"Training of “{set_up.name}” begins", ":material/model_training:")
            set_up.rename(next_name(set_up.name, taken | {set_up.name}))
            st.rerun()
    return beside
