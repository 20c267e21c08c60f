"""Promotions on the home screen: how far a project is with them, and which step comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from core.access import Membership, Permission, Person
from core.charts.formats import Wording
from core.database import session
from core.errors import UserError
from core.json_values import to_json
from core.promo.charts import sales_by_week
from core.promo.days import ALL_GEOS
from core.promo.ingest.file_info import FactsSpan
from core.promo.opportunities.gap import gap
from core.promo.opportunities.planned import months_of, planned_in
from core.promo.opportunities.values import Gap, month_words
from core.promo.scenarios.kpis import PromoKpis
from core.promo.store import files as facts
from core.promo.store import models, reference
from core.promo.store import scenarios as promotions
from core.promo.store.models import PromoModelInfo
from core.promo.store.scenarios import PromoInfo
from core.queue.job import JobInfo
from core.queue.store import jobs as job_store
from pages.data.sales.glance import promotion_days
from pages.overview.home.steps import Step, step_card
from pages.plan.shared_promo.context import promo_model, sales_frame
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import card, chart, section
from pages.shared.progress import show_jobs
from pages.shared.screens import Screen, link
from pages.shared.session import may

MONTH = "month"


def gap_label(
    person: Person, project: Membership, info: PromoModelInfo, last_on: dt.date, targets: pd.DataFrame
) -> tuple[str, str, str] | None:
    """(month as YYYY-MM, the gap in short, what it rests on); None without a target or where it cannot be
    computed."""
    if targets.empty:
        return None
    month = months_of(targets, last_on + dt.timedelta(days=1))[1]
    with session() as s:
        planned = planned_in(s, person, project.project_id, month, ALL_GEOS)
    key = [info.facts_changed, month, targets.to_json(), [to_json(kpis) for kpis in planned]]
    try:
        found = _cached_gap(info.project_id, info.cache_key, key, person, info, targets, planned)
    except UserError:
        # The screen of opportunities says why; home only leaves the figure out.
        return None
    missing = found.sales_value.gap
    if missing is None:
        return None
    amount = Wording(currency=project.currency).money(abs(missing))
    label = f"{amount} {'short of' if missing < 0 else 'above'} {month_words(month)}'s target"
    note = f"With {len(planned)} planned promotion{'' if len(planned) == 1 else 's'}"
    if found.first_on is None:
        note = "The month is over; later ones have no target"
    elif not planned:
        note = "No promotion is planned in it yet"
    return month, label, note


@st.cache_data(max_entries=32, ttl=600, show_spinner=False)
def _cached_gap(
    project_id: int,
    cache_key: str,
    key: list[Any],
    _person: Person,
    _info: PromoModelInfo,
    _targets: pd.DataFrame,
    _planned: tuple[PromoKpis, ...],
) -> Gap:
    sales = sales_frame(_person, project_id)
    return gap(sales, _targets, str(key[1]), ALL_GEOS, promo_model(_info).baseline, _planned)


@dataclass(frozen=True)
class PromoProgress:
    """What a project holds of promotions, newest first."""

    span: FactsSpan | None
    models: Sequence[PromoModelInfo]
    promotions: Sequence[PromoInfo]
    targets: pd.DataFrame
    jobs: Sequence[JobInfo]

    @property
    def busy(self) -> bool:
        """Whether sales are read or effects estimated now."""
        return any(job.active for job in self.jobs)

    @property
    def begun(self) -> bool:
        """Whether the project has anything of promotions."""
        return self.span is not None or bool(self.models) or self.busy


def promo_progress(s: Session, person: Person, project_id: int) -> PromoProgress:
    """What the project holds now."""
    return PromoProgress(
        span=facts.facts_span(s, person, project_id),
        models=models.promo_models(s, person, project_id),
        promotions=promotions.promos(s, person, project_id),
        targets=reference.targets(s, person, project_id),
        jobs=job_store.processing_jobs(s, person, project_id),
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
        with card(key="promo_card_2"):
            newest = standing.models[0] if standing.models else None
            if newest is None:
                state = "Work is under way" if standing.busy else "Nothing learned yet"
                step_card(2, "Effects", False, state, "Takes about a minute")
            else:
                note = "The sales have changed since" if newest.facts_changed else _learned(newest.created_at)
                step_card(2, "Effects", not newest.facts_changed, f"Version {newest.version}", note)
            link("See the effects", Screen.PROMO_EFFECTS, icon=":material/percent:")
        _opportunities_card(person, project, standing)
        with card(key="promo_card_4"):
            plans = standing.promotions
            if plans:
                step_card(
                    4,
                    "Promotions",
                    True,
                    _counted(len(plans), "promotion"),
                    plain(f"Latest: {plans[0].label}"),
                )
            else:
                step_card(
                    4, "Promotions", False, "None planned yet", "Sales, margin, EBIT and a verdict at once"
                )
            if standing.models:
                words = "Open the promotions" if plans else "Plan a promotion"
                link(words, Screen.PROMOTIONS, icon=":material/sell:")


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


def _learned(at: dt.datetime) -> str:
    return f"Learned {day(at.date())}"


def _opportunities_card(person: Person, project: Membership, standing: PromoProgress) -> None:
    with card(key="promo_card_3"):
        span = standing.span
        if not standing.models or span is None:
            step_card(3, "Opportunities", False, "After the first learning", "Which promotion closes the gap")
            return
        told = gap_label(person, project, standing.models[0], span.last_on, standing.targets)
        if told is None:
            step_card(3, "Opportunities", False, "No target for the month", "Targets show what is missing")
            link("Add targets", Screen.SALES, icon=":material/flag:")
            return
        month, words, note = told
        step_card(3, "Opportunities", True, words, note)
        link("Find opportunities", Screen.OPPORTUNITIES, icon=":material/lightbulb:", month=month)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def show_promo_work(person: Person, project: Membership, standing: PromoProgress) -> None:
    """What is under way, live, and the sales by week where there are any."""
    show_jobs(standing.jobs, project, key="home_jobs")
    if standing.span is None:
        return
    section("Sales by week", "Days with a promotion are shaded")
    rows = sales_frame(person, project.project_id)
    with card(key="home_sales"):
        chart(sales_by_week(rows, promotion_days(rows), project.currency), key="home_sales_by_week")
