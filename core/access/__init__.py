"""Who a person is and what they may do. Reading and writing it: core.access.store."""

from core.access.person import (
    DEMO_USERNAME,
    AccessDenied,
    Account,
    AuditEvent,
    Invitation,
    Member,
    Membership,
    NotFound,
    Person,
    SignedIn,
    SignInAttempt,
    SignInRefused,
)
from core.access.roles import Permission, Role

__all__ = [
    "DEMO_USERNAME",
    "AccessDenied",
    "Account",
    "AuditEvent",
    "Invitation",
    "Member",
    "Membership",
    "NotFound",
    "Permission",
    "Person",
    "Role",
    "SignInAttempt",
    "SignInRefused",
    "SignedIn",
]
