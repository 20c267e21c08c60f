"""The builder: the promotion on top, its figures and verdict below; every change is computed at once."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.access import Membership, Person
from core.errors import UserError
from core.promo.scenarios.draft import PromoDraft
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.verdict import Issue
from pages.plan.promotions.dip import show_after
from pages.plan.promotions.figures import ScenarioFigures, all_cured, cured, figures_of
from pages.plan.promotions.grid import edit_lines, take_edits
from pages.plan.promotions.header import ask_head
from pages.plan.promotions.lines import show_lines
from pages.plan.promotions.next_steps import show_way_on
from pages.plan.promotions.save import save_buttons, show_name
from pages.plan.promotions.search import show_search
from pages.plan.promotions.start import begin, start_over
from pages.plan.shared_promo.context import PromoContext, ground_of, show_behind
from pages.plan.shared_promo.editor_state import PromoEditorState
from pages.plan.shared_promo.kpis import show_breakdown, show_kpis, show_notes
from pages.plan.shared_promo.verdict import show_verdict
from pages.shared.access import open_screen
from pages.shared.actions import show_faults
from pages.shared.screens import Screen


@st.fragment
def promo_board(table: PromoEditorState) -> None:
    """Everything about the promotion on the table."""
    # A fragment runs by itself: who was signed out, or lost the project, must not go on here.
    visit = open_screen(Screen.PROMOTIONS)
    person, project = visit.person, visit.project
    ground = ground_of(person, project)
    prefix = f"promo_{project.project_id}_{table.subject}_{table.round}"
    take_edits(table, prefix)
    draft = table.draft
    show_behind(ground)
    if draft is None:
        begin(table, ground, prefix)
        return
    figures, faults = _computed(draft, ground)
    _show_top(person, project, table, draft, figures)
    _ask(table, draft, ground, prefix)
    # A place of its own, empty or not: what comes and goes above a widget would take it from the hand.
    with st.container(key="promo_faults", gap="xsmall"):
        if faults is not None:
            show_faults(faults)
    if figures is not None:
        # What is folded open below stays so when the promotion is laid anew.
        _show_answer(project, table, figures, ground, f"promo_{project.project_id}")


def _computed(draft: PromoDraft, ground: PromoContext) -> tuple[ScenarioFigures | None, UserError | None]:
    try:
        figures = figures_of(draft, ground)
    except UserError as error:
        return None, error
    return figures, UserError(figures.left_out) if figures.left_out else None


def _show_top(
    person: Person,
    project: Membership,
    table: PromoEditorState,
    draft: PromoDraft,
    figures: ScenarioFigures | None,
) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="promo_top"):
        with st.container(width="stretch"):
            show_name(table, draft, figures)
        save_buttons(person, project, table, figures)


def _ask(table: PromoEditorState, draft: PromoDraft, ground: PromoContext, prefix: str) -> None:
    with st.container(border=True, key="promo_question"):
        ask_head(table, draft, ground, prefix)
        edit_lines(draft, ground, prefix)
        start_over(table, draft, ground, prefix)


def _show_answer(
    project: Membership, table: PromoEditorState, figures: ScenarioFigures, ground: PromoContext, key: str
) -> None:
    def fix(issues: tuple[Issue, ...]) -> None:
        made = cured(figures, issues[0], ground) if len(issues) == 1 else all_cured(figures, ground)
        _lay(table, made)

    show_kpis(figures.kpis, ground.wording)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        show_verdict(figures.verdict, fix, key)
    with right, st.container(border=True, key=f"{key}_details", height="stretch"):
        show_breakdown(figures.kpis, ground.wording, key)
        show_notes(figures.kpis)
    show_way_on(project, table, figures, ground.last_day, key)
    show_lines(figures.kpis, ground, key)
    show_after(figures.kpis, ground.wording)
    show_search(figures, ground, lambda made: _lay(table, made), key)


def _lay(table: PromoEditorState, made: PromoScenario) -> None:
    """Put a promotion that was made from the one on the table in its place; lines still half typed stay."""
    draft = table.draft
    unfinished = tuple(line for line in draft.lines if not line.sound) if draft else ()
    lines = PromoDraft.of(made)
    kept = {"label": draft.label} if draft and not draft.label.strip() else {}
    table.lay(replace(lines, lines=(*lines.lines, *unfinished), **kept))
