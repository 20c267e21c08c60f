"""The assets of a brief as cards that can be written, added, taken out and put in another order."""

from __future__ import annotations

import uuid

import streamlit as st

from core.promo.brief import Asset, AssetType
from core.promo.brief.generation import departments_of, offer_of
from core.promo.brief.values import LONGEST, MOST_ASSETS
from pages.plan.brief.state import BriefEditorState


def ask_assets(desk: BriefEditorState, *, locked: bool) -> list[dict[str, object]]:
    """The cards, with what is in them now: the fields of an Asset, not yet checked."""
    found = [_card(desk, at, name, locked) for at, name in enumerate(desk.cards)]
    if not desk.cards:
        st.caption("No asset yet.")
    room = not locked and len(desk.cards) < MOST_ASSETS
    if room and st.button("Add an asset", icon=":material/add:", key=desk.key("add"), width="stretch"):
        name = uuid.uuid4().hex[:8]
        desk.with_cards((*desk.cards, name), {name: _fresh(desk)}).put()
        st.rerun()
    return found


def _fresh(desk: BriefEditorState) -> Asset:
    scenario = desk.promo.scenario
    return Asset(
        AssetType.SOCIAL_POST.value, scenario.label, offer_of(scenario), "", departments_of(scenario)
    )


def _card(desk: BriefEditorState, at: int, name: str, locked: bool) -> dict[str, object]:
    asset = desk.begun[name]
    with st.container(border=True, gap="small", key=desk.key(f"card_{name}")):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
            kinds = list(dict.fromkeys([*(kind.value for kind in AssetType), asset.type]))
            kind = st.selectbox(
                "Asset", kinds, kinds.index(asset.type), key=desk.key(f"type_{name}"), disabled=locked,
                accept_new_options=True, format_func=lambda word: word.replace("_", " ").capitalize(),
            )  # fmt: skip
            if not locked:
                _order(desk, at, name)
        headline = _text("Headline", asset.headline, desk.key(f"headline_{name}"), locked)
        subheadline = _text("Subheadline", asset.subheadline, desk.key(f"sub_{name}"), locked)
        with st.grid(2, min_column_width=160):
            cta = _text("Call to action", asset.cta, desk.key(f"cta_{name}"), locked)
            options = list(dict.fromkeys([*departments_of(desk.promo.scenario), *asset.product_focus]))
            focus = st.multiselect(
                "Products", options, list(asset.product_focus), key=desk.key(f"focus_{name}"),
                disabled=locked, accept_new_options=True,
            )  # fmt: skip
    return {
        "type": kind or "", "headline": headline, "subheadline": subheadline, "cta": cta,
        "product_focus": tuple(focus),
    }  # fmt: skip


def _text(label: str, value: str, key: str, locked: bool) -> str:
    return st.text_input(label, value, max_chars=LONGEST, key=key, disabled=locked) or ""


def _order(desk: BriefEditorState, at: int, name: str) -> None:
    cards = list(desk.cards)
    if st.button("", icon=":material/arrow_upward:", key=desk.key(f"up_{name}"), disabled=at == 0, help="Up"):
        cards[at - 1], cards[at] = cards[at], cards[at - 1]
        _put(desk, cards)
    last = at == len(cards) - 1
    if st.button(
        "", icon=":material/arrow_downward:", key=desk.key(f"down_{name}"), disabled=last, help="Down"
    ):
        cards[at + 1], cards[at] = cards[at], cards[at + 1]
        _put(desk, cards)
    if st.button("", icon=":material/delete:", key=desk.key(f"out_{name}"), help="Take out"):
        _put(desk, [card for card in cards if card != name])


def _put(desk: BriefEditorState, cards: list[str]) -> None:
    desk.with_cards(tuple(cards)).put()
    st.rerun()
