"""Briefs and post-mortems are kept with their promotion, and seen by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.access import NotFound, Person
from core.lifecycle.names import StaleWrite
from core.promo.store import post_mortems as reviews
from core.promo.store import scenarios as promos
from core.promo.store.scenarios import PromoInfo
from db.tables import PostMortemReport, ScenarioKpi
from tests.core.promo.store.examples import creative, figures, outcome, plan


@pytest.fixture
def kept(s: Session, person: Person, project: int) -> PromoInfo:
    return promos.save_promo(s, person, project, plan(), figures(), None)


def test_a_post_mortem_comes_back_and_the_latest_counts(
    s: Session, person: Person, project: int, kept: PromoInfo
) -> None:
    assert reviews.post_mortem(s, person, kept.id) is None
    first = reviews.save_post_mortem(s, person, kept.id, outcome())
    assert (first.report, first.label, first.created_by) == (outcome(), "Spring", "Paul")
    assert first.forecast_kpi_id == kept.kpi_id
    last = reviews.save_post_mortem(s, person, kept.id, outcome(99.0), learned_version="4")
    assert reviews.post_mortem(s, person, kept.id) == last
    assert [one.report.actual["sales_value"] for one in reviews.post_mortems(s, person, project)] == [99.0]
    assert promos.promo(s, person, kept.id).info.reviewed


def test_the_forecast_stays_in_the_report_when_its_figures_are_removed(
    s: Session, person: Person, kept: PromoInfo
) -> None:
    saved = reviews.save_post_mortem(s, person, kept.id, outcome())
    s.execute(delete(ScenarioKpi))
    back = reviews.post_mortem(s, person, kept.id)
    assert back == replace(saved, forecast_kpi_id=None)
    row = s.get_one(PostMortemReport, saved.id)
    assert row.forecast["figures"]["sales_value"] == figures().totals["sales_value"]


def test_a_brief_comes_back_and_is_replaced(s: Session, person: Person, kept: PromoInfo) -> None:
    assert reviews.brief(s, person, kept.id) is None
    reviews.save_brief(s, person, kept.id, creative())
    assert reviews.brief(s, person, kept.id) == creative()
    other = replace(creative(), tone="calm", assets=())
    assert reviews.save_brief(s, person, kept.id, other) == other
    assert reviews.brief(s, person, kept.id) == other
    assert promos.promo(s, person, kept.id).info.briefed


def test_a_brief_that_somebody_else_saved_meanwhile_is_not_overwritten(
    s: Session, person: Person, kept: PromoInfo
) -> None:
    assert reviews.brief_saved_at(s, person, kept.id) is None
    reviews.save_brief(s, person, kept.id, creative())
    seen_at = reviews.brief_saved_at(s, person, kept.id)
    theirs = reviews.save_brief(s, person, kept.id, replace(creative(), tone="calm"), seen_at=seen_at)
    with pytest.raises(StaleWrite, match="somebody else"):
        reviews.save_brief(s, person, kept.id, creative(), seen_at=seen_at)
    assert reviews.brief(s, person, kept.id) == theirs


def test_a_deleted_promotion_takes_its_papers_out_of_sight(
    s: Session, person: Person, project: int, kept: PromoInfo
) -> None:
    reviews.save_post_mortem(s, person, kept.id, outcome())
    promos.delete_promo(s, person, kept.id)
    assert reviews.post_mortems(s, person, project) == ()
    with pytest.raises(NotFound):
        reviews.post_mortem(s, person, kept.id)


def test_strangers_find_nothing_and_change_nothing(
    s: Session,
    person: Person,
    project: int,
    stranger: Person,
    new_project: Callable[..., int],
    kept: PromoInfo,
) -> None:
    new_project(stranger, "Own")
    saved = reviews.save_post_mortem(s, person, kept.id, outcome())
    reviews.save_brief(s, person, kept.id, creative())
    for attempt in (
        lambda: reviews.post_mortem(s, stranger, kept.id),
        lambda: reviews.post_mortems(s, stranger, project),
        lambda: reviews.save_post_mortem(s, stranger, kept.id, outcome()),
        lambda: reviews.brief(s, stranger, kept.id),
        lambda: reviews.brief_saved_at(s, stranger, kept.id),
        lambda: reviews.save_brief(s, stranger, kept.id, creative()),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert reviews.post_mortem(s, person, kept.id) == saved
