"""The fields of a brief: objectives, audience, messages, tone and what must be in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.promo.brief import Asset, CreativeBrief, Tone
from core.promo.brief.values import LONGEST
from pages.plan.brief.state import BriefEditorState

LINES = "One a line"


@dataclass(frozen=True)
class Words:
    """What the fields hold, not yet checked."""

    primary: str
    secondary: tuple[str, ...]
    segments: tuple[str, ...]
    demographics: str
    key_messages: tuple[str, ...]
    tone: str
    legal: tuple[str, ...]
    brand: tuple[str, ...]

    def brief(self, assets: Sequence[Asset]) -> CreativeBrief:
        """The brief they make. UserError as in core."""
        return CreativeBrief(
            self.primary, self.secondary, self.segments, self.demographics, self.key_messages, self.tone,
            self.legal, self.brand, tuple(assets),
        )  # fmt: skip


def ask_words(desk: BriefEditorState, *, locked: bool) -> Words:
    """The fields, with what is in them now."""
    opened = desk.opened
    with st.container(border=True, gap="small"):
        st.markdown("**What and for whom**")
        primary = st.text_area(
            "Objective", opened.primary, max_chars=LONGEST, key=desk.key("primary"), disabled=locked,
            height=68,
        )  # fmt: skip
        secondary = _lines("Also", opened.secondary, desk.key("secondary"), locked)
        demographics = st.text_input(
            "Audience", opened.demographics, max_chars=LONGEST, key=desk.key("who"), disabled=locked
        )
        segments = _segments(desk, locked)
    with st.container(border=True, gap="small"):
        st.markdown("**What to say**")
        messages = _lines("Key messages", opened.key_messages, desk.key("messages"), locked)
        tones = list(dict.fromkeys([*(tone.value for tone in Tone), opened.tone]))
        tone = st.selectbox(
            "Tone", tones, tones.index(opened.tone), key=desk.key("tone"), disabled=locked,
            accept_new_options=True, format_func=str.capitalize,
        )  # fmt: skip
    with st.container(border=True, gap="small"):
        st.markdown("**What must be in it**")
        legal = _lines("Legal", opened.legal, desk.key("legal"), locked)
        brand = _lines("Brand", opened.brand, desk.key("brand"), locked)
    return Words(primary or "", secondary, segments, demographics or "", messages, tone or "", legal, brand)


def _segments(desk: BriefEditorState, locked: bool) -> tuple[str, ...]:
    known = [segment.segment_id for segment in desk.settings.known_segments]
    options = list(dict.fromkeys(["ALL", *known, *desk.opened.segments]))
    picked = st.multiselect(
        "Segments", options, list(desk.opened.segments), key=desk.key("segments"), disabled=locked
    )
    return tuple(picked)


def _lines(label: str, lines: tuple[str, ...], key: str, locked: bool) -> tuple[str, ...]:
    text = st.text_area(
        label, "\n".join(lines), key=key, disabled=locked, height="content", placeholder=LINES, help=LINES
    )
    return tuple((text or "").splitlines())
