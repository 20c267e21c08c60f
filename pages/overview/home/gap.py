"""The month's gap to its target in a few words, for the home screen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from core.access import Membership, Person
from core.charts.formats import Wording
from core.database import session
from core.errors import UserError
from core.promo.days import ALL_GEOS
from core.promo.opportunities.gap import gap
from core.promo.opportunities.values import Gap, month_words
from core.promo.scenarios.kpis import PromoKpis
from core.promo.store import reference
from core.promo.store.models import PromoModelInfo
from pages.plan.shared_promo.cached import promo_model, sales_frame
from pages.plan.shared_promo.month import months_of, planned_in

MONTH = "month"


def gap_words(
    person: Person, project: Membership, info: PromoModelInfo, last_on: dt.date
) -> tuple[str, str, str] | None:
    """(month as YYYY-MM, the gap in words, what it stands on); None without a target or where none can be
    reckoned."""
    with session() as s:
        targets = reference.targets(s, person, project.project_id)
    if targets.empty:
        return None
    month = months_of(targets, last_on + dt.timedelta(days=1))[1]
    planned = planned_in(person, project, month, ALL_GEOS)
    try:
        found = _gap(person, info, targets, month, planned)
    except UserError:
        # The screen of opportunities says why; home only leaves the figure out.
        return None
    return _told(found, month, Wording(currency=project.currency), len(planned))


def _told(found: Gap, month: str, wording: Wording, planned: int) -> tuple[str, str, str] | None:
    missing = found.sales_value.gap
    if missing is None:
        return None
    name = month_words(month)
    amount = wording.money(abs(missing))
    words = f"{amount} short of {name}'s target" if missing < 0 else f"{amount} above {name}'s target"
    return month, words, _note(found, planned)


def _note(found: Gap, planned: int) -> str:
    if found.first_on is None:
        return "The month is over; later ones have no target"
    if not planned:
        return "No promotion is planned in it yet"
    return f"With {planned} planned promotion{'' if planned == 1 else 's'}"


def _gap(
    person: Person,
    info: PromoModelInfo,
    targets: pd.DataFrame,
    month: str,
    planned: tuple[PromoKpis, ...],
) -> Gap:
    asked = [info.facts_changed, month, targets.to_json(), [kpis.to_json() for kpis in planned]]
    return _kept_gap(info.project_id, info.cache_key, asked, person, info, targets, planned)


@st.cache_data(max_entries=32, ttl=600, show_spinner=False)
def _kept_gap(
    project_id: int,
    cache_key: str,
    asked: list[Any],
    _person: Person,
    _info: PromoModelInfo,
    _targets: pd.DataFrame,
    _planned: tuple[PromoKpis, ...],
) -> Gap:
    sales = sales_frame(_person, project_id)
    return gap(sales, _targets, str(asked[1]), ALL_GEOS, promo_model(_info).baseline, _planned)
