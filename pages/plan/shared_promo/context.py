"""What promotion screens compute from: the newest model, the settings, and results cached between runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.charts.formats import Wording
from core.database import session
from core.json_values import to_json
from core.promo.days import ALL_GEOS, Cell
from core.promo.effects import cell_table, curve_table, event_table
from core.promo.model_files import PromoModel
from core.promo.opportunities.gap import gap
from core.promo.opportunities.heat_map import heat_map
from core.promo.opportunities.opportunities import opportunities
from core.promo.opportunities.planned import Discovered, MonthAsked
from core.promo.scenarios.best_discounts import BestDeal, DiscountFrontierPoint, best_discounts, frontier
from core.promo.scenarios.outcome import Evaluator
from core.promo.scenarios.scenario import ALL_SEGMENTS, PromoScenario
from core.promo.scenarios.settings import PromoSettings
from core.promo.store import files, models, reference
from core.promo.store.models import PromoModelInfo
from core.queue.store import jobs as job_store
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
    def evaluator(self) -> Evaluator:
        """What computes the outcome of a promotion."""
        return Evaluator(self.model, self.settings, partial(forecast, self.info))

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


def promo_context(person: Person, project: Membership) -> PromoContext:
    """What promotions of the project are computed from; where something is missing, the way to it ends the
    run."""
    with session() as s:
        known = models.promo_models(s, person, project.project_id)
        settings = reference.promo_settings(s, person, project.project_id)
    if not known:
        _show_what_is_missing(person, project)
        st.stop()
    return PromoContext(known[0], promo_model(known[0]), settings, Wording(currency=project.currency))


def show_outdated(context: PromoContext) -> None:
    """Says that the sales changed after the model was estimated, with the way to a new estimation."""
    if context.info.facts_changed:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="promo_behind"):
            st.caption(":material/update: The sales changed after this was learned.", width="stretch")
            link("Learn again", Screen.PROMO_EFFECTS, icon=":material/model_training:")


def _show_what_is_missing(person: Person, project: Membership) -> None:
    with session() as s:
        span = files.facts_span(s, person, project.project_id)
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
    trains = may(project, Permission.MODEL_TRAIN)
    empty_state(
        "What promotions bring is not learned yet",
        "The sales are there; learning from them takes about a minute."
        if trains else "The sales are there; somebody who may train models has to let the planner learn.",
        icon=":material/model_training:", button="Go to promotion effects", screen=Screen.PROMO_EFFECTS,
        key="promo_no_model",
    )  # fmt: skip


def known_cells(person: Person, project: Membership) -> tuple[Cell, ...]:
    """Where the shop sells, as the newest model knows it; nowhere before one was estimated."""
    with session() as s:
        known = models.promo_models(s, person, project.project_id)
    return promo_model(known[0]).baseline.days.cells if known else ()


# What follows is cached and shared by all sessions, so nobody changes it. A model is known by its project and
# content; settings by all they say, the table of segments included.
def settings_key(settings: PromoSettings) -> list[Any]:
    """What the settings say: part of the key of whatever they decide."""
    table = settings.segments
    return [to_json(settings), None if table is None else table.to_json(orient="split")]


def _model_key(info: PromoModelInfo) -> tuple[int, str]:
    return info.project_id, info.cache_key


KEYS: dict[str | type, Any] = {
    PromoModelInfo: _model_key,
    PromoContext: lambda context: (*_model_key(context.info), settings_key(context.settings)),
    PromoScenario: to_json,
}


@st.cache_resource(max_entries=6, show_spinner="Opening what was learned", hash_funcs=KEYS)
def promo_model(info: PromoModelInfo) -> PromoModel:
    """The estimated model: baseline and uplift."""
    return models.load(info)


def sales_frame(person: Person, project_id: int) -> pd.DataFrame:
    """The project's sales as they are now."""
    with session() as s:
        key = files.facts_key(s, person, project_id)
    return _sales(project_id, key, person)


@st.cache_resource(max_entries=6, show_spinner="Reading the sales")
def _sales(project_id: int, key: str, _person: Person) -> pd.DataFrame:
    with session() as s:
        return files.sales(s, _person, project_id)


@st.cache_resource(max_entries=48, show_spinner="Forecasting without promotions", hash_funcs=KEYS)
def forecast(info: PromoModelInfo, start: dt.date, end: dt.date) -> pd.DataFrame:
    """What would be sold from `start` to `end` without promotions, by day and cell."""
    return promo_model(info).baseline.forecast(start, end)


@st.cache_resource(max_entries=6, show_spinner="Drawing the curves", hash_funcs=KEYS)
def curves(info: PromoModelInfo) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Uplift by discount, the past promotions as points, and the deepest discount of each cell."""
    uplift = promo_model(info).uplift
    return curve_table(uplift), event_table(uplift), cell_table(uplift)


@st.cache_data(max_entries=64, show_spinner="Searching the best discounts", hash_funcs=KEYS)
def best_deal(
    context: PromoContext, scenario: PromoScenario, goal: str, floor_pct: float, caps: Mapping[str, float]
) -> BestDeal:
    """The best discounts of the scenario's lines for a goal. UserError as in core."""
    return best_discounts(
        scenario, context.model.baseline, context.model.uplift, context.settings, goal=goal,
        margin_floor_pct=floor_pct, caps=caps, forecast=forecast(context.info, scenario.start, scenario.end),
    )  # fmt: skip


@st.cache_data(max_entries=64, show_spinner="Drawing the frontier", hash_funcs=KEYS)
def frontier_points(
    context: PromoContext, scenario: PromoScenario, caps: Mapping[str, float]
) -> tuple[DiscountFrontierPoint, ...]:
    """The efficient discounts of the scenario's lines, from most margin to most sales."""
    return frontier(
        scenario, context.model.baseline, context.model.uplift, context.settings, caps=caps,
        forecast=forecast(context.info, scenario.start, scenario.end),
    )  # fmt: skip


def discovered(person: Person, context: PromoContext, month: MonthAsked) -> Discovered:
    """What a month lacks and what could close it. UserError as in core."""
    with session() as s:
        sales_key = files.facts_key(s, person, context.info.project_id)
    planned = [to_json(kpis) for kpis in month.planned]
    key = [sales_key, month.month, month.geo, month.targets.to_json(), planned]
    return _discovered(context, key, person, month)


@st.cache_resource(max_entries=24, show_spinner="Looking for opportunities", hash_funcs=KEYS)
def _discovered(context: PromoContext, key: list[Any], _person: Person, _month: MonthAsked) -> Discovered:
    sales, model = sales_frame(_person, context.info.project_id), context.model
    where = sales, _month.targets, _month.month, _month.geo, model.baseline
    planned, settings = _month.planned, context.settings
    return Discovered(
        gap(*where, planned),
        heat_map(*where, model.uplift, settings, planned=planned),
        opportunities(*where, model.uplift, settings, planned=planned),
    )
