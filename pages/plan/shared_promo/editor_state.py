"""The builder's table: one promotion being made, kept through page switches and reloads until it is saved."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import streamlit as st

from core.access import Person
from core.promo.scenarios.draft import PromoDraft
from core.promo.store.scenarios import SavedPromo
from pages.shared.screens import choose, chosen_uuid

PROMO = "promo"
OPPORTUNITY = "opportunity"
_OWN = "_promo_tables"
_OPEN = "_promo_open"


@dataclass
class PromoEditorState:
    """One promotion on the table. `draft` is None before it was begun; `kept` is the saved one it came from,
    `saved` that one as a draft. Widgets are keyed by `round`: a new number shows them with what lies here.
    """

    draft: PromoDraft | None = None
    kept: SavedPromo | None = None
    saved: PromoDraft | None = None
    opportunity_id: uuid.UUID | None = None
    round: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def subject(self) -> str:
        """What lies here, for the names of widgets."""
        return str(self.kept.info.id if self.kept else self.opportunity_id or "new")

    def open(self, kept: SavedPromo) -> None:
        """Put a saved promotion on the table."""
        with self.lock:
            self.kept, self.opportunity_id = kept, kept.info.opportunity_id
            self.draft = self.saved = PromoDraft.of(kept.scenario)
            self.round += 1

    def catch_up(self, kept: SavedPromo) -> None:
        """Put it on the table where it was saved since; a new name reaches a changed draft too, unless that
        has another name itself. Over another plan than the one begun with, what was typed stays."""
        if self.kept is None or (self.kept.info.updated_at != kept.info.updated_at and not self.unsaved):
            self.open(kept)
        elif self.kept.info.updated_at != kept.info.updated_at:
            self._take_name(kept)

    def _take_name(self, kept: SavedPromo) -> None:
        now = PromoDraft.of(kept.scenario)
        with self.lock:
            before, typed = self.saved, self.draft
            if before is None or typed is None or replace(before, label=now.label) != now:
                return
            label = now.label if typed.label == before.label else typed.label
            self.kept, self.saved, self.draft = kept, now, replace(typed, label=label)
            self.round += 1

    def lay(self, draft: PromoDraft | None) -> None:
        """Show another draft in all widgets; what was open stays open."""
        with self.lock:
            self.draft = draft
            self.round += 1

    def clear(self) -> None:
        """An empty table."""
        self.kept = self.saved = self.opportunity_id = None
        self.lay(None)

    def change(self, how: Callable[[PromoDraft], PromoDraft]) -> None:
        """Change the draft as it lies here now: a run that was overtaken brings nothing back."""
        with self.lock:
            if self.draft is not None:
                self.draft = how(self.draft)

    @property
    def unsaved(self) -> bool:
        """Whether the saved promotion differs from what is on the table."""
        return self.saved is not None and self.draft != self.saved


def open_promo(project_id: int) -> uuid.UUID | None:
    """The saved promotion in the address, else the one this browser session looked at last."""
    slot = f"{_OPEN}_{project_id}"
    if (wanted := chosen_uuid(PROMO)) is not None:
        st.session_state[slot] = wanted
    elif (last := st.session_state.get(slot)) is not None and chosen_uuid(OPPORTUNITY) is None:
        choose(PROMO, last)
    return None if chosen_uuid(OPPORTUNITY) and wanted is None else st.session_state.get(slot)


def close_promo(project_id: int) -> None:
    """Neither a saved promotion nor an opportunity is open any more."""
    st.session_state.pop(f"{_OPEN}_{project_id}", None)
    choose(PROMO, None)
    choose(OPPORTUNITY, None)


def table_of(person: Person, project_id: int, subject: uuid.UUID | None) -> PromoEditorState:
    """The person's table for one saved promotion, one opportunity, or a new promotion (None).

    It lives in the server so that a reload keeps it; visitors of the demo share an account and therefore keep
    theirs in the browser's session.
    """
    if person.is_demo:
        own = st.session_state.setdefault(_OWN, {})
        return own.setdefault((project_id, subject), PromoEditorState())
    return _table(person.id, project_id, subject)


@st.cache_resource(max_entries=1000, show_spinner=False)
def _table(person_id: int, project_id: int, subject: uuid.UUID | None) -> PromoEditorState:
    return PromoEditorState()
