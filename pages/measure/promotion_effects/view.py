"""What the screen of promotion effects looks at: one learned version, and its tables kept between runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.database import session
from core.errors import UserError
from core.promo import effects
from core.promo.charts import METHOD_WORDS
from core.promo.days import ALL_GEOS, BaselineMethod
from core.promo.model_files import PromoModel
from core.promo.store import files as facts
from core.promo.store import models
from core.promo.store.models import PromoModelInfo
from core.queue.job import JobInfo
from core.queue.store.jobs import processing_jobs
from pages.plan.shared_promo.context import promo_model
from pages.shared.actions import FAILED, attempt, show_faults
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import empty_state
from pages.shared.progress import show_jobs
from pages.shared.screens import Screen, choose, chosen_id
from pages.shared.session import may

VERSION = "version"
NEWEST = "_effects_newest"


def estimate_now(project: Membership, method: str = BaselineMethod.AUTO, note: str = "") -> None:
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
        estimate_now(project)
    st.stop()


def offer_estimation(view: EffectsView, busy: bool) -> None:
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
        estimate_now(view.project, method, note or "")


def show_state(view: EffectsView) -> None:
    """What a reader must know first: newer sales, a fit that did not converge."""
    if view.behind:
        st.info(
            "The sales have changed since this version was learned. Learn again to include them.",
            icon=":material/update:",
        )
    for sentence in view.model.uplift.warnings:
        st.warning(plain(sentence), icon=":material/warning:")


def known_versions(
    person: Person, project: Membership
) -> tuple[tuple[PromoModelInfo, ...], tuple[JobInfo, ...]]:
    """The estimated versions and the project's jobs, newest first; without a version, what is missing and how
    to get it ends the run."""
    with session() as s:
        jobs = processing_jobs(s, person, project.project_id)
        known = models.promo_models(s, person, project.project_id)
        span = None if known else facts.facts_span(s, person, project.project_id)
    if known:
        return known, jobs
    if not show_jobs(jobs, project, key="effects_jobs"):
        if span is None:
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
        else:
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
                estimate_now(project)
    st.stop()


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
        format_func=lambda number: version_label(by_number[number]),
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


def version_label(info: PromoModelInfo) -> str:
    """A version in a list: its number, its day and the first words of its note."""
    note = f" · {plain(info.note[:40])}" if info.note else ""
    return f"Version {info.version} ({day(_day_of(info.created_at))}){note}"


def _day_of(at: dt.datetime) -> dt.date:
    return at.date()


@dataclass(frozen=True)
class EffectTables:
    """Everything the model says, as tidy frames; shared by all sessions, so nobody changes them."""

    curves: pd.DataFrame
    cells: pd.DataFrame
    events: pd.DataFrame
    dip: pd.DataFrame
    rivals: pd.DataFrame
    errors: pd.DataFrame
    backtest: pd.DataFrame


@dataclass(frozen=True)
class EffectsView:
    """The chosen version, its model and its tables; `geo` is the one looked at."""

    project: Membership
    info: PromoModelInfo
    model: PromoModel
    tables: EffectTables
    geo: str = ALL_GEOS

    @property
    def behind(self) -> bool:
        """Whether sales changed after this was learned."""
        return self.info.facts_changed

    @property
    def geos(self) -> tuple[str, ...]:
        """The geos the model tells apart."""
        return tuple(dict.fromkeys(self.tables.cells["geo"]))

    def of_geo(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of the geo looked at."""
        return frame[frame["geo"] == self.geo]


def view_of(project: Membership, info: PromoModelInfo) -> EffectsView:
    """The view of one learned version."""
    return EffectsView(project, info, promo_model(info), tables_of(info))


def tables_of(info: PromoModelInfo) -> EffectTables:
    """The tables of a version, computed once."""
    return _tables(info.project_id, info.cache_key, info)


@st.cache_resource(max_entries=6, show_spinner="Reading what was learned")
def _tables(project_id: int, cache_key: str, _info: PromoModelInfo) -> EffectTables:
    model = promo_model(_info)
    uplift, baseline = model.uplift, model.baseline
    return EffectTables(
        curves=effects.curve_table(uplift),
        cells=effects.cell_table(uplift),
        events=effects.event_table(uplift),
        dip=effects.dip_table(uplift.regression),
        rivals=effects.cannibalisation_table(uplift.regression),
        errors=effects.error_table(baseline),
        backtest=baseline.backtest,
    )
