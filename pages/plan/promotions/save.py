"""Saving a promotion with its figures and verdict: as a new one or over the one that is open."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.access import Membership, Permission, Person
from core.database import session
from core.promo.scenarios.draft import PromoDraft
from core.promo.store import scenarios
from core.promo.store.scenarios import PromoInfo
from pages.plan.promotions.figures import ScenarioFigures
from pages.plan.shared_promo.editor_state import OPPORTUNITY, PROMO, PromoEditorState, close_promo, table_of
from pages.plan.shared_promo.verdict import verdict_badge
from pages.shared.actions import FAILED, attempt, toast_next
from pages.shared.escape import plain
from pages.shared.screens import choose
from pages.shared.session import may


def show_name(table: PromoEditorState, draft: PromoDraft, figures: ScenarioFigures | None) -> None:
    """Which promotion lies here, its verdict, and whether it was changed since it was saved."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = draft.label.strip() or "New promotion"
        st.markdown(f"**{plain(name)}**", width="content")
        verdict_badge(str(figures.verdict.status) if figures else None)
        if table.unsaved:
            st.badge("Changes not saved", color="orange", icon=":material/edit:")
            if st.button("Discard changes", icon=":material/undo:", type="tertiary", key="promo_discard"):
                table.kept = None
                st.rerun()
        elif figures is not None and outdated(table, figures):
            why = "Learned effects or settings changed since; saving keeps the figures of now."
            st.badge("Other figures than saved", color="orange", icon=":material/update:", help=why)


def outdated(table: PromoEditorState, figures: ScenarioFigures) -> bool:
    """Whether the saved promotion is the same but what was learned, or the rules, are others by now."""
    if table.kept is None or table.unsaved:
        return False
    info = table.kept.info
    return info.model_version != figures.kpis.model_version or table.kept.verdict != figures.verdict


def save_buttons(
    person: Person, project: Membership, table: PromoEditorState, figures: ScenarioFigures | None
) -> None:
    """Buttons at the top: begin anew, save over the open promotion, save as a new one."""
    reason = _why_not(project, figures)
    # Not callbacks: in a fragment only the fragment would run again, with the table it began with.
    if st.button("New", icon=":material/add:", key="promo_new"):
        table_of(person, project.project_id, None).clear()
        close_promo(project.project_id)
        st.rerun()
    saved = table.kept is not None
    if saved and st.button(
        "Save as new",
        icon=":material/save_as:",
        key="promo_save_as",
        disabled=bool(reason),
        help=reason or None,
    ):
        _save(person, project, table, figures, new=True)
    same = figures is not None and saved and not table.unsaved and not outdated(table, figures)
    blocked = bool(reason) or same
    words = "Save draft" if figures is not None and figures.blocked else "Save"
    if st.button(
        words, icon=":material/save:", type="primary", key="promo_save", disabled=blocked, help=reason or None
    ):
        _save(person, project, table, figures, new=False)


def _save(
    person: Person,
    project: Membership,
    table: PromoEditorState,
    figures: ScenarioFigures | None,
    *,
    new: bool,
) -> None:
    if figures is None:
        return
    over = None if new or table.kept is None else table.kept.info
    saved: Any = attempt(
        scenarios.save_promo, project.project_id, figures.scenario, figures.kpis, figures.verdict,
        promo_id=over.id if over else None, opportunity_id=table.opportunity_id,
        model_version=figures.kpis.model_version, seen_at=over.updated_at if over else None,
    )  # fmt: skip
    if saved is FAILED:
        return
    toast_next(f"“{saved.name}” saved", ":material/check_circle:")
    _move_to(saved, person, project, table)
    st.rerun()


def _move_to(saved: PromoInfo, person: Person, project: Membership, table: PromoEditorState) -> None:
    """The promotion's own table takes over; the one it came from goes back to what was saved there."""
    with session() as s:
        kept = scenarios.promo(s, person, saved.id)
    if table.kept is not None and table.kept.info.id != saved.id:
        table.open(table.kept)
    elif table.kept is None:
        table.clear()
    table_of(person, project.project_id, saved.id).open(kept)
    choose(OPPORTUNITY, None)
    choose(PROMO, saved.id)


def _why_not(project: Membership, figures: ScenarioFigures | None) -> str:
    if not may(project, Permission.PLAN_EDIT):
        if project.is_demo:
            return "This is the demo: try everything here; to keep promotions, make a project of your own."
        return f"Your role here ({project.role}) may look at promotions but not save them."
    if figures is None or figures.left_out:
        return "Put right what is marked first."
    return ""
