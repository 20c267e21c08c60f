"""People, audit and system: who may see and change what."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.access import Person, Role
from core.access import store as access
from core.database import session
from core.projects.store import rename_project
from pages.shared.screens import Screen
from tests.pages.conftest import Opened, everything_shown

PEOPLE, AUDIT, SYSTEM = (
    Screen.PEOPLE,
    Screen.AUDIT,
    Screen.SYSTEM,
)


def role_of(owner: Person, project_id: int, username: str) -> Role | None:
    """The role a member has now, None for who is no member."""
    with session() as s:
        roles = {member.username: member.role for member in access.members(s, owner, project_id)}
    return roles.get(username)


def test_the_owner_changes_a_role_and_removes_a_member(
    open_page: Opened, owner: Person, project_id: int, new_member: Callable[[Role], Person]
) -> None:
    guest = new_member(Role.VIEWER)
    app = open_page(PEOPLE)
    app.selectbox(key=f"role_{project_id}_{guest.username}").set_value(Role.ANALYST).run()
    assert role_of(owner, project_id, guest.username) is Role.ANALYST
    app.button(key=f"remove_{guest.username}").click().run()
    assert role_of(owner, project_id, guest.username) is None


def test_the_last_owner_cannot_leave(open_page: Opened, owner: Person, project_id: int) -> None:
    app = open_page(PEOPLE)
    app.button(key=f"remove_{owner.username}").click().run()
    assert not app.exception
    assert role_of(owner, project_id, owner.username) is Role.OWNER


def test_a_viewer_sees_the_members_and_no_way_to_change_them(
    open_page: Opened, new_member: Callable[[Role], Person]
) -> None:
    app = open_page(PEOPLE, person=new_member(Role.VIEWER))
    assert "Olga" in everything_shown(app)
    labels = {button.label for button in app.button}
    assert not labels & {"Invite", "Remove", "Leave", "New password"}
    assert "Accounts of this installation" not in everything_shown(app)


def test_an_open_invitation_is_listed_and_can_be_withdrawn(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    with session() as s:
        access.invite(s, owner, project_id, Role.ANALYST)
        (invitation,) = access.invitations(s, owner, project_id)
    app = open_page(PEOPLE)
    assert "As analyst, until" in everything_shown(app)
    app.button(key=f"revoke_{invitation.id}").click().run()
    with session() as s:
        assert not access.invitations(s, owner, project_id)


def test_the_owner_opens_registration(open_page: Opened) -> None:
    app = open_page(PEOPLE)
    app.toggle(key="registration_open").set_value(True).run()
    assert not app.exception
    with session() as s:
        assert access.registration_open(s)


def test_the_owner_switches_an_account_off(open_page: Opened, stranger: Person, owner: Person) -> None:
    open_page(PEOPLE).button(key=f"active_{stranger.username}").click().run()
    with session() as s:
        accounts = {account.username: account for account in access.people(s, owner)}
    assert not accounts[stranger.username].is_active


def test_the_audit_names_who_changed_what_and_can_be_filtered(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    with session() as s:
        rename_project(s, owner, project_id, "Store")
    app = open_page(AUDIT)
    assert not app.exception
    table = app.dataframe[0].value
    assert set(table["Who"]) == {"Olga"}
    assert "project:rename" in set(table["What"])
    app.text_input(key="audit_words").set_value("rename").run()
    assert set(app.dataframe[0].value["What"]) == {"project:rename"}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
def test_the_audit_is_closed_to_who_lacks_the_right(
    open_page: Opened, new_member: Callable[[Role], Person], role: Role
) -> None:
    app = open_page(AUDIT, person=new_member(role))
    assert not app.dataframe
    assert "Not part of your role" in everything_shown(app)


def test_the_system_is_shown_to_the_owner_of_the_installation_alone(
    open_page: Opened, new_member: Callable[[Role], Person]
) -> None:
    app = open_page(SYSTEM)
    assert not app.exception
    assert any("PostgreSQL" in metric.label and metric.value[:1].isdigit() for metric in app.metric)
    assert "No worker is running" in everything_shown(app)
    other = open_page(SYSTEM, person=new_member(Role.OWNER))
    assert not other.metric
    assert "For the owner" in everything_shown(other)
