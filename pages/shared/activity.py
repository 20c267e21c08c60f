"""What works in the background, in the side bar of every screen, and the toast when it ends."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import streamlit as st
from sqlalchemy.orm import Session

from core.access import Person
from core.database import session
from core.mmm.model_info import ModelInfo
from core.mmm.store import models, validations
from core.mmm.validation.summary import ValidationInfo
from core.queue.job import JobInfo, JobKind, JobStatus
from core.queue.store.activity import activity_counts
from core.queue.store.jobs import active_jobs, ended_jobs
from pages.shared.actions import toast_next
from pages.shared.escape import plain
from pages.shared.progress import job_progress_label, job_progress_share, training_progress
from pages.shared.screens import PROJECT, Screen, link
from pages.shared.session import runs_alone, visit_in

_SEEN_UNTIL = "_trainings_seen_until"
_TITLE = "_title_notice"
_EVERY_ACTIVE_SECONDS = 2.0
_EVERY_IDLE_SECONDS = 20.0
_TITLE_STAYS = dt.timedelta(seconds=20)

JOB_LABELS = {JobKind.SALES: "Reading sales", JobKind.UPLIFT: "Learning effects"}
JOB_SCREENS = {JobKind.SALES: Screen.SALES, JobKind.UPLIFT: Screen.PROMO_EFFECTS}
GOOD, BAD, STOPPED = ":material/check_circle:", ":material/error:", ":material/block:"
_TRAINING_ENDINGS = {
    "completed": ("✓ Model ready", "is ready", GOOD),
    "failed": ("Training failed", "could not be trained", BAD),
    "cancelled": ("Training cancelled", "was cancelled", STOPPED),
}


@dataclass(frozen=True)
class Activity:
    """What of a person's projects is under way, and what ended since they were last told."""

    models: tuple[ModelInfo, ...] = ()
    checks: tuple[ValidationInfo, ...] = ()
    jobs: tuple[JobInfo, ...] = ()
    ended_models: tuple[ModelInfo, ...] = ()
    ended_checks: tuple[ValidationInfo, ...] = ()
    ended_jobs: tuple[JobInfo, ...] = ()
    active: bool = False


def watch_activity(activity: Activity) -> None:
    """Call inside the side bar: shows what works, and says so on whatever screen when something ends."""
    every = _EVERY_ACTIVE_SECONDS if activity.active else _EVERY_IDLE_SECONDS
    st.fragment(_watch, run_every=every)(activity)


def activity_of(s: Session, person: Person) -> Activity:
    """What is under way in all projects of the person, and what ended since they were last told."""
    since = st.session_state.setdefault(_SEEN_UNTIL, dt.datetime.now(dt.UTC))
    # A cheap count first: mostly there is nothing to read.
    counts = activity_counts(s, person, since)
    active, ended = counts.active > 0, counts.ended > 0
    return Activity(
        models=tuple(models.active_models(s, person)) if active else (),
        checks=tuple(validations.active(s, person)) if active else (),
        jobs=active_jobs(s, person) if active else (),
        ended_models=tuple(models.finished_since(s, person, since)) if ended else (),
        ended_checks=tuple(validations.finished_since(s, person, since)) if ended else (),
        ended_jobs=ended_jobs(s, person, since) if ended else (),
        active=active,
    )


def _watch(activity: Activity) -> None:
    was_active = activity.active
    if runs_alone():
        # Asked again at each tick: who was signed out elsewhere hears nothing more.
        with session() as s:
            visit = visit_in(s)
            activity = activity_of(s, visit.person) if visit else Activity()
        if visit is None:
            st.rerun()
    for info in activity.ended_models:
        title, words, icon = _TRAINING_ENDINGS[str(info.status)]
        _announce(f"“{info.name}” {words}.", icon, info.finished_at, title)
    for check in activity.ended_checks:
        if check.summary is not None:
            text, icon = f"on past forecasts: {check.summary.skill_words}.", ":material/history:"
            _announce(f"“{check.model_name}” {text}", icon, check.finished_at)
        else:
            how = "was cancelled" if check.cancelled else "failed"
            text = f"The check of “{check.model_name}” on past forecasts {how}."
            _announce(text, BAD, check.finished_at)
    for job in activity.ended_jobs:
        text, icon = job_ending(job)
        _announce(text, icon, job.finished_at, text.partition(":")[0].partition(".")[0])
    for info in activity.models[:3]:
        with st.container(key=f"side_training_{info.id}", gap="xxsmall"):
            link(plain(info.name), Screen.MODEL, icon=Screen.MODEL.icon, model=info.id)
            training_progress(info)
    for check in activity.checks[:2]:
        with st.container(key=f"side_check_{check.id}", gap="xxsmall"):
            address = {"models": str(check.model_id), PROJECT: check.project_id}
            link(plain(check.model_name), Screen.COMPARE, icon=":material/history:", **address)
            text = f"Past forecasts · {check.done} of {len(check.slices)} slices done"
            st.progress(check.progress_share, text=text)
    for job in activity.jobs[:3]:
        with st.container(key=f"side_job_{job.id}", gap="xxsmall"):
            screen = JOB_SCREENS[job.kind]
            link(JOB_LABELS[job.kind], screen, icon=screen.icon, **{PROJECT: job.project_id})
            st.progress(job_progress_share(job), text=job_progress_label(job))
    ended = activity.ended_models or activity.ended_checks or activity.ended_jobs
    if ended or activity.active != was_active:
        st.rerun()


def _announce(text: str, icon: str, ended_at: dt.datetime | None, title: str = "") -> None:
    """A toast in the next run, once; with a `title` the browser's tab says so for a while."""
    if ended_at:
        st.session_state[_SEEN_UNTIL] = max(st.session_state[_SEEN_UNTIL], ended_at)
    if title:
        st.session_state[_TITLE] = (f"{title} - Mixwright", dt.datetime.now(dt.UTC) + _TITLE_STAYS)
    toast_next(text, icon)


def job_ending(job: JobInfo) -> tuple[str, str]:
    """How a job ended, in a sentence, and the icon for it."""
    if job.status is JobStatus.CANCELLED:
        what = "Loading of sales" if job.kind is JobKind.SALES else "Learning of promotion effects"
        return f"{what} was cancelled.", STOPPED
    if job.status is JobStatus.FAILED:
        sales = job.kind is JobKind.SALES
        what = "Sales could not be loaded." if sales else "Promotion effects could not be learned."
        return f"{what} {job.message or ''}".strip(), BAD
    if job.kind is JobKind.SALES:
        text = f"Sales loaded: {job.records_processed:,} rows."
        if not job.errors:
            return text, GOOD
        return f"{text} {job.errors} {'file was' if job.errors == 1 else 'files were'} refused.", BAD
    if job.result.get("version") is None:
        return f"Nothing new was learned. {job.message or ''}".strip(), STOPPED
    return f"Promotion effects learned: version {job.result['version']}.", GOOD


def title_notice() -> str | None:
    """The browser tab's title shortly after something ended, None otherwise."""
    notice = st.session_state.get(_TITLE)
    if notice is None or dt.datetime.now(dt.UTC) > notice[1]:
        return None
    return str(notice[0])
