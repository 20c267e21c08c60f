"""Which learned version is looked at; without any, the way to the first one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import streamlit as st

from core.access import Membership, Permission, Person
from core.database import session
from core.promo.store import files as facts
from core.promo.store import models
from core.promo.store.models import PromoModelInfo
from pages.measure.promotion_effects.estimation import learn_now
from pages.measure.promotion_effects.view import EffectsView
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import empty_state
from pages.shared.progress import jobs_of, show_jobs
from pages.shared.screens import Screen, choose, chosen_id
from pages.shared.session import may

VERSION = "version"
NEWEST = "_effects_newest"


def known_versions(person: Person, project: Membership) -> tuple[PromoModelInfo, ...]:
    """The learned versions, newest first; without any, what is missing and the way to it ends the run."""
    with session() as s:
        known = models.promo_models(s, person, project.project_id)
        span = None if known else facts.facts_span(s, person, project.project_id)
    if known:
        return known
    if not show_jobs(jobs_of(person, project.project_id), project, key="effects_jobs"):
        if span is None:
            _no_sales(project)
        else:
            _nothing_learned(project)
    st.stop()


def _no_sales(project: Membership) -> None:
    uploads = may(project, Permission.DATASET_UPLOAD)
    empty_state(
        "Promotion effects are learned from sales",
        "Bring daily sales by department and sales channel with the promotions marked."
        if uploads
        else "Nobody has brought sales to this project yet.",
        icon=":material/storefront:",
        button="Upload sales" if uploads else None,
        screen=Screen.UPLOAD,
        key="effects_no_sales",
    )


def _nothing_learned(project: Membership) -> None:
    learns = may(project, Permission.MODEL_TRAIN)
    pressed = empty_state(
        "The sales are there, nothing is learned from them yet",
        "Learning takes about a minute."
        if learns
        else "Somebody who may train models has to let the planner learn.",
        icon=":material/model_training:",
        button="Learn promotion effects" if learns else None,
        key="effects_nothing_learned",
    )
    if pressed:
        learn_now(project)


def choose_version(known: tuple[PromoModelInfo, ...]) -> PromoModelInfo:
    """The version in the address, else the newest; a newer one that arrives meanwhile comes first."""
    by_number = {int(info.version): info for info in known}
    newest, asked = next(iter(by_number)), chosen_id(VERSION)
    if st.session_state.get("effects_version") not in by_number:
        st.session_state["effects_version"] = asked if asked in by_number else newest
    elif st.session_state.get(NEWEST) not in (None, newest):
        st.session_state["effects_version"] = newest
    st.session_state[NEWEST] = newest
    picked = st.selectbox(
        "Version",
        list(by_number),
        format_func=lambda number: version_words(by_number[number]),
        key="effects_version",
        width=280,
    )
    choose(VERSION, None if by_number[picked] is known[0] else picked)
    return by_number[picked]


def choose_geo(view: EffectsView) -> EffectsView:
    """The view of one geo; a choice only where the sales tell several apart."""
    if len(view.geos) == 1:
        return replace(view, geo=view.geos[0])
    geo = st.selectbox("Geo", view.geos, format_func=plain, key="effects_geo", width=200)
    return replace(view, geo=geo)


def version_words(info: PromoModelInfo) -> str:
    """A version in a list: its number, its day and the first words of its note."""
    note = f" · {plain(info.note[:40])}" if info.note else ""
    return f"Version {info.version} ({day(_day_of(info.created_at))}){note}"


def _day_of(at: dt.datetime) -> dt.date:
    return at.date()
