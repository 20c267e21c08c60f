"""How a promotion begins: its days, and one of seven types as a starting point."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import streamlit as st

from core.promo.scenarios.draft import PromoDraft
from core.promo.scenarios.labels import TYPE_ICONS, TYPE_LINES, TYPE_NAMES
from core.promo.scenarios.scenario import ScenarioType
from core.promo.scenarios.starting_points import starting_point
from pages.plan.promotions.header import DATE_FORMAT
from pages.plan.shared_promo.context import PromoContext
from pages.plan.shared_promo.editor_state import PromoEditorState
from pages.shared.actions import user_errors

DAYS = 7


def begin(table: PromoEditorState, ground: PromoContext, prefix: str) -> None:
    """The first choice; it lays a promotion on the table."""
    st.markdown("**When should it run?**")
    with st.grid(4, min_column_width=180):
        start = st.date_input("First day", ground.next_day, format=DATE_FORMAT, key=f"{prefix}_begin_start")
        last = ground.next_day + dt.timedelta(days=DAYS - 1)
        end = st.date_input("Last day", last, format=DATE_FORMAT, key=f"{prefix}_begin_end")
    st.markdown("**Where do you want to start?**")
    picked = type_cards(f"{prefix}_begin")
    if picked is not None and lay_start(table, ground, PromoDraft("", start, end), picked):
        st.rerun()


def start_over(table: PromoEditorState, draft: PromoDraft, ground: PromoContext, prefix: str) -> None:
    """The button that puts the lines of another starting point in place of those on the table."""
    with st.popover("Suggest lines", icon=":material/auto_fix_high:", key=f"{prefix}_suggest"):
        st.caption("Puts the lines of a starting point in place of yours; name and days stay.")
        picked = type_cards(f"{prefix}_suggest", columns=1, width=320)
    if picked is not None and lay_start(table, ground, draft, picked):
        st.rerun()


def type_cards(key: str, columns: int = 4, width: int = 220) -> ScenarioType | None:
    """The seven types, one line each; the one whose button was pressed."""
    picked = None
    with st.grid(columns, min_column_width=width, key=f"{key}_types"):
        for kind in ScenarioType:
            with st.container(border=True, height="stretch", gap="xsmall"):
                pressed = st.button(
                    TYPE_NAMES[kind], icon=TYPE_ICONS[kind], key=f"{key}_{kind}", width="stretch"
                )
                st.caption(TYPE_LINES[kind])
            picked = kind if pressed else picked
    return picked


def lay_start(table: PromoEditorState, ground: PromoContext, draft: PromoDraft, kind: ScenarioType) -> bool:
    """Put the starting point of a type on the table; False where it was refused, with the reason shown."""
    with user_errors() as outcome:
        made = PromoDraft.of(
            starting_point(
                kind, draft.start, draft.end, ground.cells_of(draft.geo), ground.settings,
                ground.model.uplift, baseline=ground.model.baseline, geo=draft.geo, label=draft.label,
            )
        )  # fmt: skip
        table.lay(replace(made, legal_text=draft.legal_text))
    return not outcome.failed
