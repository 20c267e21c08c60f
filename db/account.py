"""The operating-system account that runs the embedded server, and the folders it can reach."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ServerRefused(RuntimeError):
    """The embedded server can't run here; the message says why and what helps."""


@dataclass(frozen=True)
class ServerAccount:
    """Who runs the server. `drops` is True when this process is root and must become that account."""

    uid: int
    gid: int
    name: str
    drops: bool

    def identity(self) -> dict[str, Any]:
        """Arguments of subprocess.run that make the child this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.drops else {}

    def own(self, path: Path) -> None:
        """Give a path to the account."""
        if self.drops:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether the account can get to `folder` through every folder above it."""
        return all(self._passes(place) for place in (folder, *folder.parents) if place.exists())

    def _passes(self, folder: Path) -> bool:
        if not self.drops:
            return os.access(folder, os.X_OK)
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def account_for(data: Path) -> ServerAccount:
    """Whoever owns the data already; else this user, or `postgres` or `nobody` when this user is root."""
    owner = data.stat().st_uid if data.is_dir() else None
    if os.geteuid() != 0:
        if owner is not None and owner != os.geteuid():
            raise ServerRefused(
                f"The database in {data} belongs to the account {_name(owner)!r}: start the app as that "
                "account or as root, or choose another MIXWRIGHT_HOME."
            )
        return ServerAccount(os.geteuid(), os.getegid(), _name(os.geteuid()), drops=False)
    entry = pwd.getpwuid(owner) if owner and _known(owner) else _unprivileged()
    return ServerAccount(entry.pw_uid, entry.pw_gid, entry.pw_name, drops=True)


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerRefused(
        "PostgreSQL refuses to run as root and there is no account named postgres or nobody: make one, start "
        "as an ordinary user, or name a server in DATABASE_URL."
    )


def _known(uid: int) -> bool:
    return any(entry.pw_uid == uid for entry in pwd.getpwall())


def _name(uid: int) -> str:
    return pwd.getpwuid(uid).pw_name if _known(uid) else str(uid)
