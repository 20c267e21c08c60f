"""Which promotion lies on the table: the saved one the address names, an opportunity's, or a new one."""

from __future__ import annotations

import uuid
from typing import Any

import streamlit as st

from core.access import Membership, NotFound, Person
from core.database import session
from core.promo.scenarios.draft import PromoDraft
from core.promo.store import opportunities, scenarios
from core.promo.store.scenarios import SavedPromo
from pages.plan.shared_promo.editor_state import (
    OPPORTUNITY,
    PROMO,
    PromoEditorState,
    close_promo,
    open_promo,
    table_of,
)
from pages.shared.screens import choose, chosen_uuid

TABS = ("Builder", "Saved", "Compare", "Settings")
_TAB = "promo_tab"
_NEXT = "_promo_tab_next"


def promo_tabs() -> Any:
    """The tabs of the screen; the body of each runs only while it is open."""
    if (wanted := st.session_state.pop(_NEXT, None)) is not None:
        st.session_state[_TAB] = wanted
    return st.tabs(TABS, key=_TAB, on_change="rerun")


def show_tab(name: str) -> None:
    """Open a tab on the next run."""
    st.session_state[_NEXT] = name


def take_from_list(promo_id: uuid.UUID) -> None:
    """Go to a saved promotion: it takes the table on the next run."""
    choose(OPPORTUNITY, None)
    choose(PROMO, promo_id)
    show_tab(TABS[0])


def open_table(person: Person, project: Membership) -> PromoEditorState:
    """The table of the promotion in the address (`?promo=`), at first with what was saved; of an opportunity
    (`?opportunity=`), at first with what it suggests; else of a new one."""
    kept = _wanted(person, project)
    if kept is None:
        return _of_opportunity(person, project) or table_of(person, project.project_id, None)
    table = table_of(person, project.project_id, kept.info.id)
    table.catch_up(kept)
    return table


def _wanted(person: Person, project: Membership) -> SavedPromo | None:
    wanted = open_promo(project.project_id)
    if wanted is None:
        return None
    try:
        with session() as s:
            found = scenarios.promo(s, person, wanted)
    except NotFound as error:
        st.warning(error.faults[0], icon=":material/search_off:")
        close_promo(project.project_id)
        return None
    if found.info.project_id != project.project_id:
        close_promo(project.project_id)
        return None
    return found


def _of_opportunity(person: Person, project: Membership) -> PromoEditorState | None:
    wanted = chosen_uuid(OPPORTUNITY)
    if wanted is None:
        return None
    try:
        with session() as s:
            found = opportunities.opportunity(s, person, wanted)
    except NotFound as error:
        table = table_of(person, project.project_id, wanted)
        if table.draft is not None:
            # What was begun from it is more than the opportunity, which goes when it is no longer found.
            return table
        st.warning(error.faults[0], icon=":material/search_off:")
        choose(OPPORTUNITY, None)
        return None
    if found.project_id != project.project_id:
        choose(OPPORTUNITY, None)
        return None
    table = table_of(person, project.project_id, wanted)
    if table.draft is None:
        table.opportunity_id = wanted
        table.lay(PromoDraft.of(found.opportunity.scenario()))
    return table
