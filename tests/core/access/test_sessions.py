"""Signing in: ticket, cookie, sliding sessions, and limits that cannot be dodged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from core import database
from core.access import Person, SignInRefused
from core.access import store as access
from core.access.credentials import SignInLimits
from core.access.store.accounts import add_account
from core.access.store.sessions import sign_in
from db.tables import LoginAttempt, WebSession
from tests.conftest import PASSWORD

HERE = "192.0.2.7"


def _failures(s: Session, count: int, username: str = "paul", address: str = HERE) -> None:
    for _ in range(count):
        with pytest.raises(SignInRefused, match="Wrong user name or password"):
            sign_in(s, username, "not this one", address)


def test_a_ticket_becomes_a_cookie_once(s: Session, person: Person) -> None:
    signed = sign_in(s, "PAUL ", PASSWORD, HERE)
    assert signed.person == person
    token = access.redeem_ticket(s, signed.ticket)
    assert token is not None
    assert access.session_by_token(s, token) == (signed.session_id, person)
    assert access.person_by_session(s, signed.session_id) == person
    assert access.redeem_ticket(s, signed.ticket) is None


def test_a_ticket_lasts_a_minute(s: Session, person: Person) -> None:
    signed = sign_in(s, "paul", PASSWORD, HERE)
    late = text("update sessions set ticket_expires_at = ticket_expires_at - interval '61 seconds'")
    s.execute(late)
    assert access.redeem_ticket(s, signed.ticket) is None


def test_neither_password_nor_token_nor_ticket_is_kept_as_it_is(s: Session, person: Person) -> None:
    signed = sign_in(s, "paul", PASSWORD, HERE)
    token = access.redeem_ticket(s, signed.ticket)
    second = sign_in(s, "paul", PASSWORD, HERE)
    for table in ("users", "sessions", "login_history", "audit_log", "access_tokens"):
        content = str(s.execute(text(f"select * from {table}")).all())
        assert not any(secret and secret in content for secret in (PASSWORD, token, second.ticket))


@pytest.mark.parametrize(("username", "password"), [("paul", "wrong"), ("nobody-here", PASSWORD), ("", "")])
def test_every_refusal_reads_the_same(s: Session, person: Person, username: str, password: str) -> None:
    with pytest.raises(SignInRefused) as refused:
        sign_in(s, username, password, HERE)
    assert refused.value.faults == ["Wrong user name or password."]


def test_a_session_slides_by_use_but_ends_at_last(s: Session, person: Person) -> None:
    signed = sign_in(s, "paul", PASSWORD, HERE)
    _age(s, signed.session_id, days=13)
    assert access.person_by_session(s, signed.session_id) == person
    left = s.get_one(WebSession, signed.session_id, populate_existing=True).expires_at - _now(s)
    assert left > dt.timedelta(days=13.9)
    _age(s, signed.session_id, days=76)
    s.execute(update(WebSession).values(expires_at=_now(s) + dt.timedelta(hours=1)))
    assert access.person_by_session(s, signed.session_id) == person
    left = s.get_one(WebSession, signed.session_id, populate_existing=True).expires_at - _now(s)
    assert left < dt.timedelta(days=1.1)


def test_a_session_unused_for_a_fortnight_has_ended(s: Session, person: Person) -> None:
    signed = sign_in(s, "paul", PASSWORD, HERE)
    _age(s, signed.session_id, days=14)
    assert access.person_by_session(s, signed.session_id) is None


def test_looking_up_in_a_read_only_session_writes_nothing(empty_database: str) -> None:
    with database.session() as s:
        add_account(s, "paul", PASSWORD, None)
        signed = sign_in(s, "paul", PASSWORD, HERE)
    with database.session() as s:
        _age(s, signed.session_id, days=1)
    with database.read_session() as s:
        assert access.person_by_session(s, signed.session_id) is not None


def test_signing_out_ends_this_session_and_no_other(s: Session, person: Person) -> None:
    first, second = (sign_in(s, "paul", PASSWORD, HERE) for _ in range(2))
    access.sign_out(s, session_id=first.session_id)
    assert access.person_by_session(s, first.session_id) is None
    assert access.person_by_session(s, second.session_id) == person


def test_a_ticket_of_a_session_signed_out_is_worth_nothing(s: Session, person: Person) -> None:
    signed = sign_in(s, "paul", PASSWORD, HERE)
    access.sign_out(s, session_id=signed.session_id)
    assert access.redeem_ticket(s, signed.ticket) is None


def test_signing_out_everywhere_spares_the_one_to_keep(s: Session, person: Person) -> None:
    first, second = (sign_in(s, "paul", PASSWORD, HERE) for _ in range(2))
    access.sign_out_everywhere(s, person, keep=second.session_id)
    assert access.person_by_session(s, first.session_id) is None
    assert access.person_by_session(s, second.session_id) == person


def test_after_five_failures_even_the_right_password_waits(s: Session, person: Person) -> None:
    _failures(s, 5)
    with pytest.raises(SignInRefused, match=r"Try again in [2-5] seconds"):
        sign_in(s, "paul", PASSWORD, HERE)


def test_names_that_do_not_exist_wait_just_as_long(s: Session, person: Person) -> None:
    _failures(s, 5, username="ghost")
    with pytest.raises(SignInRefused, match=r"Try again in [2-5] seconds"):
        sign_in(s, "ghost", PASSWORD, HERE)


def test_the_wait_ends_and_a_success_forgets_the_failures(s: Session, person: Person) -> None:
    _failures(s, 5)
    s.execute(update(LoginAttempt).values(at=LoginAttempt.at - dt.timedelta(seconds=6)))
    assert sign_in(s, "paul", PASSWORD, HERE).person == person
    _failures(s, 4)
    assert sign_in(s, "paul", PASSWORD, HERE).person == person


def test_failures_elsewhere_do_not_lock_a_person_out(s: Session, person: Person) -> None:
    _failures(s, 5, address="198.51.100.1")
    assert sign_in(s, "paul", PASSWORD, HERE).person == person


def test_one_address_trying_many_names_is_stopped(
    s: Session, person: Person, new_person: Callable[..., Person]
) -> None:
    limits = SignInLimits(address_failures=6)
    for number in range(6):
        with pytest.raises(SignInRefused, match="Wrong"):
            sign_in(s, f"name{number}", "x", HERE, limits)
    with pytest.raises(SignInRefused, match="Try again in 15 minutes"):
        sign_in(s, "paul", PASSWORD, HERE, limits)
    assert sign_in(s, "paul", PASSWORD, "198.51.100.1", limits).person == person


def test_many_guesses_at_once_are_counted_one_by_one(empty_database: str) -> None:
    with database.session() as s:
        add_account(s, "paul", PASSWORD, None)

    def guess(_number: int) -> str:
        try:
            with database.session() as s:
                sign_in(s, "paul", "not this one", HERE)
        except SignInRefused as refused:
            return refused.faults[0].split(".")[0]
        return "in"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(16)))
    assert answers.count("Wrong user name or password") == 5
    assert answers.count("Too many failed tries") == 11


def test_refused_tries_stay_in_the_history_although_the_caller_rolls_back(empty_database: str) -> None:
    with database.session() as s:
        paul = add_account(s, "paul", PASSWORD, None)
    with pytest.raises(SignInRefused), database.session() as s:
        sign_in(s, "paul", "not this one", HERE)
    with database.session() as s:
        sign_in(s, "paul", PASSWORD, HERE)
    with database.session() as s:
        tries = access.login_history(s, paul)
    assert [(one.succeeded, one.address) for one in tries] == [(True, HERE), (False, HERE)]


def test_a_closed_account_cannot_sign_in_and_its_sessions_end(
    s: Session, owner: Person, person: Person
) -> None:
    signed = sign_in(s, "paul", PASSWORD, HERE)
    access.set_active(s, owner, "paul", False)
    assert access.person_by_session(s, signed.session_id) is None
    _failures(s, 1)
    with pytest.raises(SignInRefused, match="Wrong"):
        sign_in(s, "paul", PASSWORD, HERE)


def _now(s: Session) -> dt.datetime:
    return s.scalars(select(text("clock_timestamp()"))).one()  # type: ignore[arg-type]


def _age(s: Session, session_id: int, days: float) -> None:
    """Move a session into the past."""
    s.execute(
        text(
            "update sessions set created_at = created_at - make_interval(hours => :hours), "
            "last_seen_at = last_seen_at - make_interval(hours => :hours), "
            "expires_at = expires_at - make_interval(hours => :hours) where id = :id"
        ),
        {"hours": int(days * 24), "id": session_id},
    )
    s.expire_all()
