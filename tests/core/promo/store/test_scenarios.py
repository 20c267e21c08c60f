"""Promotions are kept whole: scenario, figures and verdict together, and each in its own project."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Person, Role
from core.access.store import audit, join_as
from core.errors import UserError
from core.lifecycle.names import StaleWrite
from core.promo import evaluate
from core.promo.store import scenarios as promos
from core.promo.store.opportunities import save_opportunities
from core.promo.store.scenarios import PromoInfo
from db.tables import ScenarioKpi
from tests.core.promo.made import made_sales, made_settings, uplift_on
from tests.core.promo.store.examples import END, START, chance, figures, plan, warning
from tests.db.promo_facts import weekday_baseline


@pytest.fixture
def kept(s: Session, person: Person, project: int) -> PromoInfo:
    return promos.save_promo(s, person, project, plan(), figures(), warning())


def test_scenario_figures_and_verdict_come_back_as_they_were(
    s: Session, person: Person, kept: PromoInfo
) -> None:
    back = promos.promo(s, person, kept.id)
    assert (back.scenario, back.kpis, back.verdict) == (plan(), figures(), warning())
    assert (kept.label, kept.start, kept.end, kept.geo) == ("Spring", START, END, "ALL")
    assert (kept.departments, kept.status, kept.overall_score) == (("TV", "Audio"), "WARN", 90)
    assert (kept.totals["ebit"], kept.deltas["units"], kept.model_version) == (12_000.0, 99.6, "3")
    assert (kept.reviewed, kept.briefed, kept.created_by) == (False, False, "Paul")


def test_figures_of_a_real_evaluation_can_be_kept(s: Session, person: Person, project: int) -> None:
    baseline = weekday_baseline(made_sales())
    scenario = replace(plan(), start="2024-03-04", end="2024-03-10")
    found = evaluate(scenario, baseline, uplift_on(baseline, 50), made_settings())
    saved = promos.save_promo(s, person, project, scenario, found, None, model_version="7")
    assert promos.promo(s, person, saved.id).kpis == found
    assert saved.model_version == "7"


def test_saving_again_adds_figures_and_replaces_the_verdict(
    s: Session, person: Person, project: int, kept: PromoInfo
) -> None:
    again = promos.save_promo(s, person, project, plan("Easter"), figures(99.0), None, promo_id=kept.id)
    assert (again.id, again.label, again.totals["sales_value"]) == (kept.id, "Easter", 99.0)
    assert again.status == "WARN"
    assert s.scalar(select(func.count()).select_from(ScenarioKpi)) == 2
    assert len(promos.promos(s, person, project)) == 1


def test_figures_of_another_plan_are_not_shown_for_this_one(
    s: Session, person: Person, project: int, kept: PromoInfo
) -> None:
    renamed = promos.save_promo(s, person, project, plan("Easter"), None, None, promo_id=kept.id)
    assert renamed.totals and renamed.status == "WARN"
    changed = promos.save_promo(s, person, project, plan(discount=5.0), None, None, promo_id=kept.id)
    assert (changed.totals, changed.status, changed.kpi_id) == ({}, None, None)


def test_saving_over_what_somebody_else_saved_is_refused(
    s: Session, person: Person, project: int, kept: PromoInfo
) -> None:
    save = {"promo_id": kept.id, "seen_at": kept.updated_at}
    promos.save_promo(s, person, project, plan("Mine"), None, None, **save)
    with pytest.raises(StaleWrite, match="somebody else"):
        promos.save_promo(s, person, project, plan("Theirs"), None, None, **save)
    assert promos.promo(s, person, kept.id).info.label == "Mine"


def test_a_name_given_meanwhile_is_not_written_over(
    s: Session, person: Person, project: int, kept: PromoInfo
) -> None:
    renamed = promos.rename_promo(s, person, kept.id, "Easter")
    with pytest.raises(StaleWrite, match="“Easter”"):
        promos.save_promo(s, person, project, plan(), None, None, promo_id=kept.id, seen_at=kept.updated_at)
    save = {"promo_id": kept.id, "seen_at": renamed.updated_at}
    assert promos.save_promo(s, person, project, plan("May"), None, None, **save).label == "May"


def test_rename_duplicate_archive_delete_and_undo(
    s: Session, person: Person, project: int, kept: PromoInfo
) -> None:
    copy = promos.duplicate_promo(s, person, kept.id)
    assert copy.label == "Spring (copy)"
    assert promos.promo(s, person, copy.id).kpis == figures()
    assert promos.promo(s, person, copy.id).verdict == warning()
    assert promos.rename_promo(s, person, copy.id, " May  sale ").label == "May sale"
    promos.archive_promo(s, person, copy.id)
    assert [info.id for info in promos.promos(s, person, project, archived=True)] == [copy.id]
    promos.unarchive_promo(s, person, copy.id)
    promos.delete_promo(s, person, kept.id)
    assert [info.id for info in promos.promos(s, person, project)] == [copy.id]
    with pytest.raises(NotFound):
        promos.promo(s, person, kept.id)
    assert promos.restore_promo(s, person, kept.id).totals == kept.totals
    with pytest.raises(UserError, match="the most is 100"):
        promos.rename_promo(s, person, copy.id, "x" * 101)


def test_every_change_is_in_the_trail_with_the_promotions_id(
    s: Session, person: Person, project: int, kept: PromoInfo
) -> None:
    promos.rename_promo(s, person, kept.id, "Easter")
    promos.delete_promo(s, person, kept.id)
    events = [event for event in audit(s, person, project) if event.action.startswith("promo:")]
    assert [event.action for event in events] == ["promo:delete", "promo:rename", "promo:create"]
    assert {event.details["id"] for event in events} == {str(kept.id)}


def test_the_comparison_takes_the_latest_figures_in_the_order_asked_for(
    s: Session, person: Person, project: int, kept: PromoInfo
) -> None:
    other = promos.save_promo(s, person, project, plan("Other"), None, None)
    promos.save_promo(s, person, project, plan(), figures(77.0), warning(), promo_id=kept.id)
    frame = promos.comparison(s, person, project, [other.id, kept.id])
    assert list(frame["label"]) == ["Other", "Spring"]
    assert frame["total_sales_value"].iloc[1] == 77.0
    assert frame["total_sales_value"].isna().iloc[0]
    assert list(frame["validation_status"].fillna("")) == ["", "WARN"]
    assert promos.comparison(s, person, project, []).empty


def test_an_opportunity_is_remembered_and_another_projects_is_refused(
    s: Session, person: Person, project: int, new_project: Callable[..., int]
) -> None:
    elsewhere = new_project(person, "Elsewhere")
    (here,) = save_opportunities(s, person, project, "2026-03", "DE", [chance()])
    (there,) = save_opportunities(s, person, elsewhere, "2026-03", "DE", [chance()])
    saved = promos.save_promo(s, person, project, plan(), None, None, opportunity_id=here.id)
    assert saved.opportunity_id == here.id
    assert (
        promos.save_promo(s, person, project, plan(), None, None, promo_id=saved.id).opportunity_id == here.id
    )
    with pytest.raises(NotFound):
        promos.save_promo(s, person, project, plan(), None, None, opportunity_id=there.id)


def test_a_promotion_is_kept_when_its_opportunity_is_no_longer_found(
    s: Session, person: Person, project: int
) -> None:
    (found,) = save_opportunities(s, person, project, "2026-03", "DE", [chance()])
    save_opportunities(s, person, project, "2026-03", "DE", [])
    saved = promos.save_promo(s, person, project, plan(), figures(), None, opportunity_id=found.id)
    assert (saved.label, saved.opportunity_id) == ("Spring", None)


def test_strangers_find_nothing_and_change_nothing(
    s: Session,
    person: Person,
    project: int,
    stranger: Person,
    new_project: Callable[..., int],
    kept: PromoInfo,
) -> None:
    own = new_project(stranger, "Own")
    theirs = promos.save_promo(s, stranger, own, plan("Own"), None, None)
    tries: list[Callable[[], object]] = [
        lambda: promos.promos(s, stranger, project),
        lambda: promos.promo(s, stranger, kept.id),
        lambda: promos.comparison(s, stranger, project, [kept.id]),
        lambda: promos.comparison(s, stranger, own, [theirs.id, kept.id]),
        lambda: promos.save_promo(s, stranger, project, plan(), None, None),
        lambda: promos.save_promo(s, stranger, own, plan("Stolen"), None, None, promo_id=kept.id),
        lambda: promos.rename_promo(s, stranger, kept.id, "Stolen"),
        lambda: promos.duplicate_promo(s, stranger, kept.id),
        lambda: promos.archive_promo(s, stranger, kept.id),
        lambda: promos.unarchive_promo(s, stranger, kept.id),
        lambda: promos.delete_promo(s, stranger, kept.id),
        lambda: promos.restore_promo(s, stranger, kept.id),
        lambda: promos.promo(s, stranger, uuid.uuid4()),
    ]
    for attempt in tries:
        with pytest.raises(NotFound):
            attempt()
    assert promos.promo(s, person, kept.id).scenario == plan()


def test_a_promotion_is_never_saved_into_another_of_ones_own_projects(
    s: Session, person: Person, kept: PromoInfo, new_project: Callable[..., int]
) -> None:
    with pytest.raises(NotFound):
        promos.save_promo(s, person, new_project(person, "B"), plan("Moved"), None, None, promo_id=kept.id)


def test_who_only_looks_changes_nothing(
    s: Session, project: int, new_person: Callable[..., Person], kept: PromoInfo
) -> None:
    viewer = new_person("vera")
    join_as(s, project, viewer.id, Role.VIEWER)
    assert promos.promo(s, viewer, kept.id).info.label == "Spring"
    for attempt in (
        lambda: promos.save_promo(s, viewer, project, plan(), None, None),
        lambda: promos.rename_promo(s, viewer, kept.id, "Mine"),
        lambda: promos.delete_promo(s, viewer, kept.id),
    ):
        with pytest.raises(AccessDenied):
            attempt()
