"""The access area: people, what they may do, how they got in, and what they did."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Created, Numbered, by_value


class TokenKind(StrEnum):
    """What a one-time or standing token opens."""

    CLAIM = "claim"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a kind, not a password
    API = "api"


class User(Numbered, Created, Base):
    """A person. `username` is compared without case; `password` is an argon2 hash."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("username = lower(username)", name="username_lower"),
        Index("uq_users_one_owner", "is_owner", unique=True, postgresql_where="is_owner"),
    )

    username: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    display_name: Mapped[str | None]
    organization: Mapped[str | None]
    is_owner: Mapped[bool] = mapped_column(default=False, server_default="false")
    is_demo: Mapped[bool] = mapped_column(default=False, server_default="false")
    is_active: Mapped[bool] = mapped_column(default=True, server_default="true")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class RoleRow(Base):
    """A role a member can have in a project."""

    __tablename__ = "roles"

    name: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int]
    description: Mapped[str]


class PermissionRow(Base):
    """One thing that can be allowed, named `subject:action`."""

    __tablename__ = "permissions"

    name: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[str]


class RolePermission(Base):
    """Which role may do what."""

    __tablename__ = "role_permissions"

    role: Mapped[str] = mapped_column(ForeignKey("roles.name", ondelete="CASCADE"), primary_key=True)
    permission: Mapped[str] = mapped_column(
        ForeignKey("permissions.name", ondelete="CASCADE"), primary_key=True
    )


class ProjectMember(Created, Base):
    """A person's role in a project; no row, no project."""

    __tablename__ = "project_members"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(ForeignKey("roles.name"))


class WebSession(Numbered, Created, Base):
    """A browser that is signed in. Only hashes are kept; the ticket is traded once for the cookie."""

    __tablename__ = "sessions"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    ticket_hash: Mapped[str | None] = mapped_column(unique=True)
    ticket_expires_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    last_seen_at: Mapped[dt.datetime | None]
    address: Mapped[str | None]


class AccessToken(Numbered, Created, Base):
    """A token handed to a person outside the app (claim, invitation, reset, API); only its hash is kept."""

    __tablename__ = "access_tokens"

    kind: Mapped[TokenKind] = mapped_column(by_value(TokenKind, "kind"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    role: Mapped[str | None] = mapped_column(ForeignKey("roles.name"))
    label: Mapped[str | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]


class LoginAttempt(Numbered, Base):
    """One try to sign in; failures by (username, address) are what limits the next try."""

    __tablename__ = "login_history"
    __table_args__ = (
        Index("ix_login_history_username_address_at", "username", "address", "at"),
        Index("ix_login_history_address_at", "address", "at"),
    )

    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    username: Mapped[str]
    address: Mapped[str]
    succeeded: Mapped[bool]
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class AuditEntry(Numbered, Base):
    """Who changed what: `action` is `subject:action`, written in the transaction of the change itself."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_project_id_at", "project_id", "at"),)

    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id", ondelete="SET NULL"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    action: Mapped[str]
    subject_id: Mapped[int | None]
    subject_name: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), index=True)


class InstallationSetting(Base):
    """A setting of the whole installation (claimed, registration open, ...), one row a key."""

    __tablename__ = "installation_settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
