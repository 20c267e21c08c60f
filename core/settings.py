"""The one place that reads the environment, once; everything else is handed what it needs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import UserError

_REPOSITORY = Path(__file__).resolve().parent.parent
_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off", ""}


@dataclass(frozen=True)
class Settings:
    """How this installation is set up.

    `home` holds everything the app writes; `database_url` is None for the embedded server; `artifacts`
    is an fsspec URL or a folder; `backups` is best on another disk; `public_url` is what links in
    invitations begin with; `trainings` is how many models one worker trains at once.
    """

    home: Path
    database_url: str | None
    pg_bin: Path | None
    artifacts: str
    backups: Path
    worker: bool
    demo: bool
    open_registration: bool
    public_url: str
    trainings: int = 1


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read from the environment at the first call."""
    return read_settings(os.environ)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings an environment asks for; raises UserError naming every variable that can't be used."""
    faults: list[str] = []
    home = Path(environment.get("MIXWRIGHT_HOME") or _REPOSITORY / ".mixwright").expanduser().absolute()
    found = Settings(
        home=home,
        database_url=_database_url(environment.get("DATABASE_URL", ""), faults),
        pg_bin=_pg_bin(environment.get("MIXWRIGHT_PG_BIN", ""), faults),
        artifacts=environment.get("MIXWRIGHT_ARTIFACTS") or str(home / "artifacts"),
        backups=Path(environment.get("MIXWRIGHT_BACKUPS") or home / "backups").expanduser().absolute(),
        worker=_switch(environment, "MIXWRIGHT_WORKER", True, faults),
        demo=_switch(environment, "MIXWRIGHT_DEMO", True, faults),
        open_registration=_switch(environment, "MIXWRIGHT_OPEN_REGISTRATION", False, faults),
        public_url=_public_url(environment.get("MIXWRIGHT_PUBLIC_URL", ""), faults),
        trainings=_trainings(environment.get("MIXWRIGHT_TRAININGS", ""), faults),
    )
    if faults:
        raise UserError(faults)
    return found


def _switch(environment: Mapping[str, str], name: str, default: bool, faults: list[str]) -> bool:
    text = environment.get(name)
    if text is None:
        return default
    if text.strip().lower() not in _YES | _NO:
        faults.append(f"{name} is {text!r}; it must be 1 or 0.")
    return text.strip().lower() in _YES


def _trainings(text: str, faults: list[str]) -> int:
    wanted = text.strip() or "1"
    if not wanted.isdecimal() or not 1 <= int(wanted) <= 16:
        faults.append(f"MIXWRIGHT_TRAININGS is {text!r}; it must be a number from 1 to 16.")
        return 1
    return int(wanted)


def _database_url(text: str, faults: list[str]) -> str | None:
    """The address in SQLAlchemy's form; `postgres://` and `postgresql://` are taken as well."""
    if not text.strip():
        return None
    scheme, separator, rest = text.strip().partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        faults.append("DATABASE_URL must look like postgresql+psycopg://user:password@host:5432/database.")
        return None
    return f"postgresql+psycopg://{rest}"


def _pg_bin(text: str, faults: list[str]) -> Path | None:
    if not text.strip():
        return None
    folder = Path(text.strip()).expanduser()
    if not (folder / "postgres").is_file():
        faults.append(f"MIXWRIGHT_PG_BIN is {text!r}, but there is no program named postgres in that folder.")
    return folder


def _public_url(text: str, faults: list[str]) -> str:
    address = (text.strip() or "http://127.0.0.1:8501").rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        faults.append(f"MIXWRIGHT_PUBLIC_URL is {text!r}; it must begin with http:// or https:// and a host.")
    return address
