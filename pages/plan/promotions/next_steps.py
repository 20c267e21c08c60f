"""Where a promotion goes from here: its files, its link, the brief, the post-mortem."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from core.access import Membership
from pages.plan.promotions.figures import ScenarioFigures
from pages.plan.shared_promo.editor_state import PromoEditorState
from pages.plan.shared_promo.export import downloads
from pages.shared.copy_link import copy_address
from pages.shared.layout import download_menu
from pages.shared.screens import Screen, go

NOT_SAVED = "Save the promotion first."
NOT_YET = "Possible once sales of its days are there."


def show_way_on(
    project: Membership, table: PromoEditorState, figures: ScenarioFigures, last_day: dt.date, key: str
) -> None:
    """One row of buttons below the answer."""
    kept = table.kept
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_way_on"):
        files = downloads(figures.scenario, figures.kpis, figures.verdict)
        download_menu(project, files, "Figures with their 90 % intervals.", key=f"{key}_export")
        if kept is not None:
            copy_address(f"promo_link_{kept.info.id}", project=project.project_id, promo=kept.info.id)
        reason = NOT_SAVED if kept is None or table.unsaved else ""
        _to_brief(table, figures, reason)
        late = reason or (NOT_YET if figures.scenario.start > last_day else "")
        if st.button(
            "Post-mortem", icon=":material/fact_check:", key="promo_post_mortem", disabled=bool(late),
            help=late or None,
        ):  # fmt: skip
            go(Screen.POST_MORTEM, promo=kept.info.id if kept else None)


def _to_brief(table: PromoEditorState, figures: ScenarioFigures, reason: str) -> None:
    """The way to the brief; a blocked promotion takes it only after a word."""
    words, icon = "Creative brief", ":material/edit_note:"
    target = table.kept.info.id if table.kept else None
    if reason or not figures.blocked:
        if st.button(words, icon=icon, key="promo_brief", disabled=bool(reason), help=reason or None):
            go(Screen.BRIEF, promo=target)
        return
    with st.popover(words, icon=icon, key="promo_brief_blocked"):
        st.markdown("**This promotion is blocked.** Whoever gets the brief may take it for agreed.")
        if st.button("Write the brief nevertheless", key="promo_brief_anyway"):
            go(Screen.BRIEF, promo=target)
