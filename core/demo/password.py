"""The demo account's password: made once an installation, kept in a file that only its user can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from core.settings import settings


def demo_password() -> str:
    """The password in `<home>/demo_password`, which is made with mode 0600 at the first call."""
    file = settings().home / "demo_password"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        _write_once(file, secrets.token_urlsafe(12))
    return file.read_text().strip()


def _write_once(file: Path, password: str) -> None:
    """Complete or not at all: of two processes at once, both read the same password afterwards."""
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as new:
        new.write(password + "\n")
    try:
        os.link(beside, file)
    except FileExistsError:
        return
    finally:
        beside.unlink()
