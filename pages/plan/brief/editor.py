"""A creative brief on screen: fields and assets, what is missing, saving, PDF and Word."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from core.access import Membership, Permission, Person
from core.errors import UserError
from core.promo.brief import Asset, BriefHead, CreativeBrief, missing_elements
from core.promo.brief.documents import brief_docx, brief_pdf
from core.promo.store import post_mortems as reviews
from core.promo.store.scenarios import SavedPromo
from pages.plan.brief.assets import ask_assets
from pages.plan.brief.form import ask_words
from pages.plan.brief.state import BriefEditorState, desk_of, made_anew
from pages.plan.shared_promo.verdict import verdict_badge
from pages.shared.actions import FAILED, attempt, show_faults
from pages.shared.escape import plain
from pages.shared.layout import Download, download_menu
from pages.shared.screens import Screen, link
from pages.shared.session import may

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def brief_board(person: Person, project: Membership, promo: SavedPromo) -> None:
    """Everything about the brief of one promotion."""
    desk = desk_of(person, project, promo)
    locked = not may(project, Permission.PLAN_EDIT)
    state, bar = st.container(key="brief_state"), st.container(key="brief_bar")
    left, right = st.columns([5, 4], gap="medium")
    with left:
        words = ask_words(desk, locked=locked)
    with right:
        cards = ask_assets(desk, locked=locked)
    try:
        brief = words.brief([Asset(**card) for card in cards])  # type: ignore[arg-type]
    except UserError as error:
        with state:
            show_faults(error)
        brief = None
    with state:
        if desk.stale:
            _catch_up(brief, desk)
        if brief is not None:
            _show_state(brief, desk)
    with bar:
        _bar(brief, desk, project, locked)


def _catch_up(brief: CreativeBrief | None, desk: BriefEditorState) -> None:
    """Somebody else's brief takes the place of fields that nobody wrote in; else one is asked."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="brief_stale"):
        st.caption(
            ":material/update: This brief was saved by somebody else in the meantime.", width="stretch"
        )
        pressed = st.button("Open the saved one", icon=":material/open_in_full:", key="brief_reopen")
    if pressed or brief == (desk.saved or desk.opened):
        desk.clear()
        st.rerun()


def _show_state(brief: CreativeBrief, desk: BriefEditorState) -> None:
    missing = missing_elements(brief, desk.settings, desk.promo.scenario)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        verdict_badge(desk.promo.info.status)
        if missing:
            st.badge(f"{len(missing)} to mend", icon=":material/error:", color="red")
        else:
            st.badge("Nothing mandatory is missing", icon=":material/check:", color="green")
        if desk.saved is None:
            st.badge("Not saved yet", color="gray")
        elif brief != desk.saved:
            st.badge("Unsaved changes", color="orange")
        link("Open the promotion", Screen.PROMOTIONS, icon=":material/sell:", promo=desk.promo.info.id)
    for sentence in missing:
        st.warning(plain(sentence), icon=":material/error:")


def _bar(brief: CreativeBrief | None, desk: BriefEditorState, project: Membership, locked: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="brief_buttons"):
        changed = brief is not None and brief != desk.saved and not desk.stale
        pressed = not locked and st.button(
            "Save", type="primary", icon=":material/save:", key="brief_save", disabled=not changed
        )
        if pressed and brief is not None:
            _save(brief, desk)
        if brief is not None:
            head = BriefHead.of(desk.promo.scenario, project.project_name)
            download_menu(
                project, _files(brief, head), "The brief as it stands on screen.", key="brief_export"
            )
        if not locked and desk.promo.kpis is not None:
            with st.popover("Write anew", icon=":material/auto_fix_high:"):
                st.caption("Puts the brief that the promotion gives in place of yours.")
                if st.button("Write anew", key="brief_anew"):
                    made_anew(desk).put()
                    st.rerun()


def _save(brief: CreativeBrief, desk: BriefEditorState) -> None:
    saved_at: Any = attempt(_keep, desk.promo.info.id, brief, desk.seen_at, done="Brief saved")
    if saved_at is not FAILED:
        replace(desk, saved=brief, seen_at=saved_at, saved_at=saved_at).put()
        st.rerun()


def _keep(
    s: Any, person: Person, promo_id: uuid.UUID, brief: CreativeBrief, seen_at: dt.datetime
) -> dt.datetime | None:
    reviews.save_brief(s, person, promo_id, brief, seen_at=seen_at)
    return reviews.brief_saved_at(s, person, promo_id)


def _files(brief: CreativeBrief, head: BriefHead) -> list[Download]:
    name = re.sub(r"[^\w-]+", "-", head.title).strip("-_")[:60] or "brief"
    return [
        Download("PDF", f"{name}.pdf", "application/pdf", partial(brief_pdf, brief, head),
                 ":material/picture_as_pdf:"),
        Download("Word", f"{name}.docx", WORD, partial(brief_docx, brief, head), ":material/description:"),
    ]  # fmt: skip
