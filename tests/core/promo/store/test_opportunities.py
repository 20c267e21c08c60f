"""Opportunities keep their ids and what people thought of them, however often they are found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from core.access import NotFound, Person
from core.access.store import audit
from core.promo.store import opportunities as kept
from core.promo.store import scenarios as promos
from tests.core.promo.store.examples import chance, plan

MARCH = ("2026-03", "DE")


def test_opportunities_come_back_ranked(s: Session, person: Person, project: int) -> None:
    found = [chance(2, "Audio"), chance(1, "TV")]
    back = kept.save_opportunities(s, person, project, *MARCH, found)
    assert [one.opportunity for one in back] == [chance(1, "TV"), chance(2, "Audio")]
    assert kept.opportunities(s, person, project, month="2026-04") == ()
    assert kept.opportunity(s, person, back[0].id) == back[0]
    with pytest.raises(ValueError, match="no others"):
        kept.save_opportunities(s, person, project, "2026-04", "DE", found)


def test_found_again_they_keep_their_ids_and_those_not_found_go(
    s: Session, person: Person, project: int
) -> None:
    first = kept.save_opportunities(s, person, project, *MARCH, [chance(1, "TV"), chance(2, "Audio")])
    again = kept.save_opportunities(s, person, project, *MARCH, [chance(1, "Audio", score=95.0)])
    assert [(one.id, one.opportunity.score) for one in again] == [(first[1].id, 95.0)]
    with pytest.raises(NotFound):
        kept.opportunity(s, person, first[0].id)
    other = kept.save_opportunities(s, person, project, "2026-04", "DE", [chance(month="2026-04")])
    assert len(kept.opportunities(s, person, project)) == 1 + len(other)


def test_what_was_dismissed_stays_so_and_can_be_taken_back(s: Session, person: Person, project: int) -> None:
    (one,) = kept.save_opportunities(s, person, project, *MARCH, [chance()])
    kept.dismiss(s, person, one.id)
    kept.dismiss(s, person, one.id)
    assert kept.save_opportunities(s, person, project, *MARCH, [chance()]) == ()
    kept.save_opportunities(s, person, project, *MARCH, [])
    assert kept.save_opportunities(s, person, project, *MARCH, [chance()]) == ()
    (aside,) = kept.opportunities(s, person, project, dismissed=True)
    assert aside.dismissed and aside.id == one.id
    kept.undismiss(s, person, one.id)
    assert len(kept.opportunities(s, person, project)) == 1
    actions = [event.action for event in audit(s, person, project) if event.action.startswith("opportunity:")]
    assert actions == ["opportunity:undismiss", "opportunity:dismiss"]


def test_an_opportunity_that_a_promotion_began_with_stays_findable(
    s: Session, person: Person, project: int
) -> None:
    (one,) = kept.save_opportunities(s, person, project, *MARCH, [chance()])
    saved = promos.save_promo(s, person, project, plan(), None, None, opportunity_id=one.id)
    assert kept.opportunity(s, person, one.id).planned == 1
    assert kept.save_opportunities(s, person, project, *MARCH, []) == ()
    assert promos.promo(s, person, saved.id).info.opportunity_id == one.id
    assert kept.opportunity(s, person, one.id).opportunity == chance()


def test_strangers_find_nothing_and_change_nothing(
    s: Session, person: Person, project: int, stranger: Person, new_project: Callable[..., int]
) -> None:
    own = new_project(stranger, "Own")
    (one,) = kept.save_opportunities(s, person, project, *MARCH, [chance()])
    for attempt in (
        lambda: kept.opportunities(s, stranger, project),
        lambda: kept.opportunity(s, stranger, one.id),
        lambda: kept.save_opportunities(s, stranger, project, *MARCH, []),
        lambda: kept.dismiss(s, stranger, one.id),
        lambda: kept.undismiss(s, stranger, one.id),
    ):
        with pytest.raises(NotFound):
            attempt()
    kept.save_opportunities(s, stranger, own, *MARCH, [])
    assert kept.opportunities(s, person, project) == (one,)
