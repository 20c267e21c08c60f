"""A visit: person, projects and the project asked for, from a session's number or its cookie."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.access import Person
from core.access import store as access
from core.access.store.sessions import sign_in
from core.access.store.visits import visit_by_session, visit_by_token
from db.tables import Project
from tests.conftest import PASSWORD

HERE = "192.0.2.7"


def test_number_and_cookie_lead_to_the_same_visit(s: Session, person: Person, project: int) -> None:
    signed = sign_in(s, "paul", PASSWORD, HERE)
    token = access.redeem_ticket(s, signed.ticket)
    assert token is not None
    by_number = visit_by_session(s, signed.session_id, project)
    assert by_number == visit_by_token(s, token, project)
    assert by_number is not None
    number, visit = by_number
    assert (number, visit.person) == (signed.session_id, person)
    assert visit.memberships == tuple(access.memberships(s, person))
    assert visit.membership == access.membership(s, person, project)
    access.sign_out(s, signed.session_id)
    assert visit_by_session(s, number, project) is None and visit_by_token(s, token, project) is None


def test_a_project_of_others_is_no_project(
    s: Session, person: Person, project: int, stranger: Person
) -> None:
    signed = sign_in(s, stranger.username, PASSWORD, HERE)
    for wanted in (project, 999_999_999, None):
        found = visit_by_session(s, signed.session_id, wanted)
        assert found is not None and found[1].membership is None
        assert project not in [place.project_id for place in found[1].memberships]


def test_an_archived_project_is_reached_by_its_number_only(
    s: Session, person: Person, project: int, new_project: Callable[..., int]
) -> None:
    other = new_project(person)
    signed = sign_in(s, "paul", PASSWORD, HERE)
    s.execute(update(Project).where(Project.id == project).values(archived_at=dt.datetime.now(dt.UTC)))
    found = visit_by_session(s, signed.session_id, project)
    assert found is not None and found[1].membership is not None
    assert found[1].membership.project_id == project
    assert [place.project_id for place in found[1].memberships] == [other]
    default = found[1].default_membership(project)
    assert default is not None and default.project_id == other
    s.execute(update(Project).where(Project.id == project).values(deleted_at=dt.datetime.now(dt.UTC)))
    found = visit_by_session(s, signed.session_id, project)
    assert found is not None and found[1].membership is None


def test_without_a_wish_the_last_project_comes_up_then_the_first_of_ones_own(
    s: Session, person: Person, project: int, new_project: Callable[..., int]
) -> None:
    demo = new_project(person)
    s.execute(update(Project).where(Project.id == demo).values(is_demo=True, name="A demo"))
    signed = sign_in(s, "paul", PASSWORD, HERE)
    found = visit_by_session(s, signed.session_id)
    assert found is not None
    for last, expected in ((None, project), (demo, demo), (999_999_999, project)):
        default = found[1].default_membership(last)
        assert default is not None and default.project_id == expected
