"""What a promotion is computed from: what was learned, the settings, and the words for them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.charts.formats import Wording
from core.database import session
from core.promo.days import ALL_GEOS, Cell
from core.promo.model_files import PromoModel
from core.promo.scenarios.scenario import ALL_SEGMENTS
from core.promo.scenarios.settings import PromoSettings
from core.promo.store import files as facts
from core.promo.store import models, reference
from core.promo.store.models import PromoModelInfo
from core.queue.store import jobs as job_store
from pages.plan.shared_promo.cached import promo_model
from pages.shared.layout import empty_state
from pages.shared.screens import Screen, link
from pages.shared.session import may


@dataclass(frozen=True)
class PromoContext:
    """The newest model of the project with its settings."""

    info: PromoModelInfo
    model: PromoModel
    settings: PromoSettings
    wording: Wording

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Where the shop sells."""
        return self.model.baseline.days.cells

    def cells_of(self, geo: str) -> tuple[Cell, ...]:
        """Where the shop sells in one geo, or in all of them."""
        return tuple(cell for cell in self.cells if geo in (ALL_GEOS, cell.geo))

    @property
    def departments(self) -> tuple[str, ...]:
        """Every department once, in order."""
        return tuple(sorted({cell.department for cell in self.cells}))

    @property
    def channels(self) -> tuple[str, ...]:
        """Every sales channel once, in order."""
        return tuple(sorted({cell.channel for cell in self.cells}))

    @property
    def geos(self) -> tuple[str, ...]:
        """All together first, then each geo where there are several."""
        several = sorted({cell.geo for cell in self.cells} - {ALL_GEOS})
        return (ALL_GEOS, *several)

    @property
    def segments(self) -> tuple[str, ...]:
        """Everybody, then each known segment."""
        table = self.settings.segments
        return (ALL_SEGMENTS, *(table["segment_id"].astype(str) if table is not None else ()))

    @property
    def last_day(self) -> dt.date:
        """The last day with sales."""
        last: pd.Timestamp = self.model.baseline.days.dates[-1]
        return last.date()

    @property
    def next_day(self) -> dt.date:
        """The first day without sales yet."""
        return self.last_day + dt.timedelta(days=1)


def ground_of(person: Person, project: Membership) -> PromoContext:
    """What promotions of the project are computed from; where something is missing, the way to it ends the
    run."""
    with session() as s:
        known = models.promo_models(s, person, project.project_id)
        settings = reference.promo_settings(s, person, project.project_id)
    if not known:
        _nothing_learned(person, project)
        st.stop()
    return PromoContext(known[0], promo_model(known[0]), settings, wording_of(project))


def wording_of(project: Membership) -> Wording:
    """The project's words for money."""
    return Wording(currency=project.currency)


def show_behind(ground: PromoContext) -> None:
    """Says that sales came after what was learned, with the way to learning again."""
    if ground.info.facts_changed:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="promo_behind"):
            st.caption(":material/update: The sales changed after this was learned.", width="stretch")
            link("Learn again", Screen.PROMO_EFFECTS, icon=":material/model_training:")


def _nothing_learned(person: Person, project: Membership) -> None:
    with session() as s:
        span = facts.facts_span(s, person, project.project_id)
        jobs = job_store.processing_jobs(s, person, project.project_id)
    if any(job.active for job in jobs):
        empty_state(
            "The planner is at work on the sales",
            "Files are read and promotions learned in a minute or two; this screen can then be used.",
            icon=":material/hourglass_top:", button="See how far it is", screen=Screen.SALES,
            key="promo_at_work",
        )  # fmt: skip
        return
    if span is None:
        empty_state(
            "Promotions need sales",
            "Bring daily sales by department and sales channel: from them the planner learns what sells "
            "without a promotion and what a discount adds.",
            icon=":material/storefront:", button="Add sales files", screen=Screen.SALES, key="promo_no_sales",
        )  # fmt: skip
        return
    learns = may(project, Permission.MODEL_TRAIN)
    empty_state(
        "What promotions bring is not learned yet",
        "The sales are there; learning from them takes about a minute."
        if learns else "The sales are there; somebody who may train models has to let the planner learn.",
        icon=":material/model_training:", button="Go to promotion effects", screen=Screen.PROMO_EFFECTS,
        key="promo_no_model",
    )  # fmt: skip


def known_cells(person: Person, project: Membership) -> tuple[Cell, ...]:
    """Where the shop sells, as the newest model knows it; nowhere before one was learned."""
    with session() as s:
        known = models.promo_models(s, person, project.project_id)
    return promo_model(known[0]).baseline.days.cells if known else ()
