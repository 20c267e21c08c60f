"""What promotion screens stand on, kept between runs: keyed by project and content, bounded."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from core.access import Person
from core.promo.effects import cell_table, curve_table, event_table
from core.promo.fitted import PromoModel
from core.promo.keeping.facts import store as facts
from core.promo.keeping.models import store as models
from core.promo.keeping.models.model_info import PromoModelInfo
from core.store import session


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
