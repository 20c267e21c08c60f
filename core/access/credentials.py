"""User names and passwords: their rules, and hashing that takes the same time for everybody."""

from __future__ import annotations

import datetime as dt
import re
import threading
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import UserError

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{1,62})[a-z0-9]")

# 64 MiB and about 0.1 s each: more than two at once would let a crowd at the door exhaust the machine.
_AT_ONCE = threading.BoundedSemaphore(2)
_HASHER = PasswordHasher()
# The hash of a random text that nobody kept: no password opens it.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$ms4wfVBRRIiJA53ch3r87g$GLMVkExtKzHH5TAzvre4KXLKJ+/8lmSxm3RleQt3JaY"


_LIST = """
1234567890 12345678910 123456789a 0123456789 0987654321 9876543210 1q2w3e4r5t 1q2w3e4r5t6y
1qaz2wsx3edc q1w2e3r4t5 q1w2e3r4t5y6 zaq12wsxcde3 qwertyuiop qwertyuiop[] qwerty12345 qwerty123456
qwerty1234 asdfghjkl1 asdfghjkl; zxcvbnm123 1111111111 0000000000 password12 password123
password1234 password12345 password123! passw0rd123 p@ssw0rd123 p@ssword123 password!!
passwordpassword mypassword mypassword1 administrator administrator1 admin12345 admin123456
adminadmin adminadmin1 welcome123 welcome1234 welcome2024 welcome2025 welcome2026 changeme123
changemenow letmein123 letmein1234 letmeinnow iloveyou123 iloveyou12 iloveyouforever sunshine123
princess123 football123 baseball123 superman123 batman12345 dragon12345 monkey12345 michael123
starwars123 trustno1234 computer123 internet123 whatever123 qazwsxedcrfv abcdefghij abcdefghijk
abcdefghijkl abcdef123456 abcd123456 abc1234567 abc123456789 a123456789 a1234567890 aa12345678
aaa1234567 zxcvbnm1234 secret12345 secretsecret test123456 testtest123 testtest12 guest12345
demo123456 demodemo123 user123456 rootroot123 toor123456 default123 google12345 facebook123
linkedin123 marketing123 marketing1 marketingmix mixwright1 mixwright12 mixwright123
mixwrightmixwright spring2025! summer2025! autumn2025! winter2025! spring2026! summer2026!
autumn2026! winter2026! summer2024! winter2024! correcthorsebatterystaple
"""

COMMON = frozenset(_LIST.split())


@dataclass(frozen=True)
class SignInLimits:
    """`free_tries` cost nothing; each further failure doubles the wait up to `longest_wait`.

    Failures of one user name from one address count since its last success within `memory`. One address
    may fail `address_failures` times within `address_window`, whatever names it tries.
    """

    free_tries: int = 5
    first_wait: dt.timedelta = dt.timedelta(seconds=5)
    longest_wait: dt.timedelta = dt.timedelta(minutes=15)
    memory: dt.timedelta = dt.timedelta(hours=24)
    address_failures: int = 50
    address_window: dt.timedelta = dt.timedelta(minutes=15)

    def wait_after(self, failures: int) -> dt.timedelta:
        """The pause after so many failures in a row; zero while tries are free."""
        if failures < self.free_tries:
            return dt.timedelta(0)
        doublings = min(failures - self.free_tries, 30)
        return min(self.longest_wait, self.first_wait * float(2**doublings))


def waiting_words(left: dt.timedelta) -> str:
    """The remaining wait as a person says it: "in 40 seconds", "in 3 minutes"."""
    seconds = max(1, round(left.total_seconds()))
    if seconds < 90:
        return f"in {seconds} second{'s' if seconds != 1 else ''}"
    return f"in {-(-seconds // 60)} minutes"


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
    """(the name as stored, the password's hash); raises UserError with every fault of both."""
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


def verify(stored: str | None, password: str) -> bool:
    """Whether `password` is the one of the hash `stored`; None (no such account) costs the same work."""
    with _AT_ONCE:
        try:
            right = _HASHER.verify(stored or _NOBODY, password[: LONGEST_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return False
    return right and stored is not None


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)
