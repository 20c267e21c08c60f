"""The saved promotions of a project: open, rename, duplicate, archive, delete with undo."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from core.access import Membership, Permission, Person
from core.charts.formats import Wording
from core.database import session
from core.promo.scenarios.labels import listed, pct, signed_money, type_name
from core.promo.store import scenarios
from core.promo.store.scenarios import PromoInfo
from pages.plan.shared_promo.context import wording_of
from pages.plan.shared_promo.editor_state import close_promo, open_promo
from pages.plan.shared_promo.open import TABS, show_tab, take_from_list
from pages.plan.shared_promo.verdict import verdict_badge
from pages.shared.actions import ItemActions, item_menu
from pages.shared.escape import plain
from pages.shared.formatting import ago, day
from pages.shared.layout import empty_state
from pages.shared.session import may

ACTIONS = ItemActions(
    rename=scenarios.rename_promo,
    duplicate=scenarios.duplicate_promo,
    archive=scenarios.archive_promo,
    unarchive=scenarios.unarchive_promo,
    delete=scenarios.delete_promo,
    restore=scenarios.restore_promo,
)
_ARCHIVED = "promo_archived"


def saved_promos(person: Person, project: Membership, *, archived: bool = False) -> tuple[PromoInfo, ...]:
    """The saved promotions, the last changed first."""
    with session() as s:
        return scenarios.promos(s, person, project.project_id, archived=archived)


def show_saved(person: Person, project: Membership) -> None:
    """The list with its menus."""
    archived = bool(st.session_state.get(_ARCHIVED, False))
    promos = saved_promos(person, project, archived=archived)
    st.toggle("Show archived", key=_ARCHIVED)
    if not promos:
        pressed = empty_state(
            "Nothing is archived" if archived else "No saved promotion yet",
            "" if archived else "Build one and save it: it waits here with its figures and its verdict.",
            icon=":material/sell:",
            button=None if archived else "Build a promotion",
            key="promo_none",
        )
        if pressed:
            show_tab(TABS[0])
            st.rerun()
    for promo in promos:
        _line(promo, project, wording_of(project))


def _line(promo: PromoInfo, project: Membership, wording: Wording) -> None:
    key = f"promo_line_{promo.id}"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=key):
        with st.container(gap="xxsmall", width="stretch"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.text(promo.name, width="content")
                verdict_badge(promo.status)
                _marks(promo)
            st.caption(plain(facts_of(promo, wording)))
        if st.button("Open", icon=":material/open_in_full:", key=f"promo_open_{promo.id}"):
            take_from_list(promo.id)
            st.rerun()
        item_menu(
            "promotion",
            promo.id,
            promo.name,
            ACTIONS,
            key=f"promo_menu_{promo.id}",
            archived=promo.archived,
            may_edit=may(project, Permission.PLAN_EDIT),
            may_delete=may(project, Permission.PLAN_DELETE),
            after=lambda: _close(promo, project),
        )


def _marks(promo: PromoInfo) -> None:
    """What was made of the promotion already."""
    if promo.briefed:
        st.badge("Brief", color="blue", icon=":material/edit_note:")
    if promo.reviewed:
        st.badge("Post-mortem", color="violet", icon=":material/fact_check:")


def facts_of(promo: PromoInfo, wording: Wording) -> str:
    """What a promotion is and brings, in one line."""
    facts = [
        f"{day(promo.start)} to {day(promo.end)}",
        type_name(promo.scenario_type),
        listed(promo.departments),
    ]
    if promo.deltas:
        facts.append(f"{signed_money(promo.deltas['sales_value'], wording)} sales")
        facts.append(f"{signed_money(promo.deltas['ebit'], wording)} EBIT")
        facts.append(f"margin {pct(promo.totals['margin_pct'])}")
    facts.append(f"{promo.created_by}, {ago(promo.updated_at, dt.datetime.now(dt.UTC))}")
    return " · ".join(facts)


def _close(promo: PromoInfo, project: Membership) -> None:
    if open_promo(project.project_id) == promo.id:
        close_promo(project.project_id)
