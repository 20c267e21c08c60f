"""Work under way on a screen: the live cards of trainings and processing jobs, and the history of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pandas as pd
import streamlit as st

from core.access import Membership, NotFound, Permission, Person
from core.database import session
from core.mmm.model_info import ModelInfo
from core.mmm.store import models
from core.queue.job import JobInfo, JobKind, JobStatus
from core.queue.store import jobs as job_store
from pages.shared.actions import attempt
from pages.shared.escape import plain
from pages.shared.formatting import lasting, moment
from pages.shared.layout import status_badge
from pages.shared.session import may, runs_alone, visit_in

EVERY_SECONDS = 1.0
JOB_TITLES = {JobKind.SALES: "Sales are being read", JobKind.UPLIFT: "Promotion effects are being learned"}
KIND_LABELS = {JobKind.SALES: "Load sales", JobKind.UPLIFT: "Learn promotion effects"}
STAGE_LABELS = {
    "starting": "Starting",
    "prepare": "Preparing the data",
    "compile": "Compiling the model",
    "tune": "Tuning the sampler",
    "sample": "Sampling",
    "summarise": "Summing up the draws",
    "save": "Saving",
    "reading": "Opening the data",
    "loading": "Storing the facts",
    "baseline": "Testing the baseline on the past",
    "uplift": "Learning the curves",
    "saving": "Saving",
}
_COUNTED_IN_DRAWS = ("tune", "sample")


def stage_label(stage: str | None) -> str:
    """The stage of a training or a job in plain English."""
    if not stage:
        return "Getting ready"
    return STAGE_LABELS.get(stage) or plain(stage[:1].upper() + stage[1:].replace("_", " "))


def training_card(info: ModelInfo, *, key: str, allow_cancel: bool = True) -> None:
    """Live state of a training: stage, progress, time left, place in the queue, a button to cancel.

    Asks the database each second while the training is under way, and runs the screen once more at its end.
    """
    every = EVERY_SECONDS if info.active else None
    st.fragment(_training, run_every=every)(info, key, allow_cancel)


def _training(info: ModelInfo, key: str, allow_cancel: bool) -> None:
    if runs_alone():
        with session() as s:
            visit = visit_in(s)
            try:
                now = models.model(s, visit.person, info.id) if visit else None
            except NotFound:
                now = None
        if now is None or (info.active and not now.active):
            st.rerun()
        info = now
    with st.container(border=True, key=f"{key}_training"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(info.name, width="stretch")
            status_badge(info.status)
        if info.active:
            training_progress(info)
            if info.cancel_requested and allow_cancel:
                st.caption("Cancelling …")
            elif allow_cancel:
                st.button("Cancel training", key=f"{key}_cancel", on_click=_cancel_training, args=(info.id,))
        elif info.message:
            st.text(info.message)


def training_progress(info: ModelInfo) -> None:
    """The bar of a training with its stage, its counts and the time left."""
    if info.queue_position:
        first = info.queue_position == 1
        text = "Next in the queue" if first else f"Number {info.queue_position} in the queue"
    else:
        text = stage_label(info.stage)
        if info.progress_total:
            text += f" · {100 * info.progress_share:.0f} %"
        if info.progress_total and info.stage in _COUNTED_IN_DRAWS:
            text += f" · {info.progress_done:,} of {info.progress_total:,} draws"
        if info.divergences:
            text += f" · {info.divergences:,} divergence{'s' if info.divergences > 1 else ''}"
        if info.seconds_left is not None:
            text += f" · about {lasting(info.seconds_left)} left"
    st.progress(min(max(info.progress_share, 0.0), 1.0), text=text)


def _cancel_training(model_id: int) -> None:
    attempt(models.cancel, model_id)


def job_progress_label(job: JobInfo) -> str:
    """How far a job is, in one line."""
    if job.status is JobStatus.QUEUED:
        return "Waiting for its turn"
    parts = [stage_label(job.stage)]
    if job.files_queued > 1:
        parts.append(f"file {min(job.files_processed + 1, job.files_queued)} of {job.files_queued}")
    if job.records_processed:
        parts.append(f"{job.records_processed:,} rows")
    return " · ".join(parts)


def job_progress_share(job: JobInfo) -> float:
    """How much of the present stage is done, 0..1."""
    return min(max(job.progress_done / job.progress_total, 0.0), 1.0) if job.progress_total else 0.0


def show_jobs(jobs: Sequence[JobInfo], project: Membership, *, key: str) -> bool:
    """The cards of all work under way in the project, live; whether there is any.

    Reads them anew each second while there is; the screen runs once more when the last one ends.
    """
    active = [job for job in jobs if job.active]
    with st.container(key=key, gap="small"):
        st.fragment(_jobs, run_every=EVERY_SECONDS if active else None)(active, project, key)
    return bool(active)


def _jobs(active: list[JobInfo], project: Membership, key: str) -> None:
    if runs_alone():
        with session() as s:
            visit = visit_in(s)
            if visit is None or visit.membership is None:
                st.rerun()
            jobs = job_store.processing_jobs(s, visit.person, project.project_id)
        now = [job for job in jobs if job.active]
        if active and not now:
            st.rerun()
        active = now
    for job in active:
        with st.container(border=True, key=f"{key}_{job.id}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(JOB_TITLES[job.kind], width="stretch")
                status_badge("processing" if job.status is JobStatus.RUNNING else str(job.status))
            st.progress(job_progress_share(job), text=job_progress_label(job))
            needed = Permission.DATASET_UPLOAD if job.kind is JobKind.SALES else Permission.MODEL_TRAIN
            if job.cancel_requested:
                st.caption("Cancelling …")
            elif may(project, needed):
                st.button("Cancel", key=f"{key}_cancel_{job.id}", on_click=_cancel_job, args=(job.id,))


def _cancel_job(job_id: UUID) -> None:
    attempt(job_store.cancel_job, job_id)


def jobs_of(person: Person, project_id: int) -> tuple[JobInfo, ...]:
    """The project's jobs, newest first."""
    with session() as s:
        return job_store.processing_jobs(s, person, project_id)


def job_outcome(job: JobInfo) -> str:
    """The result of a job, in one line; empty while it runs."""
    if job.message:
        return job.message
    if job.status is not JobStatus.COMPLETED:
        return ""
    if job.kind is JobKind.UPLIFT:
        return f"Version {job.result['version']}" if job.result.get("version") else ""
    files = [file for file in job.result.get("files", ()) if file.get("loaded")]
    return f"{len(files)} {'file' if len(files) == 1 else 'files'} loaded"


def show_history(jobs: Sequence[JobInfo]) -> None:
    """Every job with how it ended."""
    if not jobs:
        st.caption("No files were loaded and nothing was learned yet.")
        return
    rows = [
        {
            "Work": KIND_LABELS[job.kind],
            "State": str(job.status).capitalize(),
            "What came of it": job_outcome(job),
            "Rows": job.records_processed or None,
            "Begun": moment(job.started_at or job.created_at),
            "By": job.created_by,
            "Reference": job.error_reference or "",
        }
        for job in jobs
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Processing jobs, newest first")
