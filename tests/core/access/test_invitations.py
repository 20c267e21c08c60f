"""Invitations: one link, one person, the project and role it says, for a week."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Person, Role
from core.access import store as access
from core.errors import UserError
from db.tables import AccessToken, Project
from tests.conftest import PASSWORD


def test_an_invitation_makes_an_account_and_a_member_once(s: Session, person: Person, project: int) -> None:
    token = access.invite(s, person, project, Role.ANALYST)
    offer = access.invitation(s, token)
    assert (offer.project_name, offer.role, offer.invited_by) == ("Shop", Role.ANALYST, "Paul")
    rita = access.register(s, "rita", PASSWORD, invitation=token)
    assert access.membership(s, rita, project).role is Role.ANALYST
    with pytest.raises(NotFound, match="used already"):
        access.register(s, "rosa", PASSWORD, invitation=token)


def test_a_registration_that_fails_leaves_the_invitation_open(
    s: Session, person: Person, project: int
) -> None:
    token = access.invite(s, person, project, Role.VIEWER)
    with pytest.raises(UserError):
        access.register(s, "rita", "short", invitation=token)
    access.register(s, "rita", PASSWORD, invitation=token)


def test_somebody_with_an_account_just_joins(
    s: Session, person: Person, stranger: Person, project: int
) -> None:
    token = access.invite(s, person, project, Role.MANAGER)
    joined = access.accept_invitation(s, stranger, token)
    assert joined is not None
    assert joined.role is Role.MANAGER
    with pytest.raises(NotFound):
        access.accept_invitation(s, stranger, token)


def test_a_member_cannot_use_an_invitation_to_change_their_role(
    s: Session, person: Person, project: int
) -> None:
    token = access.invite(s, person, project, Role.VIEWER)
    with pytest.raises(UserError, match="member of this project already"):
        access.accept_invitation(s, person, token)


def test_an_invitation_lasts_a_week(s: Session, person: Person, stranger: Person, project: int) -> None:
    token = access.invite(s, person, project, Role.VIEWER)
    s.execute(update(AccessToken).values(expires_at=AccessToken.expires_at - dt.timedelta(days=7)))
    with pytest.raises(NotFound):
        access.accept_invitation(s, stranger, token)


def test_a_withdrawn_invitation_opens_nothing(
    s: Session, person: Person, stranger: Person, project: int
) -> None:
    token = access.invite(s, person, project, Role.VIEWER)
    (pending,) = access.invitations(s, person, project)
    access.revoke_invitation(s, person, project, pending.id)
    assert access.invitations(s, person, project) == []
    with pytest.raises(NotFound):
        access.accept_invitation(s, stranger, token)
    with pytest.raises(NotFound):
        access.revoke_invitation(s, person, project, pending.id)


def test_an_invitation_into_a_deleted_project_opens_nothing(
    s: Session, person: Person, stranger: Person, project: int
) -> None:
    token = access.invite(s, person, project, Role.VIEWER)
    s.execute(update(Project).where(Project.id == project).values(deleted_at=dt.datetime.now(dt.UTC)))
    with pytest.raises(NotFound):
        access.invitation(s, token)
    with pytest.raises(NotFound):
        access.accept_invitation(s, stranger, token)


def test_only_who_manages_members_invites(s: Session, stranger: Person, project: int) -> None:
    with pytest.raises(NotFound):
        access.invite(s, stranger, project, Role.VIEWER)
    access.join_as(s, project, stranger.id, Role.MANAGER)
    with pytest.raises(AccessDenied):
        access.invite(s, stranger, project, Role.VIEWER)


def test_the_owner_invites_people_without_a_project(s: Session, owner: Person, person: Person) -> None:
    token = access.invite(s, owner, None)
    rita = access.register(s, "rita", PASSWORD, invitation=token)
    assert access.memberships(s, rita) == []
    with pytest.raises(AccessDenied):
        access.invite(s, person, None)


def test_an_invitation_cannot_be_withdrawn_from_another_project(
    s: Session, person: Person, stranger: Person, project: int, new_project: object
) -> None:
    access.invite(s, person, project, Role.VIEWER)
    (pending,) = access.invitations(s, person, project)
    other = new_project(stranger, "Other")  # type: ignore[operator]
    with pytest.raises(NotFound):
        access.revoke_invitation(s, stranger, other, pending.id)


def test_the_demo_account_accepts_no_invitation(s: Session, person: Person, project: int) -> None:
    demo = access.add_demo_account(s, "looking around only")
    with pytest.raises(AccessDenied):
        access.accept_invitation(s, demo, access.invite(s, person, project, Role.VIEWER))
