"""What a post-mortem screen stands on: the promotion, its report, the models before and after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.access import Membership, Person
from core.database import session
from core.errors import UserError
from core.promo.model_files import PromoModel
from core.promo.post_mortem import PostMortem, ReEstimate, post_mortem, re_estimate
from core.promo.post_mortem.values import SavedPostMortem
from core.promo.scenarios.settings import PromoSettings
from core.promo.store import files as facts
from core.promo.store import models, post_mortems
from core.promo.store.models import PromoModelInfo
from core.promo.store.scenarios import SavedPromo
from pages.plan.shared_promo.cached import promo_model, rules_of, sales_frame
from pages.plan.shared_promo.context import PromoContext


@dataclass(frozen=True)
class Review:
    """`report` as the sales are now, or the saved one where the promotion's figures are no longer kept.
    `kept` is the saved one; `before` the model that made the forecast and `after` a newer one, where both
    are there."""

    promo: SavedPromo
    report: PostMortem
    kept: SavedPostMortem | None
    before: PromoModelInfo | None
    after: PromoModelInfo | None

    @property
    def past(self) -> bool:
        """Whether only the saved report is left of the forecast."""
        return self.promo.kpis is None

    @property
    def saved(self) -> bool:
        """Whether what is on screen is what is kept."""
        return self.kept is not None and self.kept.report.to_json() == self.report.to_json()


def last_sold(person: Person, project: Membership) -> dt.date:
    """The last day with sales."""
    with session() as s:
        span = facts.facts_span(s, person, project.project_id)
    return span.last_on if span else dt.date.min


def review_of(person: Person, project: Membership, promo: SavedPromo, ground: PromoContext) -> Review:
    """The post-mortem of a saved promotion. UserError where none can be made."""
    with session() as s:
        key = facts.facts_key(s, person, project.project_id)
        kept = post_mortems.post_mortem(s, person, promo.info.id)
        known = models.promo_models(s, person, project.project_id)
    if promo.kpis is None:
        if kept is None:
            raise UserError("This promotion has no figures to compare its sales with: save it again first.")
        return Review(promo, kept.report, kept, None, None)
    asked = [str(promo.kpi_id), key, ground.info.cache_key, project.currency, *rules_of(ground.settings)]
    report = _report(project.project_id, asked, person, project, promo, ground)
    before = next((info for info in known if info.model_version == promo.kpis.model_version), None)
    newer = ground.info if before is not None and ground.info.version > before.version else None
    return Review(promo, report, kept, before, newer)


@st.cache_data(max_entries=24, show_spinner="Comparing forecast and actual")
def _report(
    project_id: int,
    asked: list[Any],
    _person: Person,
    _project: Membership,
    _promo: SavedPromo,
    _ground: PromoContext,
) -> PostMortem:
    assert _promo.kpis is not None
    sales: pd.DataFrame = sales_frame(_person, project_id)
    return post_mortem(
        _promo.scenario, _promo.kpis, sales, _ground.model.baseline, settings=_ground.settings,
        currency=_project.currency,
    )  # fmt: skip


def change_of(review: Review, settings: PromoSettings, project: Membership) -> ReEstimate:
    """How the next forecast of the promotion differs. UserError as in core."""
    assert review.before is not None
    assert review.after is not None
    asked = [
        review.before.cache_key,
        review.after.cache_key,
        review.promo.scenario.to_json(),
        project.currency,
    ]
    return _change(
        project.project_id, [*asked, *rules_of(settings)], review.promo, promo_model(review.before),
        promo_model(review.after), settings,
    )  # fmt: skip


@st.cache_data(max_entries=24, show_spinner="Forecasting it again")
def _change(
    project_id: int,
    asked: list[Any],
    _promo: SavedPromo,
    _before: PromoModel,
    _after: PromoModel,
    _settings: PromoSettings,
) -> ReEstimate:
    return re_estimate(_promo.scenario, _before, _after, _settings, currency=asked[3])
