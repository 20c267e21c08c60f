"""Errors that a person can mend: their text is shown on the screen word for word."""

from __future__ import annotations

from collections.abc import Iterable


class UserError(Exception):
    """A wrong input that its author can put right.

    `faults` lists every fault that was found, each one a full sentence; the message joins them.
    """

    def __init__(self, faults: str | Iterable[str]) -> None:
        self.faults: list[str] = [faults] if isinstance(faults, str) else list(faults)
        super().__init__("\n".join(self.faults))

    def __reduce__(self) -> tuple[type[UserError], tuple[list[str]]]:
        return type(self), (self.faults,)
