"""Stores and reads who belongs to a project; every other store asks `require` before it acts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.access.person import AccessDenied, Member, Membership, NotFound, Person
from core.access.roles import Permission, Role
from core.errors import UserError
from db.tables import AuditEntry, Project, ProjectMember, User

_NOT_FOUND = "There is no such project, or you are not a member of it."


def places(s: Session, person: Person) -> list[tuple[Membership, bool]]:
    """The living projects of a person by name, each with whether it is archived."""
    query = _memberships_of(person).where(Project.deleted_at.is_(None))
    rows = s.execute(query.order_by(func.lower(Project.name), Project.id))
    found = [(_membership(person, project, role), project.archived_at is not None) for project, role in rows]
    return [place for place in found if place[0].allows(Permission.PROJECT_VIEW)]


def memberships(s: Session, person: Person) -> list[Membership]:
    """The living projects of a person by name, archived ones left out."""
    return [place for place, archived in places(s, person) if not archived]


def membership(s: Session, person: Person, project_id: int) -> Membership:
    """A person's place in one living project; raises NotFound for strangers."""
    row = s.execute(
        _memberships_of(person).where(Project.id == project_id, Project.deleted_at.is_(None))
    ).first()
    found = _membership(person, *row) if row else None
    if found is None or not found.allows(Permission.PROJECT_VIEW):
        raise NotFound(_NOT_FOUND)
    return found


def require(s: Session, person: Person, project_id: int, permission: Permission) -> Membership:
    """The person's place in the project, if it includes `permission`.

    Raises NotFound for strangers and AccessDenied for members whose role does not suffice. A deleted
    project still answers, so that deleting it can be undone.
    """
    row = s.execute(_memberships_of(person).where(Project.id == project_id)).first()
    found = _membership(person, *row) if row else None
    if found is None or not found.allows(Permission.PROJECT_VIEW):
        raise NotFound(_NOT_FOUND)
    if not found.allows(permission):
        raise AccessDenied(_refusal(found, permission))
    return found


def join_as(s: Session, project_id: int, user_id: int, role: Role) -> None:
    """Make somebody a member without asking: for whoever has just made the project."""
    s.add(ProjectMember(project_id=project_id, user_id=user_id, role=Role(role)))
    s.flush()


def members(s: Session, person: Person, project_id: int) -> list[Member]:
    """Everybody in a project, the mightiest first; any member may look."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    query = (
        select(ProjectMember, User)
        .join(User, User.id == ProjectMember.user_id)
        .where(ProjectMember.project_id == project_id)
        .order_by(User.username)
    )
    found = [
        Member(user.id, user.username, user.display_name, Role(row.role), row.created_at, user.is_demo)
        for row, user in s.execute(query).tuples()
    ]
    return sorted(found, key=lambda member: -member.role.rank)


def set_role(s: Session, person: Person, project_id: int, username: str, role: Role) -> None:
    """Change a member's role; nobody lifts others above themselves, and an owner remains."""
    own = require(s, person, project_id, Permission.MEMBER_MANAGE)
    row, user = _member(s, project_id, username)
    role = Role(role)
    refuse_above(own, role)
    refuse_above(own, Role(row.role))
    if user.is_demo and role is not Role.VIEWER:
        raise UserError("The demo account can only be a viewer.")
    if Role(row.role) is Role.OWNER and role is not Role.OWNER:
        _refuse_last_owner(s, project_id)
    before, row.role = row.role, role
    _note(s, person, project_id, "member:set_role", user, {"from": before, "to": role})


def remove_member(s: Session, person: Person, project_id: int, username: str) -> None:
    """Take somebody out of a project. The last owner stays; to go oneself, see `leave`."""
    own = require(s, person, project_id, Permission.MEMBER_MANAGE)
    row, user = _member(s, project_id, username)
    refuse_above(own, Role(row.role))
    _take_out(s, person, row, user)


def leave(s: Session, person: Person, project_id: int) -> None:
    """Leave a project; its last owner can't."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    if person.is_demo:
        raise AccessDenied("The demo account can't leave the demo project.")
    _take_out(s, person, *_member(s, project_id, person.username))


def refuse_above(own: Membership, role: Role) -> None:
    """Raise AccessDenied when `role` ranks above one's own."""
    if role.rank > own.role.rank:
        raise AccessDenied(f"Your role is {own.role}: you can't make or change an {role} of this project.")


def _memberships_of(person: Person) -> Select[Project, str]:
    return (
        select(Project, ProjectMember.role)
        .join(ProjectMember, ProjectMember.project_id == Project.id)
        .where(ProjectMember.user_id == person.id)
    )


def _membership(person: Person, project: Project, role: str) -> Membership:
    return Membership(
        project_id=project.id,
        project_name=project.name,
        role=Role(role),
        is_demo=project.is_demo,
        currency=project.currency,
        kpi_label=project.kpi_label,
        demo_person=person.is_demo,
    )


def _refusal(found: Membership, permission: Permission) -> str:
    if found.demo_person:
        return "The demo account changes nothing. Make an account of your own to do this."
    wish = permission.description[0].lower() + permission.description[1:]
    return f"Your role in this project is {found.role}. It does not let you {wish}."


def _member(s: Session, project_id: int, username: str) -> tuple[ProjectMember, User]:
    # The project's row is locked, so that two owners can't take each other out at the same moment.
    s.execute(select(Project.id).where(Project.id == project_id).with_for_update())
    row = s.execute(
        select(ProjectMember, User)
        .join(User, User.id == ProjectMember.user_id)
        .where(ProjectMember.project_id == project_id, User.username == username.strip().lower())
    ).first()
    if row is None:
        raise NotFound(f"There is no member named {username!r} in this project.")
    return row[0], row[1]


def _take_out(s: Session, person: Person, row: ProjectMember, user: User) -> None:
    if Role(row.role) is Role.OWNER:
        _refuse_last_owner(s, row.project_id)
    project_id = row.project_id
    s.delete(row)
    _note(s, person, project_id, "member:remove", user, {"role": row.role})


def _refuse_last_owner(s: Session, project_id: int) -> None:
    owners = s.scalar(
        select(func.count())
        .select_from(ProjectMember)
        .where(ProjectMember.project_id == project_id, ProjectMember.role == Role.OWNER)
    )
    if owners == 1:
        raise UserError("A project needs an owner: make somebody else its owner first.")


def _note(
    s: Session, person: Person, project_id: int, action: str, user: User, details: dict[str, Any]
) -> None:
    # Written here directly, because the audit asks this file for permission.
    s.add(
        AuditEntry(
            project_id=project_id,
            user_id=person.id,
            action=action,
            subject_id=user.id,
            subject_name=user.username,
            details=details,
        )
    )
    s.flush()
