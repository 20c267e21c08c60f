"""Tokens that open something: random, handed out once, kept only as hashes."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class Lifetimes:
    """How long each token opens something. A session slides by use, but never past `session_longest`."""

    ticket: dt.timedelta = dt.timedelta(seconds=60)
    session: dt.timedelta = dt.timedelta(days=14)
    session_longest: dt.timedelta = dt.timedelta(days=90)
    # A session seen less than this long ago is not written again.
    unnoticed: dt.timedelta = dt.timedelta(minutes=5)
    claim: dt.timedelta = dt.timedelta(days=365)
    invitation: dt.timedelta = dt.timedelta(days=7)
    password_reset: dt.timedelta = dt.timedelta(hours=24)


LIFETIMES = Lifetimes()


def new_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token. It is random, so one plain hash is enough; a password would need more."""
    return hashlib.sha256(token.encode()).hexdigest()


def now() -> dt.datetime:
    """The present moment in UTC."""
    return dt.datetime.now(dt.UTC)
