"""Stores and reads the audit trail and the sign-in history."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.access.person import AccessDenied, AuditEvent, Person, SignInAttempt
from core.access.roles import Permission
from core.access.store.members import require
from db.tables import AuditEntry, LoginAttempt, User

_ACTION = re.compile(r"[a-z_]+:[a-z_]+")


def record(
    s: Session,
    person: Person | None,
    project_id: int | None,
    action: str,
    subject_id: int | uuid.UUID | None = None,
    name: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Note who changed what, in the transaction of the change: both happen or neither.

    `action` is `subject:action`; `person` is None when the app itself acted. A subject that is named by a
    UUID stands in the details as `id`.
    """
    if not _ACTION.fullmatch(action):
        raise ValueError(f"an audit action reads subject:action, not {action!r}")
    numbered = None if isinstance(subject_id, uuid.UUID) else subject_id
    named = {} if numbered == subject_id else {"id": str(subject_id)}
    s.add(
        AuditEntry(
            project_id=project_id,
            user_id=person.id if person else None,
            action=action,
            subject_id=numbered,
            subject_name=name,
            details=named | (details or {}),
        )
    )
    s.flush()


def audit(s: Session, person: Person, project_id: int, limit: int = 200) -> list[AuditEvent]:
    """What happened in a project, the newest first; needs audit:view."""
    require(s, person, project_id, Permission.AUDIT_VIEW)
    return _events(s, _newest(limit).where(AuditEntry.project_id == project_id))


def installation_audit(s: Session, owner: Person, limit: int = 200) -> list[AuditEvent]:
    """What happened outside of projects (accounts, settings, backups), the newest first; the owner's."""
    if not owner.is_owner:
        raise AccessDenied("Only the owner of this installation sees its audit trail.")
    return _events(s, _newest(limit).where(AuditEntry.project_id.is_(None)))


def login_history(s: Session, person: Person, limit: int = 50) -> list[SignInAttempt]:
    """The latest tries to sign in under this person's name, the newest first."""
    query = (
        select(LoginAttempt)
        .where(LoginAttempt.username == person.username)
        .order_by(LoginAttempt.id.desc())
        .limit(limit)
    )
    return [SignInAttempt(row.at, row.username, row.address, row.succeeded) for row in s.scalars(query)]


def _newest(limit: int) -> Select[AuditEntry, User]:
    return (
        select(AuditEntry, User)
        .outerjoin(User, User.id == AuditEntry.user_id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )


def _events(s: Session, query: Select[AuditEntry, User]) -> list[AuditEvent]:
    return [
        AuditEvent(
            at=entry.at,
            who=(user.display_name or user.username) if user else "Mixwright",
            action=entry.action,
            subject_id=entry.subject_id,
            subject_name=entry.subject_name,
            project_id=entry.project_id,
            details=entry.details,
        )
        for entry, user in s.execute(query)
    ]
