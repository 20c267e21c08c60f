"""Stores and reads sessions: a password becomes a ticket, the ticket a cookie, the cookie a person."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, bindparam, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.access.credentials import SignInLimits, hash_password, outdated, verify, waiting_words
from core.access.person import Person, SignedIn, SignInRefused
from core.access.secret import LIFETIMES, hash_of, new_token, now
from core.access.store.audit import record
from db.tables import LoginAttempt, User, WebSession

_WRONG = "Wrong user name or password."
_LONGEST_NAME = 200


def sign_in(
    s: Session, username: str, password: str, address: str, limits: SignInLimits | None = None
) -> SignedIn:
    """A new session for the right password; raises SignInRefused otherwise, whoever the name belongs to.

    Commits on its own: each try is noted as failed before the password is looked at, so that neither a
    refusal nor many tries at once escape the count, and no connection is held while hashing.
    """
    name = username.strip().lower()[:_LONGEST_NAME]
    attempt_id = _note_try(s, name, address, limits or SignInLimits())
    user = s.scalar(select(User).where(User.username == name, User.is_active))
    stored = user.password if user else None
    s.commit()
    if not verify(stored, password) or user is None or stored is None:
        raise SignInRefused(_WRONG)
    s.execute(
        update(LoginAttempt).where(LoginAttempt.id == attempt_id).values(succeeded=True, user_id=user.id)
    )
    if outdated(stored):
        user.password = hash_password(password)
    return _open_session(s, user, address)


def redeem_ticket(s: Session, ticket: str) -> str | None:
    """The cookie's token for a ticket, once and within its minute; else None."""
    token = new_token()
    done = s.execute(
        update(WebSession)
        .where(
            WebSession.ticket_hash == hash_of(ticket),
            WebSession.ticket_expires_at > now(),
            *_living(),
        )
        .values(ticket_hash=None, ticket_expires_at=None, token_hash=hash_of(token))
        .returning(WebSession.id)
    ).first()
    return token if done else None


def person_by_token(s: Session, token: str) -> Person | None:
    """Who holds this cookie, None when the session has ended."""
    found = session_by_token(s, token)
    return found[1] if found else None


def session_by_token(s: Session, token: str) -> tuple[int, Person] | None:
    """(session's number, person) of a cookie, None when the session has ended."""
    return _look_up(s, _lookup(WebSession.token_hash), hash_of(token))


def session_by_id(s: Session, session_id: int) -> tuple[int, Person] | None:
    """(session's number, person) of a session's number, None when it has ended."""
    return _look_up(s, _lookup(WebSession.id), session_id)


def person_by_session(s: Session, session_id: int) -> Person | None:
    """Who holds this session, None when it has ended."""
    found = session_by_id(s, session_id)
    return found[1] if found else None


def sign_out(s: Session, session_id: int | None = None, token: str | None = None) -> None:
    """End one session, named by its number or its cookie."""
    if token is not None:
        s.execute(_ending().where(WebSession.token_hash == hash_of(token)))
    if session_id is not None:
        s.execute(_ending().where(WebSession.id == session_id))


def sign_out_everywhere(s: Session, person: Person, keep: int | None = None) -> None:
    """End every session of a person except `keep`; the demo account's are shared, so it can't."""
    if person.is_demo:
        raise SignInRefused("The demo account is shared: it can't sign others out.")
    end_sessions(s, person.id, keep)
    record(s, person, None, "session:revoke_others", person.id, person.username)


def end_sessions(s: Session, user_id: int, keep: int | None = None) -> None:
    """End every session of an account except `keep`."""
    query = _ending().where(WebSession.user_id == user_id)
    s.execute(query if keep is None else query.where(WebSession.id != keep))


def as_person(user: User) -> Person:
    """The value that travels for an account's row."""
    return Person(user.id, user.username, user.display_name, user.is_owner, user.is_demo)


def _open_session(s: Session, user: User, address: str) -> SignedIn:
    ticket, moment = new_token(), now()
    row = WebSession(
        user_id=user.id,
        ticket_hash=hash_of(ticket),
        ticket_expires_at=moment + LIFETIMES.ticket,
        expires_at=moment + LIFETIMES.session,
        last_seen_at=moment,
        address=address,
    )
    s.add(row)
    s.flush()
    return SignedIn(row.id, ticket, as_person(user))


def _note_try(s: Session, name: str, address: str, limits: SignInLimits) -> int:
    # One at a time for each name and address: simultaneous guesses see each other.
    s.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{name}\n{address}", 0))))
    _refuse_while_waiting(s, name, address, limits)
    row = LoginAttempt(username=name, address=address, succeeded=False)
    s.add(row)
    s.flush()
    return row.id


def _refuse_while_waiting(s: Session, name: str, address: str, limits: SignInLimits) -> None:
    here, moment = (LoginAttempt.username == name, LoginAttempt.address == address), now()
    last_success = select(func.max(LoginAttempt.id)).where(*here, LoginAttempt.succeeded).scalar_subquery()
    failures, last_at = _failures(
        s, *here, LoginAttempt.at > moment - limits.memory, LoginAttempt.id > func.coalesce(last_success, 0)
    )
    ends = [last_at + limits.wait_after(failures)] if last_at else []
    crowd, latest = _failures(
        s, LoginAttempt.address == address, LoginAttempt.at > moment - limits.address_window
    )
    if latest and crowd >= limits.address_failures:
        ends.append(latest + limits.address_window)
    if ends and max(ends) > moment:
        raise SignInRefused(f"Too many failed tries. Try again {waiting_words(max(ends) - moment)}.")


def _failures(s: Session, *conditions: ColumnElement[bool]) -> tuple[int, Any]:
    count, last = s.execute(
        select(func.count(), func.max(LoginAttempt.at)).where(~LoginAttempt.succeeded, *conditions)
    ).one()
    return int(count), last


def _look_up(s: Session, query: Select[WebSession, User], key: str | int) -> tuple[int, Person] | None:
    row = s.execute(query, {"key": key, "moment": now()}).first()
    if row is None:
        return None
    _slide(s, row[0])
    return row[0].id, as_person(row[1])


@cache
def _lookup(column: InstrumentedAttribute[Any]) -> Select[WebSession, User]:
    """The living session whose `column` is the bound key; made once, since every click asks."""
    return (
        select(WebSession, User)
        .join(User, User.id == WebSession.user_id)
        .where(
            column == bindparam("key"),
            WebSession.expires_at > bindparam("moment"),
            WebSession.revoked_at.is_(None),
            User.is_active,
        )
    )


def _slide(s: Session, session: WebSession) -> None:
    """Prolong a session by use, but write at most every few minutes: this runs on every click."""
    moment = now()
    if s.info.get("read_only") or (
        session.last_seen_at and moment - session.last_seen_at < LIFETIMES.unnoticed
    ):
        return
    longest = session.created_at + LIFETIMES.session_longest
    s.execute(
        update(WebSession)
        .where(WebSession.id == session.id)
        .values(last_seen_at=moment, expires_at=min(moment + LIFETIMES.session, longest))
    )


def _living() -> tuple[ColumnElement[bool], ...]:
    return WebSession.expires_at > now(), WebSession.revoked_at.is_(None)


def _ending() -> Update:
    return (
        update(WebSession)
        .where(WebSession.revoked_at.is_(None))
        .values(revoked_at=func.now(), ticket_hash=None)
    )
