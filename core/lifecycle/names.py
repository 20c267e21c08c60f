"""Names people give to things, and the error of saving over what somebody else saved."""

from __future__ import annotations

from core.errors import UserError

LONGEST_NAME = 120  # characters; longer ones break every list they are shown in
LONGEST_LABEL = 100  # of a promotion, as a scenario takes it


class StaleWrite(UserError):
    """Somebody else saved in the meantime; nothing was overwritten."""


def clean_name(name: str, noun: str, longest: int = LONGEST_NAME) -> str:
    """`name` without surrounding or doubled blanks.

    Raises UserError when nothing is left, when it is longer than `longest` characters, or when it holds
    characters that cannot be shown.
    """
    cleaned = " ".join(name.split())
    if not cleaned:
        raise UserError(f"The {noun} needs a name.")
    faults = []
    if len(cleaned) > longest:
        faults.append(
            f"The name of the {noun} has {len(cleaned)} characters; the most is {longest}. "
            f"It begins with “{cleaned[:30]}…”."
        )
    if not cleaned.isprintable():
        faults.append(f"The name of the {noun} holds characters that cannot be shown.")
    if faults:
        raise UserError(faults)
    return cleaned


def copy_name(name: str, longest: int = LONGEST_NAME) -> str:
    """The name a copy gets when its maker chose none, never longer than a name may be."""
    suffix = " (copy)"
    return name[: longest - len(suffix)].rstrip() + suffix
