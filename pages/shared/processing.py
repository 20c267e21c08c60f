"""Background work on a project's sales: its live card, its list, its words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.database import session
from core.queue.job import JobInfo, JobKind, JobStatus
from core.queue.store import watching as processing
from pages.shared.actions import attempt
from pages.shared.escape import plain
from pages.shared.formatting import moment
from pages.shared.layout import status_badge
from pages.shared.session import may, require_project

EVERY = 1.0
RUNNING_WORDS = {JobKind.SALES: "Sales are being read", JobKind.UPLIFT: "Promotion effects are being learned"}
SHORT_WORDS = {JobKind.SALES: "Reading sales", JobKind.UPLIFT: "Learning effects"}
KIND_WORDS = {JobKind.SALES: "Load sales", JobKind.UPLIFT: "Learn promotion effects"}
STAGES = {
    "starting": "Starting",
    "reading": "Opening the data",
    "loading": "Storing the facts",
    "baseline": "Testing the baseline on the past",
    "uplift": "Learning the curves",
    "saving": "Saving",
}


def stage_words(stage: str | None) -> str:
    """The stage of a job in plain words."""
    if not stage:
        return "Getting ready"
    return STAGES.get(stage) or plain(stage[:1].upper() + stage[1:].replace("_", " "))


def progress_words(job: JobInfo) -> str:
    """How far a job is, in one line."""
    if job.status is JobStatus.QUEUED:
        return "Waiting for its turn"
    words = [stage_words(job.stage)]
    if job.files_queued > 1:
        words.append(f"file {min(job.files_processed + 1, job.files_queued)} of {job.files_queued}")
    if job.records_processed:
        words.append(f"{job.records_processed:,} rows")
    return " · ".join(words)


def progress_share(job: JobInfo) -> float:
    """How much of the present stage is done, 0..1."""
    return min(max(job.progress_done / job.progress_total, 0.0), 1.0) if job.progress_total else 0.0


def show_jobs(person: Person, project: Membership, *, key: str) -> bool:
    """The cards of all work under way in the project, live; whether there is any.

    Looks each second while there is; the screen runs once more when the last one ends.
    """
    busy = bool(_active(person, project.project_id))
    with st.container(key=key, gap="small"):
        st.fragment(_cards, run_every=EVERY if busy else None)(key, busy)
    return busy


def _cards(key: str, was_busy: bool) -> None:
    person, project = require_project(Permission.PROJECT_VIEW)
    active = _active(person, project.project_id)
    if was_busy and not active:
        st.rerun()
    for job in active:
        with st.container(border=True, key=f"{key}_{job.id}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(RUNNING_WORDS[job.kind], width="stretch")
                status_badge(str(job.status))
            st.progress(progress_share(job), text=progress_words(job))
            _cancel_button(job, project, key)


def _cancel_button(job: JobInfo, project: Membership, key: str) -> None:
    needed = Permission.DATASET_UPLOAD if job.kind is JobKind.SALES else Permission.MODEL_TRAIN
    if job.cancel_requested:
        st.caption("Cancelling …")
    elif may(project, needed):
        st.button("Cancel", key=f"{key}_cancel_{job.id}", on_click=_cancel, args=(job,))


def _cancel(job: JobInfo) -> None:
    attempt(processing.cancel_job, job.id)


def _active(person: Person, project_id: int) -> list[JobInfo]:
    return [job for job in jobs_of(person, project_id) if job.active]


def jobs_of(person: Person, project_id: int) -> tuple[JobInfo, ...]:
    """The project's jobs, newest first."""
    with session() as s:
        return processing.processing_jobs(s, person, project_id)


def outcome_words(job: JobInfo) -> str:
    """What came of a job, in one line; empty while it runs."""
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
            "Work": KIND_WORDS[job.kind],
            "State": str(job.status).capitalize(),
            "What came of it": outcome_words(job),
            "Rows": job.records_processed or None,
            "Begun": moment(job.started_at or job.created_at),
            "By": job.created_by,
            "Reference": job.error_reference or "",
        }
        for job in jobs
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Processing jobs, newest first")
