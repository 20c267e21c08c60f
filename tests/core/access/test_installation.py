"""The installation: claimed once by who holds the terminal's link, its accounts listed for its owner."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import database
from core.access import AccessDenied, NotFound, Person, Role
from core.access import store as access
from core.errors import UserError
from tests.conftest import PASSWORD


def test_the_claim_link_makes_the_owner_once(s: Session) -> None:
    token = access.new_claim_token(s)
    assert token is not None
    assert not access.is_claimed(s)
    assert access.claim(s, token, "olga", PASSWORD, "Olga").is_owner
    assert access.is_claimed(s)
    assert access.new_claim_token(s) is None
    with pytest.raises(NotFound):
        access.claim(s, token, "otto", PASSWORD)


def test_each_start_makes_a_new_claim_link_and_withdraws_the_old(s: Session) -> None:
    older, newer = access.new_claim_token(s), access.new_claim_token(s)
    assert older is not None
    assert newer is not None
    with pytest.raises(NotFound, match="newest one stands in the terminal"):
        access.claim(s, older, "olga", PASSWORD)
    assert access.claim(s, newer, "olga", PASSWORD).is_owner


def test_a_weak_password_does_not_use_up_the_claim(s: Session) -> None:
    token = access.new_claim_token(s)
    assert token is not None
    with pytest.raises(UserError, match="at least 10"):
        access.claim(s, token, "olga", "short")
    assert access.claim(s, token, "olga", PASSWORD).is_owner


def test_of_many_claims_at_once_one_wins(empty_database: str) -> None:
    with database.session() as s:
        token = access.new_claim_token(s)
    assert token is not None

    def claim(number: int) -> bool:
        try:
            with database.session() as s:
                return access.claim(s, token, f"owner{number}", PASSWORD).is_owner
        except UserError:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(claim, range(8))) == 1


def test_the_owner_sees_every_account(s: Session, owner: Person, person: Person, project: int) -> None:
    access.sign_in(s, "paul", PASSWORD, "192.0.2.7")
    olga, paul = access.people(s, owner)
    assert (olga.username, olga.is_owner, olga.projects, olga.last_sign_in_at) == ("olga", True, 0, None)
    assert (paul.username, paul.projects) == ("paul", 1)
    assert paul.last_sign_in_at is not None
    with pytest.raises(AccessDenied):
        access.people(s, person)


def test_the_owner_closes_and_opens_accounts_but_not_their_own(
    s: Session, owner: Person, person: Person
) -> None:
    access.set_active(s, owner, "paul", False)
    access.set_active(s, owner, "paul", True)
    access.sign_in(s, "paul", PASSWORD, "192.0.2.7")
    with pytest.raises(UserError, match="owner's account can't be closed"):
        access.set_active(s, owner, "olga", False)
    with pytest.raises(NotFound):
        access.set_active(s, owner, "nobody", False)
    with pytest.raises(AccessDenied):
        access.set_active(s, person, "olga", False)


def test_roles_have_words_for_screens() -> None:
    assert all(role.description for role in Role)


def test_what_has_ended_is_forgotten_after_its_time(s: Session, owner: Person, person: Person) -> None:
    kept, ended = (access.sign_in(s, "paul", PASSWORD, "192.0.2.7") for _ in range(2))
    access.sign_out(s, session_id=ended.session_id)
    access.reset_link(s, owner, "paul")
    undo, audit = dt.timedelta(days=30), dt.timedelta(days=730)
    assert set(access.purge_access(s, undo, audit).values()) == {0}
    s.execute(text("update sessions set revoked_at = revoked_at - interval '31 days'"))
    s.execute(text("update access_tokens set expires_at = expires_at - interval '32 days'"))
    one = "(select min(id) from login_history)"
    s.execute(text(f"update login_history set at = at - interval '731 days' where id = {one}"))
    assert access.purge_access(s, undo, audit) == {"sessions": 1, "links": 1, "tries to sign in": 1}
    assert access.person_by_session(s, kept.session_id) == person
