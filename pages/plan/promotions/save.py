"""Saving a promotion with its KPIs and verdict: as a new one or over the one that is open."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.access import Membership, Person
from core.database import session
from core.promo.scenarios.draft import PromoDraft
from core.promo.scenarios.outcome import ScenarioOutcome
from core.promo.store import scenarios
from pages.plan.shared_promo.editor_state import (
    OPPORTUNITY,
    PROMOS,
    PromoEditorState,
    close_promo,
    promo_editor_state,
)
from pages.plan.shared_promo.kpis import verdict_badge
from pages.shared.actions import FAILED, attempt, toast_next
from pages.shared.escape import plain
from pages.shared.screens import choose


def show_name(state: PromoEditorState, draft: PromoDraft, outcome: ScenarioOutcome | None) -> None:
    """Which promotion is edited, its verdict, and whether it was changed since it was saved."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = draft.label.strip() or "New promotion"
        st.markdown(f"**{plain(name)}**", width="content")
        verdict_badge(str(outcome.verdict.status) if outcome else None)
        if state.unsaved:
            state.show_changes("promo_discard")
        elif outcome is not None and outdated(state, outcome):
            why = "Learned effects or settings changed since; saving keeps the figures of now."
            st.badge("Other figures than saved", color="orange", icon=":material/update:", help=why)


def outdated(state: PromoEditorState, outcome: ScenarioOutcome) -> bool:
    """Whether the saved promotion is the same but the model or the settings have changed since."""
    if state.saved is None or state.unsaved:
        return False
    info = state.saved.info
    return info.model_version != outcome.kpis.model_version or state.saved.verdict != outcome.verdict


def save_buttons(
    person: Person, project: Membership, state: PromoEditorState, outcome: ScenarioOutcome | None
) -> None:
    """Buttons at the top: start a new one, save as a new one, save over the open promotion."""
    reason = PROMOS.reason_not_to_save(project)
    if not reason and (outcome is None or outcome.left_out):
        reason = "Put right what is marked first."
    # Not callbacks: in a fragment only the fragment would run again, with the editor it started with.
    if st.button("New", icon=":material/add:", key="promo_new"):
        promo_editor_state(person, project.project_id, None).clear()
        close_promo(project.project_id)
        st.rerun()
    as_new = state.saved is not None and st.button(
        "Save as new", icon=":material/save_as:", key="promo_save_as", disabled=bool(reason),
        help=reason or None,
    )  # fmt: skip
    same = outcome is not None and state.saved is not None and not (
        state.unsaved or outdated(state, outcome)
    )  # fmt: skip
    over = st.button(
        "Save draft" if outcome is not None and outcome.blocked else "Save",
        icon=":material/save:", type="primary", key="promo_save", disabled=bool(reason) or same,
        help=reason or None,
    )  # fmt: skip
    if outcome is None or not (as_new or over):
        return
    info = state.saved.info if state.saved and not as_new else None
    made: Any = attempt(
        scenarios.save_promo, project.project_id, outcome.scenario, outcome.kpis, outcome.verdict,
        promo_id=info.id if info else None, opportunity_id=state.opportunity_id,
        model_version=outcome.kpis.model_version, seen_at=info.updated_at if info else None,
    )  # fmt: skip
    if made is FAILED:
        return
    toast_next(f"“{made.name}” saved", ":material/check_circle:")
    with session() as s:
        saved = scenarios.promo(s, person, made.id)
    state.move_to(promo_editor_state(person, project.project_id, made.id), saved)
    choose(OPPORTUNITY, None)
    PROMOS.open(made.id, project.project_id)
    st.rerun()
