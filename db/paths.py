"""Where an embedded server's data and sockets lie, so that its account reaches them and nobody else does."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from db.account import ServerAccount, ServerRefused, account_for

SYSTEM_PLACE = Path("/var/lib/mixwright")


def place_of(folder: Path) -> tuple[Path, ServerAccount]:
    """Where the data lie and who owns them: in `folder`, or in /var/lib when root's account can't get there.

    Data that exist are never passed by: a folder closed later is a fault to mend, not a reason to start anew.
    """
    inside, outside = folder / "data", SYSTEM_PLACE / _digest(folder) / "data"
    account = account_for(inside)
    if not account.drops or account.can_enter(folder):
        return (
            (outside, account_for(outside)) if outside.exists() and not inside.exists() else (inside, account)
        )
    if inside.exists():
        raise ServerRefused(
            f"The account {account.name!r}, which runs the database when you are root, can no longer enter "
            f"{folder}: give back the x permission on every folder above it (chmod o+x)."
        )
    return outside, account_for(outside)


def make_place(place: Path, account: ServerAccount) -> None:
    """A folder through which the server's account gets to its data, which are closed to others."""
    missing = [folder for folder in (place, *place.parents) if not folder.exists()]
    for folder in reversed(missing):
        try:
            folder.mkdir(mode=0o711)
        except FileExistsError:
            # Another process starts the same server and was first; it opens the folder as we would.
            continue
        # Again, as mkdir's mode is cut by the umask.
        folder.chmod(0o711 if account.drops else 0o700)


def socket_folder(data: Path) -> Path:
    """A short path, as sockets need one (107 bytes); the same in every process, and this server's alone."""
    if os.geteuid() == 0 and os.access("/run", os.W_OK):
        return Path("/run/mixwright") / _digest(data)
    # Its owner is checked before it is used.
    return Path("/tmp") / f"mixwright-{os.geteuid()}-{_digest(data)}"  # noqa: S108


def private_folder(folder: Path, account: ServerAccount) -> None:
    """Make `folder` for the account alone; raises ServerRefused when someone else was there first."""
    if folder.parent == Path("/run/mixwright"):
        folder.parent.mkdir(mode=0o755, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {0, os.geteuid(), account.uid}:
        raise ServerRefused(
            f"{folder} belongs to someone else; remove it, the database's socket must lie there."
        )
    account.own(folder)
    folder.chmod(0o700)


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:16]
