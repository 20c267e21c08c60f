"""The saved promotions of a project: their list, and the choice of one on other screens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import streamlit as st

from core.access import Membership, Person
from core.charts.formats import Wording
from core.database import session
from core.promo.scenarios.labels import listed, pct, signed_money, type_name
from core.promo.store import scenarios
from core.promo.store.scenarios import PromoInfo, SavedPromo
from pages.plan.shared_promo.editor_state import PROMOS, close_promo, open_saved_promo, show_builder
from pages.plan.shared_promo.kpis import verdict_badge
from pages.shared.escape import plain
from pages.shared.formatting import ago, day
from pages.shared.layout import empty_state
from pages.shared.saved_things import show_list
from pages.shared.screens import choose, chosen_uuid

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
            show_builder()
            st.rerun()

    def open_button(promo: PromoInfo) -> None:
        if st.button("Open", icon=":material/open_in_full:", key=f"promo_open_{promo.id}"):
            open_saved_promo(promo.id, project.project_id)
            st.rerun()

    def close(promo: PromoInfo) -> None:
        if PROMOS.opened_id(project.project_id) == promo.id:
            close_promo(project.project_id)

    wording = Wording(currency=project.currency)
    show_list(
        PROMOS, project, promos, lambda promo: plain(_facts(promo, wording)), badges=_badges,
        buttons=open_button, on_gone=close,
    )  # fmt: skip


def _badges(promo: PromoInfo) -> None:
    """The verdict, and what was made of the promotion already."""
    verdict_badge(promo.status)
    if promo.briefed:
        st.badge("Brief", color="blue", icon=":material/edit_note:")
    if promo.reviewed:
        st.badge("Post-mortem", color="violet", icon=":material/fact_check:")


def _facts(promo: PromoInfo, wording: Wording) -> str:
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


def choose_promo(person: Person, promos: Sequence[PromoInfo], *, key: str) -> SavedPromo:
    """The promotion in the address, or the first; choosing another changes the address."""
    by_id = {promo.id: promo for promo in promos}
    wanted = chosen_uuid(PROMOS.query)
    if (
        wanted in by_id
        and st.session_state.get(key) != wanted
        and st.session_state.get(f"{key}_asked") != wanted
    ):
        st.session_state[key] = wanted
    if st.session_state.get(key) not in by_id:
        st.session_state.pop(key, None)
    picked = st.selectbox(
        "Promotion",
        list(by_id),
        format_func=lambda number: f"{by_id[number].name} · {day(by_id[number].start)}",
        key=key,
        width=420,
    )
    st.session_state[f"{key}_asked"] = picked
    choose(PROMOS.query, picked)
    with session() as s:
        return scenarios.promo(s, person, picked)
