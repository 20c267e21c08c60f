"""Background work on sales as the side bar and the toasts tell it, whatever screen is open."""

from __future__ import annotations

import streamlit as st

from core.queue.job import JobInfo, JobKind, JobStatus
from pages.shared import screens
from pages.shared.actions import toast_next
from pages.shared.processing import SHORT_WORDS, progress_share, progress_words
from pages.shared.screens import Screen

SCREENS = {JobKind.SALES: Screen.SALES, JobKind.UPLIFT: Screen.PROMO_EFFECTS}
ICONS = {JobKind.SALES: ":material/storefront:", JobKind.UPLIFT: ":material/percent:"}
GOOD, BAD, STOPPED = ":material/check_circle:", ":material/error:", ":material/block:"


def side_bar_job(job: JobInfo) -> None:
    """The line of a job that waits or runs."""
    with st.container(key=f"side_job_{job.id}", gap="xxsmall"):
        where = {screens.PROJECT: job.project_id}
        screens.link(SHORT_WORDS[job.kind], SCREENS[job.kind], icon=ICONS[job.kind], **where)
        st.progress(progress_share(job), text=progress_words(job))


def announce_job(job: JobInfo) -> str:
    """The toast for a job that ended; returns the words for the browser's tab."""
    words, icon = ending(job)
    toast_next(words, icon)
    return words.partition(":")[0].partition(".")[0]


def ending(job: JobInfo) -> tuple[str, str]:
    """How a job ended, in a sentence, and the icon for it."""
    if job.status is JobStatus.CANCELLED:
        what = "Loading of sales" if job.kind is JobKind.SALES else "Learning of promotion effects"
        return f"{what} was cancelled.", STOPPED
    if job.kind is JobKind.SALES:
        return _sales_ending(job)
    if job.status is JobStatus.FAILED:
        return f"Promotion effects could not be learned. {job.message or ''}".strip(), BAD
    if job.result.get("version") is None:
        return f"Nothing new was learned. {job.message or ''}".strip(), STOPPED
    return f"Promotion effects learned: version {job.result['version']}.", GOOD


def _sales_ending(job: JobInfo) -> tuple[str, str]:
    if job.status is JobStatus.FAILED:
        return f"Sales could not be loaded. {job.message or ''}".strip(), BAD
    rows = f"Sales loaded: {job.records_processed:,} rows."
    refused = (
        f" {job.errors} {'file was' if job.errors == 1 else 'files were'} refused." if job.errors else ""
    )
    return rows + refused, BAD if job.errors else GOOD
