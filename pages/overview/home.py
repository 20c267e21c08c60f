"""Where a project stands, what it found, and what to do next."""

from __future__ import annotations

import streamlit as st

from core.access import Permission
from core.data.store import datasets
from core.mmm.model_info import TrainingStatus
from core.mmm.planning.store import scenarios
from core.mmm.store import models
from core.store import session
from pages.parts.home_latest import show_latest
from pages.parts.home_steps import Standing, next_step, show_steps
from pages.parts.layout import empty_state, page_header, section
from pages.parts.places import Screen, go
from pages.parts.session import may, require_project
from pages.parts.training import training_card

person, project = require_project(Permission.PROJECT_VIEW)

with session() as s:
    standing = Standing(
        datasets=datasets(s, person, project.project_id),
        models=models(s, person, project.project_id),
        scenarios=scenarios(s, person, project.project_id),
    )

step = next_step(standing, project)
subtitle = f"{project.kpi_label} in {project.currency} · your role: {project.role}"
with page_header(project.project_name, subtitle):
    if (
        step is not None
        and standing.datasets
        and st.button(step.button, type="primary", icon=step.icon, key="next_step")
    ):
        go(step.screen, **step.query)

if not standing.datasets:
    may_upload = may(project, Permission.DATASET_UPLOAD)
    empty_state(
        "Start with your data",
        "Upload a table with one row per week (or day, or month): the figure you want to explain and what "
        "you spent on each media channel. Mixwright recognises the columns and names every problem."
        if may_upload
        else "Nobody has uploaded data to this project yet.",
        icon=":material/upload_file:",
        button="Upload data" if may_upload else None,
        screen=Screen.UPLOAD,
        key="start_with_data",
    )
    st.stop()

show_steps(standing, project)

for model in [model for model in standing.models if model.active]:
    training_card(model.id, key=f"home_{model.id}", allow_cancel=may(project, Permission.MODEL_TRAIN))

ready = next((model for model in standing.models if model.status is TrainingStatus.COMPLETED), None)
if ready is not None:
    show_latest(ready, project)
elif not any(model.active for model in standing.models):
    section("Nothing measured yet", "The first model shows here what media caused, with its uncertainty")
