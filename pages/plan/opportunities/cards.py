"""Ranked opportunities as cards: why, what to expect and how surely, and the two things to do with one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st

from core.access import Membership, Permission, Person
from core.charts.formats import Wording, probability
from core.promo.opportunities.values import Opportunity, OpportunityKind, SavedOpportunity
from core.promo.scenarios.draft import PromoDraft
from core.promo.scenarios.labels import signed_money
from core.promo.store import opportunities
from pages.plan.shared_promo.editor_state import close_promo, table_of
from pages.plan.shared_promo.open import TABS, show_tab
from pages.shared.actions import FAILED, attempt, offer_undo
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.screens import Screen, go
from pages.shared.session import may

KINDS = {
    OpportunityKind.CLOSE_GAP: ("Closes the gap", "blue", ":material/target:"),
    OpportunityKind.SEASONAL_PEAK: ("Season", "orange", ":material/calendar_month:"),
    OpportunityKind.STRONG_RESPONSE: ("Strong response", "green", ":material/trending_up:"),
    OpportunityKind.NEVER_TRIED: ("Never tried", "violet", ":material/science:"),
}
MOST_SHOWN = 9


def show_cards(
    person: Person, project: Membership, found: Sequence[Opportunity], kept: Sequence[SavedOpportunity],
    wording: Wording,
) -> None:  # fmt: skip
    """The opportunities that were found, best first; `kept` are those that have a number, and of these the
    dismissed ones wait in a fold."""
    by_key = {_key(one.opportunity): one for one in kept}
    there = [one for one in found if not _dismissed(by_key.get(_key(one)))]
    with st.grid(3, min_column_width=320, key="opportunity_cards"):
        for one in there[:MOST_SHOWN]:
            with st.container(border=True, height="stretch", key=f"opportunity_{one.rank}"):
                _card(person, project, one, by_key.get(_key(one)), wording)
    if len(there) > MOST_SHOWN:
        st.caption(f"{len(there) - MOST_SHOWN} weaker ones are not shown.")
    _show_dismissed([one for one in kept if one.dismissed], project)


def _key(one: Opportunity) -> tuple[str, str, str]:
    return one.kind.value, one.department, one.channel


def _dismissed(kept: SavedOpportunity | None) -> bool:
    return kept is not None and kept.dismissed


def _card(
    person: Person, project: Membership, found: Opportunity, kept: SavedOpportunity | None, wording: Wording
) -> None:
    words, colour, icon = KINDS[found.kind]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(f'{found.department}, {found.channel}')}**", width="content")
        st.badge(words, color=colour, icon=icon)
        if kept is not None and kept.planned:
            st.badge("Planned", color="gray", icon=":material/check:")
    line = found.suggested
    st.markdown(plain(f"{line.discount_pct:g} % off, {day(found.start)} to {day(found.end)}"))
    st.markdown(f"{_gain('sales_value', 'Sales', found, wording)}  \n{_gain('ebit', 'EBIT', found, wording)}")
    st.caption(plain(_chances(found)))
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in found.why))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Plan this", icon=":material/arrow_forward:", type="primary", key=f"plan_{found.rank}"):
            _plan(person, project, found, kept)
        if kept is not None and may(project, Permission.PLAN_EDIT) and st.button(
            "Dismiss", icon=":material/close:", type="tertiary", key=f"dismiss_{kept.id}"
        ):  # fmt: skip
            _dismiss(kept)


def _plan(person: Person, project: Membership, found: Opportunity, kept: SavedOpportunity | None) -> NoReturn:
    """To the builder; without a number (who may not plan here only tries) on the table of a new promotion."""
    show_tab(TABS[0])
    if kept is not None:
        go(Screen.PROMOTIONS, opportunity=kept.id)
    table_of(person, project.project_id, None).lay(PromoDraft.of(found.scenario()))
    close_promo(project.project_id)
    go(Screen.PROMOTIONS)


def _gain(name: str, title: str, found: Opportunity, wording: Wording) -> str:
    low, high = found.intervals[name]
    gain = getattr(found, f"{name}_gain")
    span = f"{signed_money(low, wording)} to {signed_money(high, wording)}"
    return f"{title} **{plain(signed_money(gain, wording))}** ({plain(span)})"


def _chances(found: Opportunity) -> str:
    words = f"EBIT rises with a chance of {probability(found.confidence)}"
    if found.gap_closed_share is not None and found.gap_closed_share > 0:
        words += f" · closes {100 * min(found.gap_closed_share, 1):.0f} % of the missing sales"
    return words


def _dismiss(kept: SavedOpportunity) -> None:
    found = kept.opportunity
    if attempt(opportunities.dismiss, kept.id) is not FAILED:
        offer_undo(f"{found.department}, {found.channel} dismissed.", opportunities.undismiss, kept.id)
        st.rerun()


def _show_dismissed(gone: list[SavedOpportunity], project: Membership) -> None:
    if not gone:
        return
    with st.expander(f"Dismissed ({len(gone)})"):
        for one in gone:
            found = one.opportunity
            with st.container(horizontal=True, vertical_alignment="center"):
                words = f"{found.department}, {found.channel}: {found.suggested.discount_pct:g} %"
                st.text(words, width="stretch")
                if may(project, Permission.PLAN_EDIT):
                    _bring_back(one)


def _bring_back(one: SavedOpportunity) -> None:
    pressed = st.button("Bring back", icon=":material/undo:", key=f"undismiss_{one.id}")
    if pressed and attempt(opportunities.undismiss, one.id) is not FAILED:
        st.rerun()
