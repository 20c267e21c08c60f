"""User names and passwords: their rules, and hashing that takes the same time for everybody."""

from __future__ import annotations

import re
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.access.common_passwords import COMMON
from core.errors import UserError

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{1,62})[a-z0-9]")

# 64 MiB and about 0.1 s each: more than two at once would let a crowd at the door exhaust the machine.
_AT_ONCE = threading.BoundedSemaphore(2)
_HASHER = PasswordHasher()
# The hash of a random text that nobody kept: no password opens it.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$ms4wfVBRRIiJA53ch3r87g$GLMVkExtKzHH5TAzvre4KXLKJ+/8lmSxm3RleQt3JaY"


def clean_username(text: str) -> str:
    """The name as it is kept: without case and outer spaces; raises UserError when it can't be one."""
    name = text.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise UserError(
            "A user name has 3 to 64 characters: letters a to z, digits and . _ @ + - between them; it "
            "begins and ends with a letter or digit."
        )
    return name


def password_faults(password: str, username: str) -> list[str]:
    """Every rule the password breaks, as sentences; empty when it will do."""
    faults = []
    if len(password) < SHORTEST_PASSWORD:
        faults.append(f"The password has {len(password)} characters; it needs at least {SHORTEST_PASSWORD}.")
    if len(password) > LONGEST_PASSWORD:
        faults.append(f"The password is longer than {LONGEST_PASSWORD} characters.")
    plain = password.casefold()
    if plain == username.casefold() or plain in {username.casefold() * 2, username.casefold()[::-1]}:
        faults.append("The password must not be the user name.")
    if plain in COMMON or len(set(plain)) < 4:
        faults.append("The password is one of the first that anybody would try.")
    return faults


def checked_credentials(username: str, password: str) -> tuple[str, str]:
    """(the name as kept, the password's hash); raises UserError with every fault of both."""
    faults: list[str] = []
    name = username
    try:
        name = clean_username(username)
    except UserError as error:
        faults += error.faults
    faults += password_faults(password, name)
    if faults:
        raise UserError(faults)
    return name, hash_password(password)


def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def verify(kept: str | None, password: str) -> bool:
    """Whether `password` is the one of the hash `kept`; None (no such account) costs the same work."""
    with _AT_ONCE:
        try:
            right = _HASHER.verify(kept or _NOBODY, password[: LONGEST_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


def outdated(kept: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(kept)
