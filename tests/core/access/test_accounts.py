"""Accounts: by claim, invitation or open registration; passwords by oneself or by the owner's link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Person, SignInRefused
from core.access import store as access
from core.errors import UserError
from db.tables import AccessToken
from tests.conftest import PASSWORD

HERE = "192.0.2.7"
NEW = "another long sentence"


def _expire_links(s: Session, after: dt.timedelta) -> None:
    s.execute(update(AccessToken).values(expires_at=AccessToken.expires_at - after))


def test_nobody_registers_without_invitation_unless_the_owner_opens_it(s: Session, owner: Person) -> None:
    with pytest.raises(AccessDenied, match="made by invitation"):
        access.register(s, "rita", PASSWORD)
    access.set_registration(s, owner, True)
    assert access.register(s, "Rita", PASSWORD, " Rita  R ").display_name == "Rita R"
    access.set_registration(s, owner, False)
    with pytest.raises(AccessDenied):
        access.register(s, "rosa", PASSWORD)


def test_only_the_owner_opens_registration(s: Session, person: Person) -> None:
    with pytest.raises(AccessDenied):
        access.set_registration(s, person, True)


def test_a_name_belongs_to_one_person_whatever_its_case(s: Session, owner: Person, person: Person) -> None:
    access.set_registration(s, owner, True)
    with pytest.raises(UserError, match="'paul' is taken"):
        access.register(s, "PAUL", PASSWORD)
    # The refusal must not spoil the transaction it happened in.
    assert access.register(s, "paula", PASSWORD).username == "paula"


def test_the_demo_accounts_name_is_kept_for_it(s: Session, owner: Person) -> None:
    access.set_registration(s, owner, True)
    with pytest.raises(UserError, match="kept for the demo account"):
        access.register(s, "Demo", PASSWORD)


def test_changing_the_password_asks_for_the_old_one_and_ends_other_sessions(
    s: Session, person: Person
) -> None:
    first, second = (access.sign_in(s, "paul", PASSWORD, HERE) for _ in range(2))
    with pytest.raises(UserError, match="present password is not right"):
        access.change_password(s, person, "not this one", NEW)
    with pytest.raises(UserError, match="at least 10"):
        access.change_password(s, person, PASSWORD, "short")
    access.change_password(s, person, PASSWORD, NEW, keep_session=second.session_id)
    assert access.person_by_session(s, first.session_id) is None
    assert access.person_by_session(s, second.session_id) == person
    assert access.sign_in(s, "paul", NEW, HERE).person == person


def test_a_reset_link_works_once_and_ends_every_session(s: Session, owner: Person, person: Person) -> None:
    signed = access.sign_in(s, "paul", PASSWORD, HERE)
    link = access.reset_link(s, owner, "Paul")
    with pytest.raises(UserError, match="at least 10"):
        access.reset_password(s, link, "short")
    assert access.reset_password(s, link, NEW) == person
    assert access.person_by_session(s, signed.session_id) is None
    with pytest.raises(SignInRefused):
        access.sign_in(s, "paul", PASSWORD, HERE)
    with pytest.raises(NotFound, match="used already or has expired"):
        access.reset_password(s, link, "yet another sentence")


def test_a_reset_link_lasts_a_day(s: Session, owner: Person, person: Person) -> None:
    link = access.reset_link(s, owner, "paul")
    _expire_links(s, dt.timedelta(hours=24))
    with pytest.raises(NotFound):
        access.reset_password(s, link, NEW)


def test_a_newer_reset_link_withdraws_the_older(s: Session, owner: Person, person: Person) -> None:
    older, newer = (access.reset_link(s, owner, "paul") for _ in range(2))
    with pytest.raises(NotFound):
        access.reset_password(s, older, NEW)
    access.reset_password(s, newer, NEW)


def test_only_the_owner_makes_reset_links(s: Session, person: Person, stranger: Person) -> None:
    with pytest.raises(AccessDenied):
        access.reset_link(s, person, "sara")


def test_a_link_of_one_kind_opens_no_other_door(s: Session, owner: Person, person: Person) -> None:
    reset, invited = access.reset_link(s, owner, "paul"), access.invite(s, owner, None)
    with pytest.raises(NotFound):
        access.register(s, "rita", PASSWORD, invitation=reset)
    with pytest.raises(NotFound):
        access.reset_password(s, invited, NEW)
    with pytest.raises(NotFound):
        access.claim(s, invited, "rita", PASSWORD)


def test_the_demo_account_is_made_once_and_keeps_its_name_and_password(s: Session, owner: Person) -> None:
    demo = access.add_demo_account(s, "looking around only")
    assert access.add_demo_account(s, "looking around anew") == demo
    assert demo.is_demo
    assert access.sign_in(s, "demo", "looking around anew", HERE).person == demo
    for step in (
        lambda: access.change_password(s, demo, "looking around anew", NEW),
        lambda: access.rename_person(s, demo, "Somebody"),
        lambda: access.sign_out_everywhere(s, demo),
    ):
        with pytest.raises(AccessDenied):
            step()
    with pytest.raises(NotFound):
        access.reset_link(s, owner, "demo")


def test_a_person_chooses_the_name_others_see(s: Session, person: Person) -> None:
    assert access.rename_person(s, person, "  Paul   P ").shown_name == "Paul P"
    assert access.rename_person(s, person, "").shown_name == "paul"
    with pytest.raises(UserError, match="can have 80"):
        access.rename_person(s, person, "x" * 81)


def test_what_happens_to_accounts_is_in_the_installations_trail(
    s: Session, owner: Person, new_person: Callable[..., Person], person: Person
) -> None:
    access.reset_link(s, owner, "paul")
    access.set_active(s, owner, "paul", False)
    actions = [event.action for event in access.installation_audit(s, owner)]
    assert actions == ["account:close", "account:reset_link"]
    with pytest.raises(AccessDenied):
        access.installation_audit(s, person)


def test_a_change_that_fails_leaves_no_line_in_the_trail(s: Session, owner: Person, person: Person) -> None:
    with pytest.raises(UserError):
        access.change_password(s, person, PASSWORD, "short")
    assert s.scalar(text("select count(*) from audit_log")) == 0
