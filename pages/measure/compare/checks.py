"""Checks on past forecasts: starting one, watching it, and what its slices found."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from core.access import Membership, NotFound, Permission, Person
from core.charts.formats import MISSING, percent
from core.database import read_session, session
from core.mmm.comparison.charts import past_forecasts
from core.mmm.model_info import ModelInfo
from core.mmm.store import validations
from core.mmm.validation.folds import FoldLimits
from core.mmm.validation.summary import ValidationInfo
from core.queue.job import JobStatus
from pages.measure.compare.view import CompareView
from pages.shared.actions import attempt, toast_next
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import chart, section
from pages.shared.progress import stage_label
from pages.shared.session import current_visit, may

_NOTE = (
    "Each slice is fitted on the past alone and forecasts what followed, knowing the media plan but not what "
    "came of it. It is held against what simply repeating the past would have said."
)


def read_checks(
    person: Person, project: Membership, chosen: tuple[ModelInfo, ...]
) -> dict[int, ValidationInfo]:
    """The newest check of each chosen model that has one, by the model's number."""
    with read_session() as s:
        return validations.latest(s, person, project.project_id, [info.id for info in chosen])


def show_checks(view: CompareView) -> None:
    """For each model its check or the button that starts one; the forecasts drawn; every slice in a table."""
    section("Past forecasts", _NOTE)
    trains = may(view.project, Permission.MODEL_TRAIN)
    for label, info in view.models.items():
        _line(label, info, view, trains)
    done = {label: check.results for label in view.models if (check := view.check(label)) and check.results}
    if not done:
        return
    with st.container(border=True, key="card_past_forecasts"):
        st.markdown("**Forecast before, and what happened**")
        paths = {label: [result.path_frame for result in results] for label, results in done.items()}
        figure = past_forecasts(paths, list(view.models), view.wording)
        chart(figure, key="past_forecasts", height=int(figure.layout.height))
    with st.expander("Every slice", icon=":material/table_view:"):
        table = _slices_table(view)
        st.dataframe(table, hide_index=True, key="slices", placeholder=MISSING, alt="Scores of every slice")
    for label, check in ((label, view.check(label)) for label in done):
        for words in check.summary.left_out if check and check.summary else ():
            st.caption(f"{plain(label)}. {plain(words)}")


def _line(label: str, info: ModelInfo, view: CompareView, trains: bool) -> None:
    check = view.check(label)
    with st.container(border=True, key=f"check_line:{info.id}"):
        if check is not None and check.active:
            st.fragment(_watched, run_every=1.0)(label, check.id, trains)
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(gap="xxsmall", width="stretch"):
                st.markdown(f"**{plain(label)}**")
                st.caption(_words(check, view.wording.period))
            if trains:
                _ask_slices(info, view.wording.period)
                again = "Check again" if check else "Check on past forecasts"
                st.button(
                    again, key=f"check:{info.id}", icon=":material/history:", on_click=_start, args=(info,),
                    type="secondary" if check else "primary", wrap=False,
                )  # fmt: skip
        for part in check.failed if check else ():
            reference = f" (reference {part.error_reference})" if part.error_reference else ""
            st.text(f"{day(part.slice.start_on)} to {day(part.slice.end_on)}: {part.message}{reference}")


def _words(check: ValidationInfo | None, period: str) -> str:
    if check is None:
        return "Not checked on past forecasts yet."
    found, parts = check.summary, []
    if found is not None:
        many = "s" if len(found.slices) > 1 else ""
        parts.append(f"{len(found.slices)} slice{many} of {check.horizon} {period}s: {found.skill_words}")
        parts.append(f"90 % intervals held {percent(found.scores.coverage)} of what happened")
        if not found.converged:
            parts.append(":orange[not every slice converged]")
    if check.failed:
        parts.append(f":red[{len(check.failed)} failed]")
    if check.cancelled:
        parts.append("cancelled before the end")
    return " · ".join(parts) + "."


def _watched(label: str, check_id: int, trains: bool) -> None:
    check = _read(check_id)
    if check is None or not check.active:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(label)}**", width="stretch")
        if any(part.cancel_requested for part in check.slices):
            st.caption("Cancelling …", width="content")
        elif trains:
            st.button("Cancel", key=f"cancel_check:{check_id}", on_click=_cancel, args=(check_id,))
    st.progress(check.progress_share, text=progress_words(check))


def progress_words(check: ValidationInfo) -> str:
    """How far a check is: slices done, and what the running one does."""
    running = [part for part in check.slices if part.status is JobStatus.RUNNING]
    words = f"{check.done} of {len(check.slices)} slices done"
    if running:
        return f"{words} · {stage_label(running[0].stage)}"
    return f"{words} · waiting for the worker" if check.active else words


def _read(check_id: int) -> ValidationInfo | None:
    visit = current_visit()
    if visit is None:
        return None
    try:
        with session() as s:
            return validations.validation(s, visit.person, check_id)
    except NotFound:
        return None


def _ask_slices(info: ModelInfo, period: str) -> None:
    """How many slices, and how far each looks ahead; empty boxes mean the usual."""
    with st.popover("Slices", icon=":material/tune:", type="tertiary", key=f"slices_box:{info.id}"):
        limits = FoldLimits()
        st.number_input(
            "Slices", 1, limits.most_folds, None, key=f"folds:{info.id}", placeholder=f"{limits.folds}",
            help="Each is a fit of its own. Where the data are short there are fewer.",
        )  # fmt: skip
        st.number_input(
            f"{period.capitalize()}s ahead in each", 1, None, None, key=f"horizon:{info.id}",
            placeholder="about two months", help="As far ahead as you plan: a year at most.",
        )  # fmt: skip


def _start(info: ModelInfo) -> None:
    folds, horizon = (st.session_state.get(f"{name}:{info.id}") for name in ("folds", "horizon"))
    if attempt(validations.start, info.id, folds=folds, horizon=horizon):
        toast_next(f"“{info.name}” is being checked on past forecasts", ":material/history:")


def _cancel(check_id: int) -> None:
    attempt(validations.cancel, check_id)


def _slices_table(view: CompareView) -> pd.DataFrame:
    rows = []
    for label in view.models:
        check = view.check(label)
        if check is None or check.summary is None:
            continue
        for row in check.summary.by_slice.to_dict("records"):
            rows.append(
                {
                    "Slice": f"{_short(row['start_on'])} to {_short(row['end_on'])}",
                    "Model": label,
                    "CRPS": view.wording.kpi(row["crps"]),
                    "CRPS repeated": view.wording.kpi(row["naive_crps"]),
                    "Better by": percent(row["skill"]),
                    "wMAPE": percent(row["wmape"], 1),
                    "wMAPE repeated": percent(row["naive_wmape"], 1),
                    "90 % held": percent(row["coverage"]),
                    "R²": f"{row['r2']:.2f}" if row["r2"] == row["r2"] else MISSING,
                    "Converged": "yes" if row["converged"] else "no",
                }
            )
    return pd.DataFrame(rows).sort_values(["Slice", "Model"], kind="stable")


def _short(date: dt.date) -> str:
    return date.isoformat()
