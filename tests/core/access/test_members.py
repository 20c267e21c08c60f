"""Members: strangers find nothing, roles suffice or do not, an owner always remains."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Permission, Person, Role
from core.access import store as access
from core.access.roles import ROLE_PERMISSIONS
from core.errors import UserError
from db.tables import Project

NewPerson = Callable[..., Person]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_a_member_may_do_what_the_matrix_says(
    s: Session, project: int, stranger: Person, role: Role, permission: Permission
) -> None:
    access.join_as(s, project, stranger.id, role)
    if permission in ROLE_PERMISSIONS[role]:
        assert access.require(s, stranger, project, permission).role is role
    else:
        with pytest.raises(AccessDenied, match=f"Your role in this project is {role}"):
            access.require(s, stranger, project, permission)


def test_a_stranger_cannot_tell_a_project_from_none(s: Session, project: int, stranger: Person) -> None:
    faults = []
    for project_id in (project, 999_999_999):
        for ask in (
            lambda number: access.require(s, stranger, number, Permission.PROJECT_VIEW),
            lambda number: access.membership(s, stranger, number),
            lambda number: access.members(s, stranger, number),
            lambda number: access.audit(s, stranger, number),
            lambda number: access.invitations(s, stranger, number),
        ):
            with pytest.raises(NotFound) as refused:
                ask(project_id)
            faults.append(refused.value.faults[0])
    assert len(set(faults)) == 1
    assert access.memberships(s, stranger) == []


def test_the_owner_of_the_installation_sees_no_project_of_others(
    s: Session, owner: Person, project: int
) -> None:
    with pytest.raises(NotFound):
        access.membership(s, owner, project)


def test_archived_projects_are_not_listed_and_deleted_ones_not_found(
    s: Session, person: Person, project: int
) -> None:
    row = s.get_one(Project, project)
    row.archived_at = dt.datetime.now(dt.UTC)
    s.flush()
    assert access.memberships(s, person) == []
    assert access.membership(s, person, project).project_id == project
    row.deleted_at = dt.datetime.now(dt.UTC)
    s.flush()
    with pytest.raises(NotFound):
        access.membership(s, person, project)
    # Deleting can be undone, so the permission is still answered.
    assert access.require(s, person, project, Permission.PROJECT_DELETE).project_id == project


def test_the_last_owner_can_neither_go_nor_step_down(s: Session, person: Person, project: int) -> None:
    for step in (
        lambda: access.leave(s, person, project),
        lambda: access.remove_member(s, person, project, "paul"),
        lambda: access.set_role(s, person, project, "paul", Role.ADMIN),
    ):
        with pytest.raises(UserError, match="needs an owner"):
            step()


def test_with_a_second_owner_the_first_may_go(
    s: Session, person: Person, stranger: Person, project: int
) -> None:
    access.join_as(s, project, stranger.id, Role.VIEWER)
    access.set_role(s, person, project, "sara", Role.OWNER)
    access.leave(s, person, project)
    assert [member.username for member in access.members(s, stranger, project)] == ["sara"]


def test_an_admin_lifts_nobody_above_themselves_nor_touches_an_owner(
    s: Session, person: Person, stranger: Person, new_person: NewPerson, project: int
) -> None:
    access.join_as(s, project, stranger.id, Role.ADMIN)
    access.join_as(s, project, new_person("vera").id, Role.VIEWER)
    access.set_role(s, stranger, project, "vera", Role.ADMIN)
    for step in (
        lambda: access.set_role(s, stranger, project, "vera", Role.OWNER),
        lambda: access.set_role(s, stranger, project, "paul", Role.VIEWER),
        lambda: access.remove_member(s, stranger, project, "paul"),
        lambda: access.invite(s, stranger, project, Role.OWNER),
    ):
        with pytest.raises(AccessDenied, match="Your role is admin"):
            step()


def test_a_manager_manages_no_members(s: Session, stranger: Person, project: int) -> None:
    access.join_as(s, project, stranger.id, Role.MANAGER)
    with pytest.raises(AccessDenied):
        access.remove_member(s, stranger, project, "paul")


def test_members_are_listed_the_mightiest_first(
    s: Session, person: Person, stranger: Person, project: int
) -> None:
    access.join_as(s, project, stranger.id, Role.VIEWER)
    assert [(m.username, m.role) for m in access.members(s, stranger, project)] == [
        ("paul", Role.OWNER),
        ("sara", Role.VIEWER),
    ]


def test_changes_of_members_are_in_the_trail(
    s: Session, person: Person, stranger: Person, project: int
) -> None:
    access.join_as(s, project, stranger.id, Role.VIEWER)
    access.set_role(s, person, project, "sara", Role.ANALYST)
    access.remove_member(s, person, project, "sara")
    removal, change = access.audit(s, person, project)
    assert (change.action, change.details) == ("member:set_role", {"from": "viewer", "to": "analyst"})
    assert (removal.action, removal.who, removal.subject_name) == ("member:remove", "Paul", "sara")


@pytest.fixture
def demo(s: Session) -> Person:
    return access.add_demo_account(s, "looking around only")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OWNER])
def test_the_demo_account_looks_and_never_writes_whatever_its_role(
    s: Session, person: Person, demo: Person, new_project: Callable[..., int], role: Role
) -> None:
    shown = new_project(person, "Demo", is_demo=True)
    access.join_as(s, shown, demo.id, role)
    assert access.memberships(s, demo)[0].project_id == shown
    for permission in Permission:
        if permission in ROLE_PERMISSIONS[Role.VIEWER]:
            access.require(s, demo, shown, permission)
        else:
            with pytest.raises(AccessDenied, match="demo account changes nothing"):
                access.require(s, demo, shown, permission)


def test_the_demo_account_sees_no_other_project_even_as_a_member(
    s: Session, project: int, demo: Person
) -> None:
    access.join_as(s, project, demo.id, Role.OWNER)
    assert access.memberships(s, demo) == []
    with pytest.raises(NotFound):
        access.require(s, demo, project, Permission.PROJECT_VIEW)


def test_the_demo_account_stays_a_viewer_and_stays(
    s: Session, person: Person, demo: Person, new_project: Callable[..., int]
) -> None:
    shown = new_project(person, "Demo", is_demo=True)
    access.join_as(s, shown, demo.id, Role.VIEWER)
    with pytest.raises(UserError, match="can only be a viewer"):
        access.set_role(s, person, shown, "demo", Role.ADMIN)
    with pytest.raises(AccessDenied):
        access.leave(s, demo, shown)
