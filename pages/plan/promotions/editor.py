"""The promotion builder: the promotion on top, its KPIs and verdict below, computed at every change."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import streamlit as st

from core.access import Membership
from core.errors import UserError
from core.promo.scenarios.draft import PromoDraft
from core.promo.scenarios.labels import TYPE_ICONS, TYPE_LINES, TYPE_NAMES
from core.promo.scenarios.outcome import ScenarioOutcome
from core.promo.scenarios.scenario import PromoScenario, ScenarioType
from core.promo.scenarios.starting_points import starting_point
from core.promo.scenarios.verdict import Issue
from pages.plan.promotions.fields import DATE_FORMAT, apply_edits, ask_header, edit_lines
from pages.plan.promotions.outcome import show_lines, show_side_effects
from pages.plan.promotions.save import save_buttons, show_name
from pages.plan.promotions.search import show_search
from pages.plan.shared_promo.context import PromoContext, promo_context, show_outdated
from pages.plan.shared_promo.editor_state import PromoEditorState
from pages.plan.shared_promo.kpis import downloads, show_breakdown, show_kpis, show_verdict
from pages.shared.access import open_screen
from pages.shared.actions import show_faults, user_errors
from pages.shared.copy_link import copy_address
from pages.shared.escape import plain
from pages.shared.layout import download_menu
from pages.shared.screens import Screen, go

FIRST_DURATION_DAYS = 7
NOT_SAVED = "Save the promotion first."
NOT_YET = "Possible once sales of its days are there."


@st.fragment
def promo_editor(state: PromoEditorState) -> None:
    """Everything about the promotion in the editor."""
    # A fragment runs by itself: who was signed out, or lost the project, must not go on here.
    visit = open_screen(Screen.PROMOTIONS)
    person, project = visit.person, visit.project
    context = promo_context(person, project)
    prefix = f"promo_{project.project_id}_{state.subject}_{state.round}"
    apply_edits(state, prefix)
    draft, outcome, faults = state.draft, None, None
    show_outdated(context)
    if draft is None:
        choose_start(state, context, prefix)
        return
    try:
        outcome = context.evaluator.draft_outcome(draft)
        faults = UserError(outcome.left_out) if outcome.left_out else None
    except UserError as error:
        faults = error
    with st.container(horizontal=True, vertical_alignment="center", key="promo_top"):
        with st.container(width="stretch"):
            show_name(state, draft, outcome)
        save_buttons(person, project, state, outcome)
    with st.container(border=True, key="promo_question"):
        ask_header(state, draft, context, prefix)
        edit_lines(draft, context, prefix)
        replace_lines(state, draft, context, prefix)
    # A place of its own, empty or not: what comes and goes above a widget would take it from the hand.
    with st.container(key="promo_faults", gap="xsmall"):
        if faults is not None:
            show_faults(faults)
    if outcome is not None:
        # What is folded open below stays so when the promotion is replaced.
        show_outcome(project, state, outcome, context, f"promo_{project.project_id}")


def show_outcome(
    project: Membership, state: PromoEditorState, outcome: ScenarioOutcome, context: PromoContext, key: str
) -> None:
    """KPIs, verdict and what follows from them."""

    def adopt(scenario: PromoScenario) -> None:
        """Edit a promotion that was made from this one; lines still half typed stay, and so does no name."""
        draft, made = state.draft, PromoDraft.of(scenario)
        unfinished = tuple(line for line in draft.lines if not line.complete) if draft else ()
        label = draft.label if draft and not draft.label.strip() else made.label
        state.restart(replace(made, label=label, lines=(*made.lines, *unfinished)))

    def fix(issues: tuple[Issue, ...]) -> None:
        one = context.evaluator.fixed(outcome.scenario, issues[0]) if len(issues) == 1 else None
        adopt(one or context.evaluator.all_fixed(outcome))

    show_kpis(outcome.kpis, context.wording)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        show_verdict(outcome.verdict, fix, key)
    with right, st.container(border=True, key=f"{key}_details", height="stretch"):
        show_breakdown(outcome.kpis, context.wording, key)
        for note in outcome.kpis.notes:
            st.caption(f":material/info: {plain(note)}")
    show_next_steps(project, state, outcome, context.last_day, key)
    show_lines(outcome.kpis, context, key)
    show_side_effects(outcome.kpis, context.wording)
    show_search(outcome, context, adopt, key)


def show_next_steps(
    project: Membership, state: PromoEditorState, outcome: ScenarioOutcome, last_day: dt.date, key: str
) -> None:
    """One row of buttons: files, link, brief and post-mortem; a blocked promotion's brief asks first."""
    saved_id = state.saved.info.id if state.saved else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_next_steps"):
        files = downloads(outcome.scenario, outcome.kpis, outcome.verdict)
        download_menu(project, files, "Figures with their 90 % intervals.", key=f"{key}_export")
        if saved_id is not None:
            copy_address(f"promo_link_{saved_id}", project=project.project_id, promo=saved_id)
        reason = NOT_SAVED if saved_id is None or state.unsaved else ""
        label, icon = "Creative brief", ":material/edit_note:"
        if reason or not outcome.blocked:
            if st.button(label, icon=icon, key="promo_brief", disabled=bool(reason), help=reason or None):
                go(Screen.BRIEF, promo=saved_id)
        else:
            with st.popover(label, icon=icon, key="promo_brief_blocked"):
                st.markdown("**This promotion is blocked.** Whoever gets the brief may take it for agreed.")
                if st.button("Write the brief nevertheless", key="promo_brief_anyway"):
                    go(Screen.BRIEF, promo=saved_id)
        late = reason or (NOT_YET if outcome.scenario.start > last_day else "")
        if st.button(
            "Post-mortem", icon=":material/fact_check:", key="promo_post_mortem", disabled=bool(late),
            help=late or None,
        ):  # fmt: skip
            go(Screen.POST_MORTEM, promo=saved_id)


def choose_start(state: PromoEditorState, context: PromoContext, prefix: str) -> None:
    """The first choice, days and starting point, which fills the editor."""
    st.markdown("**When should it run?**")
    with st.grid(4, min_column_width=180):
        start = st.date_input("First day", context.next_day, format=DATE_FORMAT, key=f"{prefix}_begin_start")
        last = context.next_day + dt.timedelta(days=FIRST_DURATION_DAYS - 1)
        end = st.date_input("Last day", last, format=DATE_FORMAT, key=f"{prefix}_begin_end")
    st.markdown("**Where do you want to start?**")
    picked = type_cards(f"{prefix}_begin")
    if picked is not None and use_starting_point(state, context, PromoDraft("", start, end), picked):
        st.rerun()


def replace_lines(state: PromoEditorState, draft: PromoDraft, context: PromoContext, prefix: str) -> None:
    """The button that replaces the lines by those of another starting point."""
    with st.popover("Suggest lines", icon=":material/auto_fix_high:", key=f"{prefix}_suggest"):
        st.caption("Puts the lines of a starting point in place of yours; name and days stay.")
        picked = type_cards(f"{prefix}_suggest", columns=1, width=320)
    if picked is not None and use_starting_point(state, context, draft, picked):
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


def use_starting_point(
    state: PromoEditorState, context: PromoContext, draft: PromoDraft, kind: ScenarioType
) -> bool:
    """Fill the editor with a type's starting point; False where it was refused, with the reason shown."""
    with user_errors() as refused:
        made = PromoDraft.of(
            starting_point(
                kind, draft.start, draft.end, context.cells_of(draft.geo), context.settings,
                context.model.uplift, baseline=context.model.baseline, geo=draft.geo, label=draft.label,
            )
        )  # fmt: skip
        state.restart(replace(made, legal_text=draft.legal_text))
    return not refused.failed
