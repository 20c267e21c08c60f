"""Promotions on the home screen: how far a project is with them, and which step comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.charts.formats import Wording
from core.database import session
from core.errors import UserError
from core.promo.charts import sales_by_week
from core.promo.days import ALL_GEOS
from core.promo.ingest.file_info import FactsSpan
from core.promo.opportunities.gap import gap
from core.promo.opportunities.values import Gap, month_words
from core.promo.scenarios.kpis import PromoKpis
from core.promo.store import files as facts
from core.promo.store import models, reference
from core.promo.store import scenarios as promotions
from core.promo.store.models import PromoModelInfo
from core.promo.store.scenarios import PromoInfo
from core.queue.store import jobs as job_store
from pages.data.sales.glance import promotion_days
from pages.overview.home.steps import Step, step_card
from pages.plan.shared_promo.cached import promo_model, sales_frame
from pages.plan.shared_promo.month import months_of, planned_in
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import card, chart, section
from pages.shared.progress import jobs_of, show_jobs
from pages.shared.screens import Screen, link
from pages.shared.session import may

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


@dataclass(frozen=True)
class PromoProgress:
    """What a project holds of promotions; `busy` while sales are read or effects learned."""

    span: FactsSpan | None
    models: Sequence[PromoModelInfo]
    promotions: Sequence[PromoInfo]
    busy: bool

    @property
    def begun(self) -> bool:
        """Whether the project has anything of promotions."""
        return self.span is not None or bool(self.models) or self.busy


def promo_standing(person: Person, project_id: int) -> PromoProgress:
    """What the project holds now."""
    with session() as s:
        return PromoProgress(
            span=facts.facts_span(s, person, project_id),
            models=models.promo_models(s, person, project_id),
            promotions=promotions.promos(s, person, project_id),
            busy=any(job.active for job in job_store.processing_jobs(s, person, project_id)),
        )


def next_promo_step(standing: PromoProgress, project: Membership) -> Step | None:
    """What brings the promotions further and the person may do; None when there is nothing, or work runs."""
    if standing.busy:
        return None
    if standing.span is None:
        step = Step("Upload sales", ":material/upload_file:", Screen.UPLOAD)
        return step if may(project, Permission.DATASET_UPLOAD) else None
    if not standing.models or standing.models[0].facts_changed:
        words = "Learn promotion effects" if not standing.models else "Learn from the new sales"
        step = Step(words, ":material/model_training:", Screen.PROMO_EFFECTS)
        return step if may(project, Permission.MODEL_TRAIN) else None
    if not standing.promotions:
        return Step("Find opportunities", ":material/lightbulb:", Screen.OPPORTUNITIES)
    return Step("Plan a promotion", ":material/sell:", Screen.PROMOTIONS)


def show_promotions(person: Person, project: Membership, standing: PromoProgress, *, heading: bool) -> None:
    """Sales, effects, opportunities and promotions as four cards; with a `heading` beside other things."""
    if heading:
        section("Promotions")
    with st.grid(4, min_column_width=160):
        _sales_card(standing)
        _effects_card(standing)
        _opportunities_card(person, project, standing)
        _plan_card(standing)


def _sales_card(standing: PromoProgress) -> None:
    with card(key="promo_card_1"):
        span = standing.span
        if span is None:
            state = "Being read" if standing.busy else "No sales yet"
            step_card(1, "Sales", False, state, "By day, department and sales channel")
            link("See the files", Screen.SALES, icon=":material/storefront:")
            return
        cells = f"{_counted(len(span.departments), 'department')}, {' and '.join(span.channels)}"
        step_card(1, "Sales", True, cells, f"{day(span.first_on)} to {day(span.last_on)}")
        link("Open the sales", Screen.SALES, icon=":material/storefront:")


def _effects_card(standing: PromoProgress) -> None:
    with card(key="promo_card_2"):
        newest = standing.models[0] if standing.models else None
        if newest is None:
            state = "Work is under way" if standing.busy else "Nothing learned yet"
            step_card(2, "Effects", False, state, "Takes about a minute")
        else:
            note = "The sales have changed since" if newest.facts_changed else _learned(newest.created_at)
            step_card(2, "Effects", not newest.facts_changed, f"Version {newest.version}", note)
        link("See the effects", Screen.PROMO_EFFECTS, icon=":material/percent:")


def _learned(at: dt.datetime) -> str:
    return f"Learned {day(at.date())}"


def _opportunities_card(person: Person, project: Membership, standing: PromoProgress) -> None:
    with card(key="promo_card_3"):
        span = standing.span
        if not standing.models or span is None:
            step_card(3, "Opportunities", False, "After the first learning", "Which promotion closes the gap")
            return
        told = gap_words(person, project, standing.models[0], span.last_on)
        if told is None:
            step_card(3, "Opportunities", False, "No target for the month", "Targets show what is missing")
            link("Add targets", Screen.SALES, icon=":material/flag:")
            return
        month, words, note = told
        step_card(3, "Opportunities", True, words, note)
        link("Find opportunities", Screen.OPPORTUNITIES, icon=":material/lightbulb:", month=month)


def _plan_card(standing: PromoProgress) -> None:
    with card(key="promo_card_4"):
        plans = standing.promotions
        if plans:
            step_card(
                4, "Promotions", True, _counted(len(plans), "promotion"), plain(f"Latest: {plans[0].label}")
            )
        else:
            step_card(4, "Promotions", False, "None planned yet", "Sales, margin, EBIT and a verdict at once")
        if standing.models:
            words = "Open the promotions" if plans else "Plan a promotion"
            link(words, Screen.PROMOTIONS, icon=":material/sell:")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def show_promo_work(person: Person, project: Membership, standing: PromoProgress) -> None:
    """What is under way, live, and the sales by week where there are any."""
    show_jobs(jobs_of(person, project.project_id), project, key="home_jobs")
    if standing.span is None:
        return
    section("Sales by week", "Days with a promotion are shaded")
    rows = sales_frame(person, project.project_id)
    with card(key="home_sales"):
        chart(sales_by_week(rows, promotion_days(rows), project.currency), key="home_sales_by_week")
