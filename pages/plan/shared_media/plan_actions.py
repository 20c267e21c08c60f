"""What one does with a plan besides making it: take it along, share it, freeze it, note something."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from core.access import Membership, Permission
from core.charts.formats import Wording
from core.data.calendar import following_dates
from core.json_values import to_json
from core.mmm.model_info import ModelInfo
from core.mmm.planning.answers import BudgetAnswer, WhatIfAnswer
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_inputs import BudgetInputs
from core.mmm.planning.report import PlanReport, PlanTitle, budget_report, whatif_report
from core.mmm.planning.saved_plan import (
    PlanOrigin,
    ScenarioInfo,
    frozen_text,
    lost_origin,
    note_text,
    origin_of,
)
from core.mmm.planning.schedule import ScheduleShape
from core.mmm.planning.schedule_file import LIMITS, read_schedule
from core.mmm.planning.whatif_inputs import WhatIfInputs, read_whatif_inputs
from core.mmm.planning.whatif_schedule import read_whatif
from core.mmm.planning.why import Why, WhyStep
from core.mmm.store import plans as plan_store
from pages.plan.shared_media.editor_state import PlanEditorState
from pages.plan.shared_media.model import plan_basis, trained
from pages.shared.actions import FAILED, attempt, toast_next, user_errors
from pages.shared.copy_link import copy_link
from pages.shared.escape import plain
from pages.shared.layout import Download, download_menu
from pages.shared.session import may

Make = Callable[[], PlanReport]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def read_back(state: PlanEditorState, info: ModelInfo, basis: PlanBasis, wording: Wording) -> None:
    """The button `Read a file`: dates and channels from a workbook or CSV become the scenario."""
    # A new number closes the box again once a file was read.
    key = f"whatif_read_box_{state.round}"
    with st.popover("Read a file", icon=":material/upload_file:", key=key, width="content"):
        st.caption(
            "Export the workbook, change its sheet Plan, and read it back; or any table with a column Date "
            f"and one per channel, from {basis.start_on} on."
        )
        file = st.file_uploader(
            "Workbook or CSV",
            type=["xlsx", "xlsb", "csv", "parquet"],
            key=f"whatif_read_{state.round}",
            max_upload_size=LIMITS.max_bytes // 1024**2,
            label_visibility="collapsed",
        )
        if file is None:
            return
        with user_errors() as outcome:
            read = read_schedule(file.getvalue(), file.name, schedule_shape(info, basis, wording))
            level = read_whatif_inputs(state.inputs, basis).level if state.inputs else 0.9
            inputs = WhatIfInputs.from_frame(read.schedule.frame, level=level, labels=wording.labels)
            if state.inputs:
                # A file holds money alone: prices and promotions stay as they were set here.
                known = read_whatif(state.inputs, plan_basis(info, inputs.periods))
                inputs = replace(inputs, drivers=known.drivers)
        if outcome.failed:
            return
    state.restart(to_json(inputs))
    for note in read.notes:
        toast_next(note)
    toast_next(f"{file.name} is now the scenario", ":material/check_circle:")
    st.rerun()


def schedule_shape(info: ModelInfo, basis: PlanBasis, wording: Wording) -> ScheduleShape:
    """What a file for this model has to look like; its horizon may be as long as any."""
    model = trained(info)
    config = model.config
    names = {"date": config.date_column} | ({"geo": config.geo_column} if config.geo_column else {})
    dates = following_dates(model.dates[-1], model.frequency, basis.most_periods)
    return ScheduleShape(model.channels, wording, model.frequency, dates, tuple(model.geos), names)


def show_why(make: Callable[[], Why], wording: Wording, *, key: str) -> None:
    """The button `Why these figures`; it opens a drawer, and nothing is computed before."""
    if st.button("Why these figures", icon=":material/help:", key=f"{key}_why"):
        _drawer(make(), wording)


@st.dialog("Why these figures", position="right")
def _drawer(why: Why, wording: Wording) -> None:
    names = [reason.name for reason in why.reasons]
    picked = st.selectbox("Figure", names, key="why_figure")
    _show_reason(why.reasons[names.index(picked or names[0])])
    st.divider()
    origin = why.origin
    facts = [
        f"**{why.count:,}** posterior draws of {origin.draws:,} kept, seed **{why.seed}**, "
        f"{why.level * 100:.0f} % intervals".replace(" %", "\u00a0%"),
        f"Model **{plain(origin.model_words)}**, trained {plain(origin.trained_on)}"
        + ("" if origin.converged else ", :orange[not converged]"),
        f"Data: {plain(origin.data_words)}",
    ]
    st.markdown("\n".join(f"- {fact}" for fact in facts))
    if why.limits:
        with st.expander(f"Limits in force ({len(why.limits)})"):

            def amount(value: float | None, of_total: bool) -> str:
                if value is None:
                    return ""
                return f"{value:.1%}" if of_total else wording.money(value)

            st.dataframe(
                pd.DataFrame(
                    {
                        "Limit": [limit.name for limit in why.limits],
                        "At least": [amount(limit.least, limit.of_total) for limit in why.limits],
                        "At most": [amount(limit.most, limit.of_total) for limit in why.limits],
                        "Note": [limit.note for limit in why.limits],
                    }
                ),
                hide_index=True,
                key="why_limits",
                alt="Limits in force",
            )
    with st.expander("The model’s set-up"):
        st.json(json.loads(json.dumps(dict(origin.config))), expanded=1)
    st.caption("Every single draw stands in the workbook, sheet Draws.")


def _show_reason(reason: WhyStep) -> None:
    st.caption(plain(reason.sentence))
    st.latex(reason.symbols)
    rows = [(name, _number(value)) for name, value in reason.parts]
    st.dataframe(
        pd.DataFrame(rows, columns=["What", "Number"]),
        hide_index=True,
        height=38 + 35 * len(rows),
        key=f"why_parts_{reason.name}",
        alt=f"The numbers that make up {reason.name}",
    )


def _number(value: float) -> str:
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:,.4g}" if abs(value) < 100 else f"{value:,.2f}"


def budget_actions(
    project: Membership,
    state: PlanEditorState,
    info: ModelInfo | None,
    answer: BudgetAnswer,
    inputs: BudgetInputs,
    wording: Wording,
) -> None:
    """The row below the answer of a budget; without `info` its model is gone, or kept frozen."""
    title, origin = title_of(project, state.saved, "Budget plan"), _origin(state, info, wording)
    report = partial(budget_report, title, answer, inputs, wording, origin)
    show_actions(project, state, report, wording, key="plan")


def scenario_actions(
    project: Membership,
    state: PlanEditorState,
    info: ModelInfo | None,
    answer: WhatIfAnswer,
    inputs: WhatIfInputs,
    wording: Wording,
    basis: PlanBasis | None = None,
) -> None:
    """The row below the answer of a spend scenario; with `info` and `basis` a file can be read back."""
    title, origin = title_of(project, state.saved, "Spend scenario"), _origin(state, info, wording)
    report = partial(whatif_report, title, answer, inputs, wording, origin)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="whatif_take"):
        show_actions(project, state, report, wording, key="whatif")
        if info is not None and basis is not None:
            read_back(state, info, basis, wording)


def show_actions(
    project: Membership, state: PlanEditorState, report: Make, wording: Wording, *, key: str
) -> None:
    """One row below an answer: why, export, and for a saved plan the link, the note and freezing."""
    saved = state.saved
    row = st.container(
        horizontal=True, vertical_alignment="center", gap="small", width="content", key=f"{key}_keeping"
    )
    with row:
        show_why(lambda: report().why, wording, key=key)
        export_row(project, report, key=key, name=saved.name if saved else "plan")
        if saved is None:
            return
        copy_link(project.project_id, saved.id)
        _note_box(project, saved)
        if not saved.is_frozen and saved.model_available:
            if not may(project, Permission.PLAN_EDIT):
                return
            changed = state.unsaved or state.stale
            reason = "Save the changes first." if changed else None
            label, icon = "Freeze", ":material/ac_unit:"
            with st.popover(
                label, icon=icon, disabled=changed, help=reason, key=f"freeze_{saved.id}", width="content"
            ):
                st.markdown(
                    "Question, answer, words and the model itself are kept as they are now, even when "
                    "the model or its data are deleted. **This cannot be taken back**; "
                    "changes go into a copy."
                )
                if st.button("Freeze for good", type="primary", key=f"freeze_now_{saved.id}"):
                    frozen: Any = attempt(
                        plan_store.freeze_scenario, saved.id, wording, seen_at=saved.updated_at,
                        done=f"“{saved.name}” is frozen",
                    )  # fmt: skip
                    if frozen is not FAILED:
                        state.open(frozen)
                        st.rerun()


def _origin(state: PlanEditorState, info: ModelInfo | None, wording: Wording) -> PlanOrigin:
    saved = state.saved
    if saved is not None and saved.frozen is not None:
        return saved.frozen.origin
    if info is not None:
        return origin_of(info, trained(info))
    assert saved is not None
    return lost_origin(saved.model_id, saved.model_name, wording.period)


def title_of(project: Membership, scenario: ScenarioInfo | None, name: str) -> PlanTitle:
    """Whose plan a report is about; `name` is that of a plan that is not saved yet."""
    today = dt.datetime.now(dt.UTC).date()
    if scenario is None:
        return PlanTitle(project.project_name, name, today)
    return PlanTitle(project.project_name, scenario.name, today, frozen_text(scenario), scenario.note)


def export_row(project: Membership, report: Make, *, key: str, name: str = "plan") -> None:
    """The button with every file of a plan, called by its name; each is made when it is asked for."""
    note = "The workbook’s first sheet can be changed and read back as a scenario."
    base = re.sub(r"[^\w-]+", "-", name).strip("-_")[:60] or "plan"
    pdf = "application/pdf"
    download_menu(
        project,
        [
            Download("PowerPoint", f"{base}.pptx", PPTX, partial(_slides, report), ":material/slideshow:"),
            Download(
                "PDF one-pager", f"{base}.pdf", pdf, partial(_page, report), ":material/picture_as_pdf:"
            ),
            Download("Excel workbook", f"{base}.xlsx", XLSX, partial(_workbook, report), ":material/table:"),
            Download(
                "CSV by date and channel",
                f"{base}.csv",
                "text/csv",
                partial(_table, report),
                ":material/table_view:",
            ),
            Download("Picture", f"{base}.png", "image/png", partial(_picture, report), ":material/image:"),
        ],
        note,
        key=f"{key}_export",
    )


# The libraries behind these files are slow to load and wanted only when somebody asks for one.
def _slides(report: Make) -> bytes:
    from core.mmm.planning.export_pptx import plan_pptx

    return plan_pptx(report())


def _page(report: Make) -> bytes:
    from core.mmm.planning.export_pdf import plan_pdf

    return plan_pdf(report())


def _workbook(report: Make) -> bytes:
    from core.mmm.planning.export_tables import plan_xlsx

    return plan_xlsx(report())


def _table(report: Make) -> bytes:
    from core.mmm.planning.export_tables import plan_csv

    return plan_csv(report())


def _picture(report: Make) -> bytes:
    from core.mmm.planning.export_paper_charts import plan_png

    made = report()
    return plan_png(made.answer, made.wording, made.title.name, made.answer_text)


def _note_box(project: Membership, saved: ScenarioInfo) -> None:
    editable = may(project, Permission.PLAN_EDIT)
    if not editable and not saved.note:
        return
    icon = ":material/sticky_note_2:" if saved.note else ":material/note_add:"
    label = "Note" if saved.note else "Add a note"
    with st.popover(label, icon=icon, key=f"note_{saved.id}", width="content"):
        if saved.note:
            st.caption(plain(note_text(saved)))
        if not editable:
            st.text(saved.note)
            return
        # A new stamp shows the note as it was saved last; what is being typed is kept until then.
        stamp = f"{saved.id}_{saved.note_at.timestamp() if saved.note_at else 0}"
        with st.form(f"note_form_{stamp}", border=False):
            text = st.text_area(
                "Note", saved.note, max_chars=plan_store.LONGEST_NOTE, height=140, key=f"note_text_{stamp}"
            )
            pressed = st.form_submit_button("Save note", type="primary")
        if pressed:
            noted: Any = attempt(
                plan_store.write_note, saved.id, text or "", seen_at=saved.note_at, done="Note saved"
            )
            if noted is not FAILED:
                st.rerun()
