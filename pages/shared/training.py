"""A training that is under way: its card on a screen, its line in the side bar, the word when it ends."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from core.access import Person
from core.database import session
from core.errors import UserError
from core.mmm.model_info import ModelInfo
from core.mmm.store import models, validations
from core.mmm.validation.validation_info import ValidationInfo
from core.queue.job import JobInfo
from core.queue.store.activity import Activity, pulse
from core.queue.store.processing_activity import ended_jobs, job_pulse
from core.queue.store.watching import active_jobs
from pages.shared import screens
from pages.shared.actions import attempt, show_faults, toast_next
from pages.shared.escape import plain
from pages.shared.formatting import lasting
from pages.shared.layout import status_badge
from pages.shared.processing_watch import announce_job, side_bar_job
from pages.shared.screens import Screen
from pages.shared.session import current_person, require_person

_SEEN_UNTIL = "_trainings_seen_until"
_TITLE = "_title_notice"
_EVERY_ACTIVE = 2.0
_EVERY_IDLE = 20.0
_TITLE_STAYS = dt.timedelta(seconds=20)

_ENDINGS = {
    "completed": ("✓ Model ready", "is ready", ":material/check_circle:"),
    "failed": ("Training failed", "could not be trained", ":material/error:"),
    "cancelled": ("Training cancelled", "was cancelled", ":material/block:"),
}


_STAGES = {
    "starting": "Starting",
    "prepare": "Preparing the data",
    "compile": "Compiling the model",
    "tune": "Tuning the sampler",
    "sample": "Sampling",
    "summarise": "Summing up the draws",
    "save": "Saving",
}
_COUNTED_IN_DRAWS = ("tune", "sample")


def stage_name(stage: str | None) -> str:
    """The stage of a training in plain words."""
    if stage in _STAGES:
        return _STAGES[stage]
    return "Getting ready" if not stage else plain(stage[:1].upper() + stage[1:].replace("_", " "))


def training_card(model_id: int, *, key: str, allow_cancel: bool = True) -> None:
    """Live state of a training: stage, progress, time left, place in the queue, a button to cancel.

    Asks the database each second while the training is under way, and runs the screen once more at its end.
    """
    info = _read(model_id)
    every = 1.0 if info is not None and info.active else None
    st.fragment(_card, run_every=every)(model_id, key, allow_cancel, every is not None)


def _card(model_id: int, key: str, allow_cancel: bool, was_active: bool) -> None:
    info = _read(model_id)
    if info is None:
        return
    if was_active and not info.active:
        st.rerun()
    with st.container(border=True, key=f"{key}_training"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(info.name, width="stretch")
            status_badge(info.status)
        if info.active:
            _progress(info)
            if allow_cancel:
                _cancel_button(info, key)
        elif info.message:
            st.text(info.message)


def _progress(info: ModelInfo) -> None:
    st.progress(min(max(info.progress_share, 0.0), 1.0), text=_progress_words(info))


def _progress_words(info: ModelInfo) -> str:
    if info.queue_position:
        return (
            "Next in the queue" if info.queue_position == 1 else f"Number {info.queue_position} in the queue"
        )
    words = stage_name(info.stage)
    if info.progress_total:
        words += f" · {100 * info.progress_share:.0f} %"
    if info.progress_total and info.stage in _COUNTED_IN_DRAWS:
        words += f" · {info.progress_done:,} of {info.progress_total:,} draws"
    if info.divergences:
        words += f" · {info.divergences:,} divergence{'s' if info.divergences > 1 else ''}"
    if info.seconds_left is not None:
        words += f" · about {lasting(info.seconds_left)} left"
    return words


def _cancel_button(info: ModelInfo, key: str) -> None:
    if info.cancel_requested:
        st.caption("Cancelling …")
    else:
        st.button("Cancel training", key=f"{key}_cancel", on_click=_cancel, args=(info.id,))


def _cancel(model_id: int) -> None:
    attempt(models.cancel, model_id)


def _read(model_id: int) -> ModelInfo | None:
    person = require_person()
    try:
        with session() as s:
            return models.model(s, person, model_id)
    except UserError as error:
        show_faults(error)
        return None


def watch_trainings(person: Person) -> None:
    """Call inside the side bar: shows what trains, and says so on whatever screen when a training ends."""
    seen_until = st.session_state.setdefault(_SEEN_UNTIL, dt.datetime.now(dt.UTC))
    felt = _felt(person, seen_until)
    st.fragment(_watch, run_every=_EVERY_ACTIVE if felt.active else _EVERY_IDLE)(felt)


def _watch(felt: Activity) -> None:
    # Asked again at each tick: who was signed out elsewhere hears nothing more.
    person = current_person()
    if person is None:
        st.rerun()
    since = st.session_state[_SEEN_UNTIL]
    now = _felt(person, since)
    with session() as s:
        ended = models.finished_since(s, person, since) if now.ended else ()
        checked = validations.finished_since(s, person, since) if now.ended else ()
        done = ended_jobs(s, person, since) if now.ended else ()
        active = models.active_models(s, person) if now.active else ()
        checking = validations.active(s, person) if now.active else ()
        working = active_jobs(s, person) if now.active else ()
    for info in ended:
        _announce(info)
    for check in checked:
        _announce_check(check)
    for job in done:
        _announce_job(job)
    for info in active[:3]:
        _side_bar_line(info)
    for check in checking[:2]:
        _side_bar_check(check)
    for job in working[:3]:
        side_bar_job(job)
    if ended or checked or done or bool(now.active) != bool(felt.active):
        st.rerun()


def _felt(person: Person, since: dt.datetime) -> Activity:
    """Everything that is under way, and what ended after `since`: trainings, checks and work on sales."""
    with session() as s:
        trained = pulse(s, person, since)
        active, ended = job_pulse(s, person, since)
    return Activity(trained.active + active, trained.ended + ended)


def _announce_job(job: JobInfo) -> None:
    if job.completed_at:
        st.session_state[_SEEN_UNTIL] = max(st.session_state[_SEEN_UNTIL], job.completed_at)
    _in_title(announce_job(job))


def _in_title(words: str) -> None:
    st.session_state[_TITLE] = (f"{words} - Mixwright", dt.datetime.now(dt.UTC) + _TITLE_STAYS)


def _announce(info: ModelInfo) -> None:
    title, words, icon = _ENDINGS[str(info.status)]
    if info.finished_at:
        st.session_state[_SEEN_UNTIL] = max(st.session_state[_SEEN_UNTIL], info.finished_at)
    _in_title(title)
    toast_next(f"“{info.name}” {words}.", icon)


def _side_bar_line(info: ModelInfo) -> None:
    with st.container(key=f"side_training_{info.id}", gap="xxsmall"):
        screens.link(plain(info.name), Screen.MODEL, icon=":material/model_training:", model=info.id)
        _progress(info)


def _announce_check(check: ValidationInfo) -> None:
    """The word that all slices of a check have ended, with what they say together."""
    if check.finished_at:
        st.session_state[_SEEN_UNTIL] = max(st.session_state[_SEEN_UNTIL], check.finished_at)
    found = check.summary
    if found is not None:
        toast_next(f"“{check.model_name}” on past forecasts: {found.skill_words}.", ":material/history:")
    else:
        how = "was cancelled" if check.cancelled else "failed"
        toast_next(f"The check of “{check.model_name}” on past forecasts {how}.", ":material/error:")


def _side_bar_check(check: ValidationInfo) -> None:
    with st.container(key=f"side_check_{check.id}", gap="xxsmall"):
        address = {"models": str(check.model_id), screens.PROJECT: check.project_id}
        screens.link(plain(check.model_name), Screen.COMPARE, icon=":material/history:", **address)
        words = f"Past forecasts · {check.done} of {len(check.slices)} slices done"
        st.progress(check.progress_share, text=words)


def title_notice() -> str | None:
    """The browser tab's title shortly after a training ended, None otherwise."""
    notice = st.session_state.get(_TITLE)
    if notice is None or dt.datetime.now(dt.UTC) > notice[1]:
        return None
    return str(notice[0])
