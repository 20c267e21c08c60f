"""The assets of a brief as cards that can be written, added, taken out and put in another order."""

from __future__ import annotations

import uuid

import streamlit as st

from core.promo.brief import Asset, AssetType
from core.promo.brief.generation import departments_of, offer_of
from core.promo.brief.values import LONGEST, MOST_ASSETS
from pages.plan.brief.state import BriefEditorState


def ask_assets(editor: BriefEditorState, *, locked: bool) -> list[dict[str, object]]:
    """The cards, with what is in them now: the fields of an Asset, not yet checked."""
    found = [_card(editor, at, name, locked) for at, name in enumerate(editor.cards)]
    if not editor.cards:
        st.caption("No asset yet.")
    room = not locked and len(editor.cards) < MOST_ASSETS
    if room and st.button("Add an asset", icon=":material/add:", key=editor.key("add"), width="stretch"):
        name = uuid.uuid4().hex[:8]
        scenario = editor.promo.scenario
        editor.with_cards(
            (*editor.cards, name),
            {
                name: Asset(
                    AssetType.SOCIAL_POST.value,
                    scenario.label,
                    offer_of(scenario),
                    "",
                    departments_of(scenario),
                )
            },
        ).store()
        st.rerun()
    return found


def _card(editor: BriefEditorState, at: int, name: str, locked: bool) -> dict[str, object]:
    asset = editor.assets[name]
    with st.container(border=True, gap="small", key=editor.key(f"card_{name}")):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
            kinds = list(dict.fromkeys([*(kind.value for kind in AssetType), asset.type]))
            kind = st.selectbox(
                "Asset", kinds, kinds.index(asset.type), key=editor.key(f"type_{name}"), disabled=locked,
                accept_new_options=True, format_func=lambda word: word.replace("_", " ").capitalize(),
            )  # fmt: skip
            if not locked:
                cards = list(editor.cards)
                if st.button(
                    "",
                    icon=":material/arrow_upward:",
                    key=editor.key(f"up_{name}"),
                    disabled=at == 0,
                    help="Up",
                ):
                    cards[at - 1], cards[at] = cards[at], cards[at - 1]
                    _put(editor, cards)
                last = at == len(cards) - 1
                if st.button(
                    "",
                    icon=":material/arrow_downward:",
                    key=editor.key(f"down_{name}"),
                    disabled=last,
                    help="Down",
                ):
                    cards[at + 1], cards[at] = cards[at], cards[at + 1]
                    _put(editor, cards)
                if st.button("", icon=":material/delete:", key=editor.key(f"out_{name}"), help="Take out"):
                    _put(editor, [card for card in cards if card != name])
        headline = _text("Headline", asset.headline, editor.key(f"headline_{name}"), locked)
        subheadline = _text("Subheadline", asset.subheadline, editor.key(f"sub_{name}"), locked)
        with st.grid(2, min_column_width=160):
            cta = _text("Call to action", asset.cta, editor.key(f"cta_{name}"), locked)
            options = list(dict.fromkeys([*departments_of(editor.promo.scenario), *asset.product_focus]))
            focus = st.multiselect(
                "Products", options, list(asset.product_focus), key=editor.key(f"focus_{name}"),
                disabled=locked, accept_new_options=True,
            )  # fmt: skip
    return {
        "type": kind or "", "headline": headline, "subheadline": subheadline, "cta": cta,
        "product_focus": tuple(focus),
    }  # fmt: skip


def _text(label: str, value: str, key: str, locked: bool) -> str:
    return st.text_input(label, value, max_chars=LONGEST, key=key, disabled=locked) or ""


def _put(editor: BriefEditorState, cards: list[str]) -> None:
    editor.with_cards(tuple(cards)).store()
    st.rerun()
