"""Ranked opportunities as cards: why, what to expect and how surely, and the two things to do with one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.access import Membership, Permission, Person
from core.charts.formats import Wording, probability
from core.promo.opportunities.values import Opportunity, OpportunityKind, SavedOpportunity
from core.promo.scenarios.draft import PromoDraft
from core.promo.scenarios.labels import signed_money
from core.promo.store import opportunities
from pages.plan.shared_promo.editor_state import close_promo, promo_editor_state, show_builder
from pages.shared.actions import FAILED, attempt, offer_undo
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.screens import Screen, go
from pages.shared.session import may

KINDS: dict[OpportunityKind, tuple[str, Any, str]] = {
    OpportunityKind.CLOSE_GAP: ("Closes the gap", "blue", ":material/target:"),
    OpportunityKind.SEASONAL_PEAK: ("Season", "orange", ":material/calendar_month:"),
    OpportunityKind.STRONG_RESPONSE: ("Strong response", "green", ":material/trending_up:"),
    OpportunityKind.NEVER_TRIED: ("Never tried", "violet", ":material/science:"),
}
MAX_CARDS = 9


def show_cards(
    person: Person, project: Membership, found: Sequence[Opportunity], saved: Sequence[SavedOpportunity],
    wording: Wording,
) -> None:  # fmt: skip
    """The opportunities that were found, best first; `saved` are those that have a number, and of these the
    dismissed ones are folded below."""
    by_key = {_key(one.opportunity): one for one in saved}
    shown = [(one, by_key.get(_key(one))) for one in found]
    shown = [(one, number) for one, number in shown if number is None or not number.dismissed]
    with st.grid(3, min_column_width=320, key="opportunity_cards"):
        for one, number in shown[:MAX_CARDS]:
            with st.container(border=True, height="stretch", key=f"opportunity_{one.rank}"):
                _card(person, project, one, number, wording)
    if len(shown) > MAX_CARDS:
        st.caption(f"{len(shown) - MAX_CARDS} weaker ones are not shown.")
    dismissed = [one for one in saved if one.dismissed]
    if not dismissed:
        return
    with st.expander(f"Dismissed ({len(dismissed)})"):
        for saved_one in dismissed:
            what = saved_one.opportunity
            with st.container(horizontal=True, vertical_alignment="center"):
                text = f"{what.department}, {what.channel}: {what.suggested.discount_pct:g} %"
                st.text(text, width="stretch")
                if not may(project, Permission.PLAN_EDIT):
                    continue
                pressed = st.button("Bring back", icon=":material/undo:", key=f"undismiss_{saved_one.id}")
                if pressed and attempt(opportunities.undismiss, saved_one.id) is not FAILED:
                    st.rerun()


def _key(one: Opportunity) -> tuple[str, str, str]:
    return one.kind.value, one.department, one.channel


def _card(
    person: Person, project: Membership, found: Opportunity, saved: SavedOpportunity | None, wording: Wording
) -> None:
    label, colour, icon = KINDS[found.kind]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(f'{found.department}, {found.channel}')}**", width="content")
        st.badge(label, color=colour, icon=icon)
        if saved is not None and saved.planned:
            st.badge("Planned", color="gray", icon=":material/check:")
    line = found.suggested
    st.markdown(plain(f"{line.discount_pct:g} % off, {day(found.start)} to {day(found.end)}"))
    st.markdown(f"{_gain('sales_value', 'Sales', found, wording)}  \n{_gain('ebit', 'EBIT', found, wording)}")
    chances = f"EBIT rises with a chance of {probability(found.confidence)}"
    if found.gap_closed_share is not None and found.gap_closed_share > 0:
        chances += f" · closes {100 * min(found.gap_closed_share, 1):.0f} % of the missing sales"
    st.caption(plain(chances))
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in found.why))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Plan this", icon=":material/arrow_forward:", type="primary", key=f"plan_{found.rank}"):
            show_builder()
            if saved is not None:
                go(Screen.PROMOTIONS, opportunity=saved.id)
            # Without a number (who may not plan here only tries) it starts a new promotion.
            state = promo_editor_state(person, project.project_id, None)
            state.restart(PromoDraft.of(found.scenario()))
            close_promo(project.project_id)
            go(Screen.PROMOTIONS)
        if saved is None or not may(project, Permission.PLAN_EDIT):
            return
        pressed = st.button("Dismiss", icon=":material/close:", type="tertiary", key=f"dismiss_{saved.id}")
        if pressed and attempt(opportunities.dismiss, saved.id) is not FAILED:
            text = f"{found.department}, {found.channel} dismissed."
            offer_undo(text, opportunities.undismiss, saved.id)
            st.rerun()


def _gain(name: str, title: str, found: Opportunity, wording: Wording) -> str:
    low, high = found.intervals[name]
    gain = getattr(found, f"{name}_gain")
    span = f"{signed_money(low, wording)} to {signed_money(high, wording)}"
    return f"{title} **{plain(signed_money(gain, wording))}** ({plain(span)})"
