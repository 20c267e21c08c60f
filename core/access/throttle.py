"""How long somebody waits after wrong passwords: pure rules, the store counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


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
