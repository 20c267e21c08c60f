"""Learning again: the button, what it may be told, and what the screen says of the fit."""

from __future__ import annotations

import streamlit as st

from core.access import Membership, Permission
from core.errors import UserError
from core.promo.charts import METHOD_WORDS
from core.promo.days import BaselineMethod
from core.promo.store import models
from core.promo.store.models import PromoModelInfo
from pages.measure.promotion_effects.view import EffectsView, view_of
from pages.shared.actions import FAILED, attempt, show_faults
from pages.shared.escape import plain
from pages.shared.session import may


def learn_now(project: Membership, method: str = BaselineMethod.AUTO, note: str = "") -> None:
    """Hand the work over; the screen runs again and shows it."""
    done = attempt(
        models.estimate, project.project_id, method=str(method), note=note, done="Learning has begun"
    )
    if done is not FAILED:
        st.rerun()


def readable_view(project: Membership, info: PromoModelInfo, busy: bool) -> EffectsView:
    """The view of a version; when its files are damaged, says so, offers to learn anew, ends the run."""
    try:
        return view_of(project, info)
    except UserError as error:
        show_faults(error)
    offered = may(project, Permission.MODEL_TRAIN) and not busy
    if offered and st.button(
        "Learn a new version", type="primary", icon=":material/model_training:", key="learn_anew"
    ):
        learn_now(project)
    st.stop()


def learn_again(view: EffectsView, busy: bool) -> None:
    """The button that opens onto the choices of a new version."""
    allowed = may(view.project, Permission.MODEL_TRAIN)
    reason = None if allowed else "Your role in this project does not train models."
    reason = "Learning is under way." if busy and allowed else reason
    if reason:
        st.button(
            "Learn again", icon=":material/model_training:", disabled=True, help=reason, key="learn_closed"
        )
        return
    kind = "primary" if view.behind else "secondary"
    with st.popover("Learn again", icon=":material/model_training:", type=kind, width="content"):
        method = st.selectbox(
            "Baseline",
            list(BaselineMethod),
            format_func=lambda name: METHOD_WORDS[name],
            key="learn_method",
            help="Automatic takes the method that forecast the past better.",
        )
        note = st.text_input("Note", max_chars=120, key="learn_note", placeholder="Why, in a few words")
        pressed = st.button("Learn", type="primary", key="learn_again", width="stretch")
    if pressed:
        learn_now(view.project, method, note or "")


def show_state(view: EffectsView) -> None:
    """What a reader must know first: newer sales, a fit that did not converge."""
    if view.behind:
        st.info(
            "The sales have changed since this version was learned. Learn again to include them.",
            icon=":material/update:",
        )
    for sentence in view.model.uplift.warnings:
        st.warning(plain(sentence), icon=":material/warning:")
