"""A creative brief on screen: fields and assets, what is missing, saving, PDF and Word."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from core.access import Membership, Permission, Person
from core.errors import UserError
from core.promo.brief import Asset, BriefHead, CreativeBrief, Tone, missing_elements
from core.promo.brief.documents import brief_docx, brief_pdf
from core.promo.brief.values import LONGEST
from core.promo.store import post_mortems as reviews
from core.promo.store.scenarios import SavedPromo
from pages.plan.brief.assets import ask_assets
from pages.plan.brief.state import BriefEditorState, editor_of, regenerated
from pages.plan.shared_promo.kpis import verdict_badge
from pages.shared.actions import FAILED, attempt, show_faults
from pages.shared.escape import plain
from pages.shared.layout import Download, download_menu
from pages.shared.screens import Screen, link
from pages.shared.session import may

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


LINES = "One a line"


@dataclass(frozen=True)
class Texts:
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


def ask_texts(editor: BriefEditorState, *, locked: bool) -> Texts:
    """The fields, with what is in them now."""
    opened = editor.opened
    with st.container(border=True, gap="small"):
        st.markdown("**What and for whom**")
        primary = st.text_area(
            "Objective", opened.primary, max_chars=LONGEST, key=editor.key("primary"), disabled=locked,
            height=68,
        )  # fmt: skip
        secondary = _lines("Also", opened.secondary, editor.key("secondary"), locked)
        demographics = st.text_input(
            "Audience", opened.demographics, max_chars=LONGEST, key=editor.key("who"), disabled=locked
        )
        known = [segment.segment_id for segment in editor.settings.known_segments]
        options = list(dict.fromkeys(["ALL", *known, *editor.opened.segments]))
        picked = st.multiselect(
            "Segments", options, list(editor.opened.segments), key=editor.key("segments"), disabled=locked
        )
        segments = tuple(picked)
    with st.container(border=True, gap="small"):
        st.markdown("**What to say**")
        messages = _lines("Key messages", opened.key_messages, editor.key("messages"), locked)
        tones = list(dict.fromkeys([*(tone.value for tone in Tone), opened.tone]))
        tone = st.selectbox(
            "Tone", tones, tones.index(opened.tone), key=editor.key("tone"), disabled=locked,
            accept_new_options=True, format_func=str.capitalize,
        )  # fmt: skip
    with st.container(border=True, gap="small"):
        st.markdown("**What must be in it**")
        legal = _lines("Legal", opened.legal, editor.key("legal"), locked)
        brand = _lines("Brand", opened.brand, editor.key("brand"), locked)
    return Texts(primary or "", secondary, segments, demographics or "", messages, tone or "", legal, brand)


def _lines(label: str, lines: tuple[str, ...], key: str, locked: bool) -> tuple[str, ...]:
    text = st.text_area(
        label, "\n".join(lines), key=key, disabled=locked, height="content", placeholder=LINES, help=LINES
    )
    return tuple((text or "").splitlines())


def brief_editor(person: Person, project: Membership, promo: SavedPromo) -> None:
    """Everything about the brief of one promotion."""
    editor = editor_of(person, project, promo)
    locked = not may(project, Permission.PLAN_EDIT)
    status, bar = st.container(key="brief_state"), st.container(key="brief_bar")
    left, right = st.columns([5, 4], gap="medium")
    with left:
        texts = ask_texts(editor, locked=locked)
    with right:
        cards = ask_assets(editor, locked=locked)
    try:
        brief = texts.brief([Asset(**card) for card in cards])  # type: ignore[arg-type]
    except UserError as error:
        with status:
            show_faults(error)
        brief = None
    with status:
        if editor.stale:
            with st.container(border=True, horizontal=True, vertical_alignment="center", key="brief_stale"):
                st.caption(
                    ":material/update: This brief was saved by somebody else in the meantime.",
                    width="stretch",
                )
                pressed = st.button("Open the saved one", icon=":material/open_in_full:", key="brief_reopen")
            if pressed or brief == (editor.saved or editor.opened):
                editor.clear()
                st.rerun()
        if brief is not None:
            _show_state(brief, editor)
    with bar:
        _bar(brief, editor, project, locked)


def _show_state(brief: CreativeBrief, editor: BriefEditorState) -> None:
    missing = missing_elements(brief, editor.settings, editor.promo.scenario)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        verdict_badge(editor.promo.info.status)
        if missing:
            st.badge(f"{len(missing)} to mend", icon=":material/error:", color="red")
        else:
            st.badge("Nothing mandatory is missing", icon=":material/check:", color="green")
        if editor.saved is None:
            st.badge("Not saved yet", color="gray")
        elif brief != editor.saved:
            st.badge("Unsaved changes", color="orange")
        link("Open the promotion", Screen.PROMOTIONS, icon=":material/sell:", promo=editor.promo.info.id)
    for sentence in missing:
        st.warning(plain(sentence), icon=":material/error:")


def _bar(brief: CreativeBrief | None, editor: BriefEditorState, project: Membership, locked: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="brief_buttons"):
        changed = brief is not None and brief != editor.saved and not editor.stale
        pressed = not locked and st.button(
            "Save", type="primary", icon=":material/save:", key="brief_save", disabled=not changed
        )
        if pressed and brief is not None:
            saved_at: Any = attempt(
                _save_brief, editor.promo.info.id, brief, editor.seen_at, done="Brief saved"
            )
            if saved_at is not FAILED:
                replace(editor, saved=brief, seen_at=saved_at, saved_at=saved_at).store()
                st.rerun()
        if brief is not None:
            header = BriefHead.of(editor.promo.scenario, project.project_name)
            name = re.sub(r"[^\w-]+", "-", header.title).strip("-_")[:60] or "brief"
            download_menu(
                project,
                [
                    Download(
                        "PDF",
                        f"{name}.pdf",
                        "application/pdf",
                        partial(brief_pdf, brief, header),
                        ":material/picture_as_pdf:",
                    ),
                    Download(
                        "Word",
                        f"{name}.docx",
                        WORD,
                        partial(brief_docx, brief, header),
                        ":material/description:",
                    ),
                ],
                "The brief as it stands on screen.",
                key="brief_export",
            )
        if not locked and editor.promo.kpis is not None:
            with st.popover("Write anew", icon=":material/auto_fix_high:"):
                st.caption("Puts the brief that the promotion gives in place of yours.")
                if st.button("Write anew", key="brief_anew"):
                    regenerated(editor).store()
                    st.rerun()


def _save_brief(
    s: Any, person: Person, promo_id: uuid.UUID, brief: CreativeBrief, seen_at: dt.datetime
) -> dt.datetime | None:
    reviews.save_brief(s, person, promo_id, brief, seen_at=seen_at)
    return reviews.brief_saved_at(s, person, promo_id)
