"""The editor of a promotion: what is typed until it is saved, and which saved one or opportunity is open."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core.access import Membership, NotFound, Permission, Person
from core.database import session
from core.promo.scenarios.draft import PromoDraft
from core.promo.store import opportunities, scenarios
from core.promo.store.scenarios import SavedPromo
from pages.shared.actions import ItemActions
from pages.shared.saved_things import EditorState, SavedKind, editor_state_of, read_opened, show_tab, tabs_of
from pages.shared.screens import choose, chosen_uuid

OPPORTUNITY = "opportunity"
TABS = ("Builder", "Saved", "Compare", "Settings")
_TAB = "promo_tab"
PROMOS = SavedKind(
    "promotion",
    "promo",
    ItemActions(
        rename=scenarios.rename_promo,
        duplicate=scenarios.duplicate_promo,
        archive=scenarios.archive_promo,
        unarchive=scenarios.unarchive_promo,
        delete=scenarios.delete_promo,
        restore=scenarios.restore_promo,
    ),
    Permission.PLAN_EDIT,
    Permission.PLAN_DELETE,
    query="promo",
    read_id=chosen_uuid,
)


@dataclass
class PromoEditorState(EditorState[SavedPromo]):
    """One promotion in the editor. `draft` is None before it was started; `saved_draft` is the saved
    promotion as a draft."""

    draft: PromoDraft | None = None
    saved_draft: PromoDraft | None = None
    opportunity_id: uuid.UUID | None = None

    @property
    def subject(self) -> str:
        """What is edited here, for the keys of widgets."""
        return str(self.saved.info.id if self.saved else self.opportunity_id or "new")

    def open(self, saved: SavedPromo) -> None:
        """Start from a saved promotion."""
        with self.lock:
            self.saved, self.opportunity_id = saved, saved.info.opportunity_id
            self.draft = self.saved_draft = PromoDraft.of(saved.scenario)
            self.round += 1

    def replaced_by(self, saved: SavedPromo) -> bool:
        """Whether others saved it and nothing was typed here."""
        assert self.saved is not None
        return self.saved.info.updated_at != saved.info.updated_at and not self.unsaved

    def take_name(self, saved: SavedPromo) -> None:
        """A new name reaches a changed draft too, unless that has another name itself. Over another plan than
        the one started from, what was typed stays."""
        now = PromoDraft.of(saved.scenario)
        with self.lock:
            before, typed = self.saved_draft, self.draft
            if self.saved is None or self.saved.info.updated_at == saved.info.updated_at:
                return
            if before is None or typed is None or replace(before, label=now.label) != now:
                return
            label = now.label if typed.label == before.label else typed.label
            self.saved, self.saved_draft, self.draft = saved, now, replace(typed, label=label)
            self.round += 1

    def restart(self, draft: PromoDraft | None) -> None:
        """Show another draft in all widgets; what was open stays open."""
        with self.lock:
            self.draft = draft
            self.round += 1

    def clear(self) -> None:
        """Start from nothing."""
        self.saved = self.saved_draft = self.opportunity_id = None
        self.restart(None)

    def change(self, how: Callable[[PromoDraft], PromoDraft]) -> None:
        """Change the draft as it is now: a run that was overtaken brings nothing back."""
        with self.lock:
            if self.draft is not None:
                self.draft = how(self.draft)

    @property
    def unsaved(self) -> bool:
        """Whether the draft differs from the saved promotion."""
        return self.saved_draft is not None and self.draft != self.saved_draft


def promo_tabs() -> Any:
    """The tabs of the screen; the body of each runs only while it is open."""
    return tabs_of(TABS, _TAB)


def show_builder() -> None:
    """Open the builder's tab on the next run."""
    show_tab(TABS[0], _TAB)


def open_saved_promo(promo_id: uuid.UUID, project_id: int) -> None:
    """Open a saved promotion in the builder on the next run."""
    choose(OPPORTUNITY, None)
    PROMOS.open(promo_id, project_id)
    show_builder()


def close_promo(project_id: int) -> None:
    """Neither a saved promotion nor an opportunity is open any more."""
    PROMOS.close(project_id)
    choose(OPPORTUNITY, None)


def promo_editor_state(person: Person, project_id: int, subject: uuid.UUID | None) -> PromoEditorState:
    """The person's editor for one saved promotion, one opportunity, or a new promotion (None)."""
    return editor_state_of(person, PromoEditorState, project_id, subject)


def open_editor(person: Person, project: Membership) -> PromoEditorState:
    """The editor of the promotion in the address (`?promo=`), at first with what was saved; of an opportunity
    (`?opportunity=`), at first with what it suggests; else of a new one."""
    project_id, opportunity_id = project.project_id, chosen_uuid(OPPORTUNITY)
    from_opportunity = opportunity_id is not None and chosen_uuid(PROMOS.query) is None
    saved = read_opened(
        PROMOS, person, project, scenarios.promo, lambda found: found.info.project_id == project_id,
        None if from_opportunity else PROMOS.opened_id(project_id),
    )  # fmt: skip
    if saved is not None:
        state = promo_editor_state(person, project_id, saved.info.id)
        state.catch_up(saved)
        return state
    if opportunity_id is None:
        return promo_editor_state(person, project_id, None)
    state = promo_editor_state(person, project_id, opportunity_id)
    try:
        with session() as s:
            found = opportunities.opportunity(s, person, opportunity_id)
    except NotFound as error:
        if state.draft is not None:
            # What was started from it is more than the opportunity, which goes when it is no longer found.
            return state
        st.warning(error.faults[0], icon=":material/search_off:")
        choose(OPPORTUNITY, None)
        return promo_editor_state(person, project_id, None)
    if found.project_id != project_id:
        choose(OPPORTUNITY, None)
        return promo_editor_state(person, project_id, None)
    if state.draft is None:
        state.opportunity_id = opportunity_id
        state.restart(PromoDraft.of(found.opportunity.scenario()))
    return state
