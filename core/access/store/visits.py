"""Reads a visit: session, person and memberships, in one transaction of two queries."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.access.person import Person
from core.access.store.members import places
from core.access.store.sessions import session_by_id, session_by_token
from core.access.visit import Visit


def visit_by_session(
    s: Session, session_id: int, wanted_project: int | None = None
) -> tuple[int, Visit] | None:
    """(session's number, visit) of a session's number, None when it has ended."""
    return _visit(s, session_by_id(s, session_id), wanted_project)


def visit_by_token(s: Session, token: str, wanted_project: int | None = None) -> tuple[int, Visit] | None:
    """(session's number, visit) of a cookie, None when its session has ended."""
    return _visit(s, session_by_token(s, token), wanted_project)


def _visit(
    s: Session, signed_in: tuple[int, Person] | None, wanted_project: int | None
) -> tuple[int, Visit] | None:
    if signed_in is None:
        return None
    number, person = signed_in
    found = places(s, person)
    listed = tuple(place for place, archived in found if not archived)
    wanted = next((place for place, _ in found if place.project_id == wanted_project), None)
    return number, Visit(person, listed, wanted)
