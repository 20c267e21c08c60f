"""What is known of an installation: its database, its storage, its parts."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

PARTS = ("streamlit", "sqlalchemy", "psycopg", "procrastinate", "pandas", "numpy", "pymc", "nutpie", "plotly")


@dataclass(frozen=True)
class DatabaseFacts:
    """The server in use. `embedded`: started by the app itself; `bytes_used` is the size of the database."""

    version: str
    embedded: bool
    bytes_used: int
    migration: str | None
    started_at: dt.datetime


@dataclass(frozen=True)
class StorageFacts:
    """Bytes and files in the artifact store; None where the store is remote and not counted."""

    place: str
    bytes_used: int | None
    files: int | None
    bytes_free: int | None


def versions(parts: Sequence[str] = PARTS) -> dict[str, str]:
    """Version by part, Python first; parts that are not installed are left out."""
    found = {"Python": platform.python_version()}
    for part in parts:
        try:
            found[part] = metadata.version(part)
        except metadata.PackageNotFoundError:
            continue
    return found


def folder_use(folder: Path) -> tuple[int, int]:
    """(bytes, files) below a folder; files that vanish while counting are left out."""
    sizes = []
    for path in folder.rglob("*"):
        try:
            if path.is_file():
                sizes.append(path.stat().st_size)
        except FileNotFoundError:
            continue
    return sum(sizes), len(sizes)
