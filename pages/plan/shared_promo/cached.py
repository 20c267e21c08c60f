"""What promotion screens stand on, kept between runs: keyed by project and content, bounded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.access import Person
from core.database import session
from core.promo.effects import cell_table, curve_table, event_table
from core.promo.model_files import PromoModel
from core.promo.opportunities.gap import gap
from core.promo.opportunities.heat_map import heat_map
from core.promo.opportunities.opportunities import opportunities
from core.promo.scenarios.best_discounts import BestDeal, DiscountFrontierPoint, best_discounts, frontier
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.settings import PromoSettings
from core.promo.store import files as facts
from core.promo.store import models
from core.promo.store.models import PromoModelInfo
from pages.plan.shared_promo.month import Discovered, MonthAsked

if TYPE_CHECKING:
    from pages.plan.shared_promo.context import PromoContext

Caps = Mapping[str, float]


def promo_model(info: PromoModelInfo) -> PromoModel:
    """The learned model: baseline and uplift; shared by all sessions, so nobody changes it."""
    return _model(info.project_id, info.cache_key, info)


def sales_frame(person: Person, project_id: int) -> pd.DataFrame:
    """The project's sales facts as they are now; shared by all sessions, so nobody changes it."""
    with session() as s:
        key = facts.facts_key(s, person, project_id)
    return _sales(project_id, key, person)


def forecast(info: PromoModelInfo, start: dt.date, end: dt.date) -> pd.DataFrame:
    """What would be sold from `start` to `end` without promotions, by day and cell; nobody changes it."""
    return _forecast(info.project_id, info.cache_key, start, end, info)


def curves(info: PromoModelInfo) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Uplift by discount, the past promotions as points, and how deep each cell ever went; nobody changes
    them."""
    return _curves(info.project_id, info.cache_key, info)


def rules_of(settings: PromoSettings) -> list[Any]:
    """What the settings say, the table of segments included: a part of the key of whatever they decide."""
    table = settings.segments
    return [settings.to_json(), None if table is None else table.to_json(orient="split")]


def best_deal(
    ground: PromoContext, scenario: PromoScenario, goal: str, floor_pct: float, caps: Caps
) -> BestDeal:
    """The best discounts of the scenario's lines for a goal. UserError as in core."""
    asked = [scenario.to_json(), goal, floor_pct, caps, *rules_of(ground.settings)]
    return _best_deal(ground.info.project_id, ground.info.cache_key, asked, ground, scenario)


def frontier_points(
    ground: PromoContext, scenario: PromoScenario, caps: Caps
) -> tuple[DiscountFrontierPoint, ...]:
    """The efficient discounts of the scenario's lines, from most margin to most sales."""
    asked = [scenario.to_json(), caps, *rules_of(ground.settings)]
    return _frontier(ground.info.project_id, ground.info.cache_key, asked, ground, scenario)


def discovered(person: Person, ground: PromoContext, asked: MonthAsked) -> Discovered:
    """What a month lacks and what could close it. UserError as in core."""
    with session() as s:
        key = facts.facts_key(s, person, ground.info.project_id)
    words = [key, asked.month, asked.geo, asked.targets.to_json(), *rules_of(ground.settings)]
    planned = [kpis.to_json() for kpis in asked.planned]
    return _discovered(
        ground.info.project_id, ground.info.cache_key, [*words, planned], person, ground, asked
    )


@st.cache_resource(max_entries=6, show_spinner="Opening what was learned")
def _model(project_id: int, cache_key: str, _info: PromoModelInfo) -> PromoModel:
    return models.load(_info)


@st.cache_resource(max_entries=6, show_spinner="Reading the sales")
def _sales(project_id: int, facts_key: str, _person: Person) -> pd.DataFrame:
    with session() as s:
        return facts.sales(s, _person, project_id)


@st.cache_resource(max_entries=48, show_spinner="Forecasting without promotions")
def _forecast(
    project_id: int, cache_key: str, start: dt.date, end: dt.date, _info: PromoModelInfo
) -> pd.DataFrame:
    return promo_model(_info).baseline.forecast(start, end)


@st.cache_resource(max_entries=6, show_spinner="Drawing the curves")
def _curves(
    project_id: int, cache_key: str, _info: PromoModelInfo
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    uplift = promo_model(_info).uplift
    return curve_table(uplift), event_table(uplift), cell_table(uplift)


@st.cache_data(max_entries=64, show_spinner="Searching the best discounts")
def _best_deal(
    project_id: int, cache_key: str, asked: list[Any], _ground: PromoContext, _scenario: PromoScenario
) -> BestDeal:
    expected = forecast(_ground.info, _scenario.start, _scenario.end)
    _, goal, floor_pct, caps, *_ = asked
    model = _ground.model
    return best_discounts(
        _scenario, model.baseline, model.uplift, _ground.settings, goal=goal, margin_floor_pct=floor_pct,
        caps=caps, forecast=expected,
    )  # fmt: skip


@st.cache_data(max_entries=64, show_spinner="Drawing the frontier")
def _frontier(
    project_id: int, cache_key: str, asked: list[Any], _ground: PromoContext, _scenario: PromoScenario
) -> tuple[DiscountFrontierPoint, ...]:
    expected = forecast(_ground.info, _scenario.start, _scenario.end)
    model = _ground.model
    return frontier(
        _scenario, model.baseline, model.uplift, _ground.settings, caps=asked[1], forecast=expected
    )


@st.cache_resource(max_entries=24, show_spinner="Looking for opportunities")
def _discovered(
    project_id: int,
    cache_key: str,
    words: list[Any],
    _person: Person,
    _ground: PromoContext,
    _asked: MonthAsked,
) -> Discovered:
    sales, model = sales_frame(_person, project_id), _ground.model
    where = sales, _asked.targets, _asked.month, _asked.geo, model.baseline
    planned, settings = _asked.planned, _ground.settings
    return Discovered(
        gap(*where, planned),
        heat_map(*where, model.uplift, settings, planned=planned),
        opportunities(*where, model.uplift, settings, planned=planned),
    )
