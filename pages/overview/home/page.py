"""Where a project stands, what it found, and what to do next."""

from __future__ import annotations

import streamlit as st

from core.access import Permission
from core.data.store import datasets
from core.database import session
from core.mmm.store.models import models
from core.mmm.store.plans import scenarios
from core.queue.job import JobStatus
from pages.overview.home.latest import show_latest
from pages.overview.home.promo import next_promo_step, promo_progress, show_promo_work, show_promotions
from pages.overview.home.steps import ProjectProgress, next_step, show_steps
from pages.shared.access import open_screen
from pages.shared.layout import empty_state, page_header, section
from pages.shared.progress import training_card
from pages.shared.screens import Screen, go
from pages.shared.session import may

visit = open_screen(Screen.HOME)
person, project = visit.person, visit.project

with session() as s:
    standing = ProjectProgress(
        datasets=datasets(s, person, project.project_id),
        models=models(s, person, project.project_id),
        scenarios=scenarios(s, person, project.project_id),
    )
    promo = promo_progress(s, person, project.project_id)
promo_alone = promo.begun and not standing.datasets
step = next_promo_step(promo, project) if promo_alone else next_step(standing, project)
subtitle = f"{project.kpi_label} in {project.currency} · your role: {project.role}"
with page_header(project.project_name, subtitle):
    if (
        step is not None
        and (standing.datasets or promo_alone)
        and st.button(step.button, type="primary", icon=step.icon, key="next_step")
    ):
        go(step.screen, **step.query)

if promo_alone:
    show_promotions(person, project, promo, heading=False)
    show_promo_work(person, project, promo)
    st.caption("For the effect of media, upload one row per week with the KPI and what each channel cost.")
    st.stop()
if not standing.datasets:
    may_upload = may(project, Permission.DATASET_UPLOAD)
    empty_state(
        "Start with your data",
        "For the effect of media: one row per week (or day, or month) with the figure to explain and what "
        "each channel cost. For promotions: daily sales by department and sales channel. Columns are "
        "recognised and every problem is named."
        if may_upload
        else "Nobody has uploaded data to this project yet.",
        icon=":material/upload_file:",
        button="Upload data" if may_upload else None,
        screen=Screen.UPLOAD,
        key="start_with_data",
    )
    st.stop()

show_steps(standing, project)
if promo.begun:
    show_promotions(person, project, promo, heading=True)

for model in [model for model in standing.models if model.active]:
    training_card(model, key=f"home_{model.id}", allow_cancel=may(project, Permission.MODEL_TRAIN))

ready = next((model for model in standing.models if model.status is JobStatus.COMPLETED), None)
if ready is not None:
    show_latest(ready, project)
elif not any(model.active for model in standing.models):
    section("Nothing measured yet", "The first model shows here what media caused, with its uncertainty")
