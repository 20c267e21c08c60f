"""Who a person is and what they may do. Reading and writing it: core.access.store."""

from core.access.person import (
    AccessDenied,
    Account,
    Event,
    Invitation,
    Member,
    Membership,
    NotFound,
    Person,
    SignedIn,
    SignInRefused,
    Try,
)
from core.access.roles import Permission, Role

__all__ = [
    "AccessDenied",
    "Account",
    "Event",
    "Invitation",
    "Member",
    "Membership",
    "NotFound",
    "Permission",
    "Person",
    "Role",
    "SignInRefused",
    "SignedIn",
    "Try",
]
