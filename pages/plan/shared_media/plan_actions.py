"""What one does with a plan besides making it: take it along, share it, freeze it, note something."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from core.access import Membership, Permission
from core.charts.formats import Wording
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
from core.mmm.planning.whatif_inputs import WhatIfInputs
from core.mmm.store import plans as keeping
from pages.plan.shared_media.answers import trained
from pages.plan.shared_media.editor_state import PlanEditorState
from pages.plan.shared_media.read_back import read_back
from pages.plan.shared_media.why import show_why
from pages.shared.actions import FAILED, attempt
from pages.shared.copy_link import copy_link
from pages.shared.escape import plain
from pages.shared.layout import Download, download_menu
from pages.shared.session import may

Make = Callable[[], PlanReport]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def keep_budget(
    project: Membership,
    bench: PlanEditorState,
    info: ModelInfo | None,
    answer: BudgetAnswer,
    inputs: BudgetInputs,
    wording: Wording,
) -> None:
    """The row below the answer of a budget; without `info` its model is gone, or kept frozen."""
    title, origin = title_of(project, bench.scenario, "Budget plan"), _origin(bench, info, wording)
    report = partial(budget_report, title, answer, inputs, wording, origin)
    show_keeping(project, bench, report, wording, key="plan")


def keep_whatif(
    project: Membership,
    bench: PlanEditorState,
    info: ModelInfo | None,
    answer: WhatIfAnswer,
    inputs: WhatIfInputs,
    wording: Wording,
    basis: PlanBasis | None = None,
) -> None:
    """The row below the answer of a spend scenario; with `info` and `basis` a file can be read back."""
    title, origin = title_of(project, bench.scenario, "Spend scenario"), _origin(bench, info, wording)
    report = partial(whatif_report, title, answer, inputs, wording, origin)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="whatif_take"):
        show_keeping(project, bench, report, wording, key="whatif")
        if info is not None and basis is not None:
            read_back(bench, info, basis, wording)


def show_keeping(
    project: Membership, bench: PlanEditorState, report: Make, wording: Wording, *, key: str
) -> None:
    """One row below an answer: why, export, and for a saved plan the link, the note and freezing."""
    saved = bench.scenario
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
            _freeze_box(project, bench, saved, wording)


def _origin(bench: PlanEditorState, info: ModelInfo | None, wording: Wording) -> PlanOrigin:
    saved = bench.scenario
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
    download_menu(project, _downloads(report, _file_name(name)), note, key=f"{key}_export")


def _downloads(report: Make, base: str) -> list[Download]:
    pdf = "application/pdf"
    return [
        Download("PowerPoint", f"{base}.pptx", PPTX, partial(_slides, report), ":material/slideshow:"),
        Download("PDF one-pager", f"{base}.pdf", pdf, partial(_page, report), ":material/picture_as_pdf:"),
        Download("Excel workbook", f"{base}.xlsx", XLSX, partial(_workbook, report), ":material/table:"),
        Download("CSV by date and channel", f"{base}.csv", "text/csv", partial(_table, report),
                 ":material/table_view:"),
        Download("Picture", f"{base}.png", "image/png", partial(_picture, report), ":material/image:"),
    ]  # fmt: skip


def _file_name(name: str) -> str:
    """The plan's name as every system takes it for a file."""
    return re.sub(r"[^\w-]+", "-", name).strip("-_")[:60] or "plan"


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
    from core.mmm.planning.export_chart import plan_png

    made = report()
    return plan_png(made.answer, made.wording, made.title.name, made.answer_text)


def _freeze_box(project: Membership, bench: PlanEditorState, saved: ScenarioInfo, wording: Wording) -> None:
    if not may(project, Permission.PLAN_EDIT):
        return
    changed = bench.unsaved or bench.stale
    reason = "Save the changes first." if changed else None
    label, icon = "Freeze", ":material/ac_unit:"
    with st.popover(
        label, icon=icon, disabled=changed, help=reason, key=f"freeze_{saved.id}", width="content"
    ):
        st.markdown(
            "Question, answer, words and the model itself are kept as they are now, even when the model or "
            "its data are deleted. **This cannot be taken back**; changes go into a copy."
        )
        if st.button("Freeze for good", type="primary", key=f"freeze_now_{saved.id}"):
            frozen: Any = attempt(
                keeping.freeze_scenario, saved.id, wording, seen_at=saved.updated_at,
                done=f"“{saved.name}” is frozen",
            )  # fmt: skip
            if frozen is not FAILED:
                bench.open(frozen)
                st.rerun()


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
                "Note", saved.note, max_chars=keeping.LONGEST_NOTE, height=140, key=f"note_text_{stamp}"
            )
            pressed = st.form_submit_button("Save note", type="primary")
        if pressed:
            noted: Any = attempt(
                keeping.write_note, saved.id, text or "", seen_at=saved.note_at, done="Note saved"
            )
            if noted is not FAILED:
                st.rerun()
