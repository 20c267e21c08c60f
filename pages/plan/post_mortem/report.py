"""What a post-mortem screen shows: the promotion, its report, the models before and after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import streamlit as st

from core.access import Membership, Person
from core.database import session
from core.errors import UserError
from core.promo.post_mortem import PostMortem, ReEstimate, post_mortem, re_estimate
from core.promo.post_mortem.values import SavedPostMortem
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.settings import PromoSettings
from core.promo.store import files, models, post_mortems
from core.promo.store.models import PromoModelInfo
from core.promo.store.scenarios import SavedPromo
from pages.plan.shared_promo.context import KEYS, PromoContext, promo_model, sales_frame, settings_key


@dataclass(frozen=True)
class PromoReview:
    """`report` as the sales are now, or the saved one where the promotion's KPIs are no longer stored.
    `saved` is the saved one; `before` the model that made the forecast and `after` a newer one, where both
    are there."""

    promo: SavedPromo
    report: PostMortem
    saved: SavedPostMortem | None
    before: PromoModelInfo | None
    after: PromoModelInfo | None

    @property
    def report_only(self) -> bool:
        """Whether the forecast is gone and only the saved report is left."""
        return self.promo.kpis is None

    @property
    def is_saved(self) -> bool:
        """Whether the report on screen is the saved one."""
        return self.saved is not None and self.saved.report == self.report


def last_sold(person: Person, project: Membership) -> dt.date:
    """The last day with sales."""
    with session() as s:
        span = files.facts_span(s, person, project.project_id)
    return span.last_on if span else dt.date.min


def review_of(person: Person, project: Membership, promo: SavedPromo, context: PromoContext) -> PromoReview:
    """The post-mortem of a saved promotion. UserError where none can be made."""
    with session() as s:
        sales_key = files.facts_key(s, person, project.project_id)
        saved = post_mortems.post_mortem(s, person, promo.info.id)
        known = models.promo_models(s, person, project.project_id)
    if promo.kpis is None:
        if saved is None:
            raise UserError("This promotion has no figures to compare its sales with: save it again first.")
        return PromoReview(promo, saved.report, saved, None, None)
    report = _report(context, [str(promo.kpi_id), sales_key], project.currency, promo, person)
    before = next((info for info in known if info.model_version == promo.kpis.model_version), None)
    newer = context.info if before is not None and context.info.version > before.version else None
    return PromoReview(promo, report, saved, before, newer)


@st.cache_data(max_entries=24, show_spinner="Comparing forecast and actual", hash_funcs=KEYS)
def _report(
    context: PromoContext, key: list[str], currency: str, _promo: SavedPromo, _person: Person
) -> PostMortem:
    assert _promo.kpis is not None
    return post_mortem(
        _promo.scenario, _promo.kpis, sales_frame(_person, context.info.project_id), context.model.baseline,
        settings=context.settings, currency=currency,
    )  # fmt: skip


@st.cache_data(
    max_entries=24, show_spinner="Forecasting it again", hash_funcs={**KEYS, PromoSettings: settings_key}
)
def next_forecast(
    scenario: PromoScenario, before: PromoModelInfo, after: PromoModelInfo, settings: PromoSettings,
    currency: str,
) -> ReEstimate:  # fmt: skip
    """How the next forecast of the promotion differs between two models. UserError as in core."""
    return re_estimate(scenario, promo_model(before), promo_model(after), settings, currency=currency)
