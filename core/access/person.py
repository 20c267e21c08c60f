"""The values that travel: a person, what they belong to, and what was refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from core.access.roles import DEMO_PERMISSIONS, ROLE_PERMISSIONS, Permission, Role
from core.errors import UserError

DEMO_USERNAME = "demo"


class AccessDenied(UserError):
    """The person may not do this; the sentence says what is missing."""


class NotFound(AccessDenied):
    """There is no such thing for this person, whether or not it exists for others."""


class SignInRefused(AccessDenied):
    """The sign-in failed; the sentence doesn't tell whether the user name exists."""


@dataclass(frozen=True)
class Person:
    """An account that is signed in. `is_owner`: runs the installation; `is_demo`: the shared demo account."""

    id: int
    username: str
    display_name: str | None
    is_owner: bool
    is_demo: bool

    @property
    def shown_name(self) -> str:
        """How others see them."""
        return self.display_name or self.username


@dataclass(frozen=True)
class Membership:
    """A person's place in a project. `is_demo`: the demo project; `demo_person`: seen by the demo account."""

    project_id: int
    project_name: str
    role: Role
    is_demo: bool
    currency: str
    kpi_label: str
    demo_person: bool = False

    def allows(self, permission: Permission) -> bool:
        """Whether the role includes `permission`; the demo account looks only, and only at the demo."""
        if self.demo_person and not (self.is_demo and permission in DEMO_PERMISSIONS):
            return False
        return permission in ROLE_PERMISSIONS[self.role]


@dataclass(frozen=True)
class SignedIn:
    """A fresh session. `ticket` is traded for the cookie once, within a minute."""

    session_id: int
    ticket: str
    person: Person


@dataclass(frozen=True)
class Member:
    """Somebody in a project."""

    user_id: int
    username: str
    display_name: str | None
    role: Role
    since: dt.datetime
    is_demo: bool


@dataclass(frozen=True)
class Account:
    """Somebody with an account, as the owner of the installation sees them."""

    id: int
    username: str
    display_name: str | None
    is_owner: bool
    is_demo: bool
    is_active: bool
    created_at: dt.datetime
    last_sign_in_at: dt.datetime | None
    projects: int


@dataclass(frozen=True)
class Invitation:
    """An open invitation. Without a project it only opens an account."""

    id: int
    project_id: int | None
    project_name: str | None
    role: Role | None
    invited_by: str | None
    expires_at: dt.datetime


@dataclass(frozen=True)
class AuditEvent:
    """One line of the audit trail. `action` is `subject:action`."""

    at: dt.datetime
    who: str
    action: str
    subject_id: int | None
    subject_name: str | None
    project_id: int | None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SignInAttempt:
    """One try to sign in."""

    at: dt.datetime
    username: str
    address: str
    succeeded: bool
