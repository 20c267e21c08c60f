"""Stores what concerns the installation: its accounts, open registration, the role matrix."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Delete, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningDelete

from core.access.person import AccessDenied, Account, NotFound, Person
from core.access.roles import ROLE_PERMISSIONS, Permission, Role
from core.access.secret import now
from core.access.store.audit import record
from core.access.store.sessions import end_sessions
from core.database import seeds_database
from core.errors import UserError
from core.settings import settings
from db.tables import (
    AccessToken,
    InstallationSetting,
    LoginAttempt,
    PermissionRow,
    ProjectMember,
    RolePermission,
    RoleRow,
    User,
    WebSession,
)

_REGISTRATION = "registration"


@seeds_database
def seed_roles(s: Session) -> None:
    """Make the tables of roles equal the matrix in core.access.roles; repeating it changes nothing."""
    for role in Role:
        row = {"name": role, "rank": role.rank, "description": role.description}
        s.execute(insert(RoleRow).values(row).on_conflict_do_update(index_elements=["name"], set_=row))
    for permission in Permission:
        line = {"name": permission, "description": permission.description}
        s.execute(
            insert(PermissionRow).values(line).on_conflict_do_update(index_elements=["name"], set_=line)
        )
    allowed = {(role.value, item.value) for role, items in ROLE_PERMISSIONS.items() for item in items}
    stored = set(s.execute(select(RolePermission.role, RolePermission.permission)).tuples())
    for role_name, name in stored - allowed:
        s.execute(
            delete(RolePermission).where(RolePermission.role == role_name, RolePermission.permission == name)
        )
    s.add_all(RolePermission(role=role_name, permission=name) for role_name, name in sorted(allowed - stored))
    s.flush()


def registration_open(s: Session) -> bool:
    """Whether anybody may make an account: the owner's word, before it the environment's."""
    stored = s.get(InstallationSetting, _REGISTRATION)
    return bool(stored.value["open"]) if stored else settings().open_registration


def set_registration(s: Session, owner: Person, is_open: bool) -> None:
    """Open or close registration for everybody; the owner's."""
    _require_owner(owner)
    value = {"open": bool(is_open)}
    s.execute(
        insert(InstallationSetting)
        .values(key=_REGISTRATION, value=value)
        .on_conflict_do_update(index_elements=["key"], set_={"value": value})
    )
    record(s, owner, None, "installation:set_registration", None, None, value)


def people(s: Session, owner: Person) -> list[Account]:
    """Every account by user name; the owner's."""
    _require_owner(owner)
    last = (
        select(func.max(LoginAttempt.at))
        .where(LoginAttempt.user_id == User.id, LoginAttempt.succeeded)
        .scalar_subquery()
    )
    projects = (
        select(func.count())
        .select_from(ProjectMember)
        .where(ProjectMember.user_id == User.id)
        .scalar_subquery()
    )
    rows = s.execute(select(User, last, projects).order_by(User.username)).tuples()
    return [
        Account(
            id=user.id,
            username=user.username,
            display_name=user.display_name,
            is_owner=user.is_owner,
            is_demo=user.is_demo,
            is_active=user.is_active,
            created_at=user.created_at,
            last_sign_in_at=last_at,
            projects=count or 0,
        )
        for user, last_at, count in rows
    ]


def set_active(s: Session, owner: Person, username: str, active: bool) -> None:
    """Close an account (its sessions end, its work stays) or open it again; the owner's."""
    _require_owner(owner)
    user = s.scalar(select(User).where(User.username == username.strip().lower()))
    if user is None:
        raise NotFound(f"There is no account named {username!r}.")
    if user.is_owner:
        raise UserError("The owner's account can't be closed.")
    s.execute(update(User).where(User.id == user.id).values(is_active=active))
    if not active:
        end_sessions(s, user.id)
    record(s, owner, None, "account:open" if active else "account:close", user.id, user.username)


def purge_access(s: Session, undo: dt.timedelta, audit: dt.timedelta) -> dict[str, int]:
    """Remove ended sessions and links after `undo`, tries to sign in after `audit`; how many by noun."""
    ended, old = now() - undo, now() - audit
    over = {
        "sessions": delete(WebSession).where(
            or_(WebSession.expires_at < ended, WebSession.revoked_at < ended)
        ),
        "links": delete(AccessToken).where(
            or_(AccessToken.expires_at < ended, AccessToken.used_at < ended, AccessToken.revoked_at < ended)
        ),
        "tries to sign in": delete(LoginAttempt).where(LoginAttempt.at < old),
    }
    return {noun: len(s.execute(_returning(statement)).all()) for noun, statement in over.items()}


def _returning(statement: Delete) -> ReturningDelete[int]:
    return statement.returning(statement.table.c.id)


def _require_owner(person: Person) -> None:
    if not person.is_owner:
        raise AccessDenied("Only the owner of this installation may do this.")
