"""Saves the database with its artifacts and brings both back."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from core import database as store
from core.backup.manifest import DUMP, FILE, Backup, read_manifest
from core.backup.pool import Pool
from core.errors import UserError
from core.settings import settings
from db import backup as postgres
from db import migrate
from db.session import check_version, make_engine

KEPT_DAYS = 30
_ASIDE = "_before_"


class BackupError(UserError):
    """A backup can't be made or brought back; the sentence says why."""


def save(folder: Path | None = None, now: dt.datetime | None = None) -> Backup:
    """A new backup in `folder` (Settings.backups); those older than 30 days go. Raises BackupError."""
    store.bring_up()
    moment = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    with _alone(folder or settings().backups) as place:
        name = f"{moment:%Y-%m-%dT%H-%M-%S}Z"
        beside = place / f"{name}.new"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        try:
            made = _fill(beside, place, moment)
        except postgres.BackupFailed as error:
            shutil.rmtree(beside)
            raise BackupError(f"The backup was not made. {error}") from error
        made.write()
        finished = beside.rename(place / name)
        _prune(place, moment)
    return read_manifest(finished)


def saved(folder: Path | None = None) -> list[Backup]:
    """Every complete backup in `folder`, the newest first."""
    place = folder or settings().backups
    return [read_manifest(file.parent) for file in sorted(place.glob(f"*Z/{FILE}"), reverse=True)]


def restore(name: str, folder: Path | None = None) -> Backup:
    """Put a backup in place of the present database, which is kept beside it under another name.

    The dump is loaded and migrated in a new database first and the artifacts are put back; only then
    names are swapped, in one transaction. A fault before that leaves everything as it was. Raises
    BackupError.
    """
    store.bring_up()
    with _alone(folder or settings().backups) as place:
        chosen = _chosen(name, place)
        try:
            Pool(place / "artifacts").put_back(chosen.artifacts)
            _load_and_swap(chosen)
        except (postgres.BackupFailed, OSError, ValueError) as error:
            raise BackupError(f"Nothing was restored: {error}") from error
    return chosen


def _fill(beside: Path, place: Path, moment: dt.datetime) -> Backup:
    """The dump first: an artifact is always written before the row that names it."""
    _programs().dump(beside / DUMP)
    last = next(iter(saved(place)), None)
    known = {copied.path: copied for copied in last.artifacts} if last else {}
    engine = make_engine(store.database_url(), pool_size=1)
    with engine.connect() as connection:
        revision = migrate.current(connection)
    server = check_version(engine)
    engine.dispose()
    return Backup(
        folder=beside,
        made_at=moment,
        revision=revision or "",
        server=server,
        dump_sha256=_checksum(beside / DUMP),
        artifacts=Pool(place / "artifacts").copy_all(known),
    )


def _load_and_swap(chosen: Backup) -> None:
    conninfo = store.conninfo()
    present = str(make_url(store.database_url()).database)
    stamp = f"{dt.datetime.now(dt.UTC):%Y%m%d%H%M%S}"
    restored, aside = f"{present}_restored_{stamp}", f"{present}{_ASIDE}{stamp}"
    postgres.create_database(conninfo, restored)
    try:
        _programs().load(chosen.dump, restored)
        _migrate(restored)
        store.shut_down_connections()
        postgres.swap(_address_of(_maintenance(conninfo, restored)), present, restored, aside)
    except BaseException:
        postgres.drop_database(conninfo, restored)
        raise
    for older in postgres.databases(conninfo, f"{present}{_ASIDE}"):
        if older != aside:
            postgres.drop_database(conninfo, older)


def _migrate(restored: str) -> None:
    """A backup of an older version is brought to this one's tables before it takes the place."""
    engine = make_engine(_url_of(restored), pool_size=1)
    try:
        migrate.upgrade(engine)
    except (SQLAlchemyError, migrate.UnknownRevision) as error:
        raise postgres.BackupFailed(f"its tables can't be brought to this version: {error}") from error
    finally:
        engine.dispose()


def _maintenance(conninfo: str, restored: str) -> str:
    """Another database to be connected to while names change."""
    names = set(postgres.databases(conninfo, ""))
    return next((name for name in ("postgres", "template1") if name in names), restored)


def _url_of(database: str) -> str:
    url = make_url(store.database_url()).set(database=database)
    return url.render_as_string(hide_password=False)


def _address_of(database: str) -> str:
    url = make_url(store.conninfo()).set(database=database)
    return url.render_as_string(hide_password=False)


def _chosen(name: str, place: Path) -> Backup:
    backups = saved(place)
    chosen = next((backup for backup in backups if backup.name == Path(name).name), None)
    if chosen is None:
        there = ", ".join(backup.name for backup in backups[:10]) or "none"
        raise BackupError(f"There is no backup named {name!r} in {place}. There are: {there}.")
    if _checksum(chosen.dump) != chosen.dump_sha256:
        raise BackupError(f"The dump of {chosen.name} is damaged: its checksum differs from its manifest's.")
    return chosen


def _prune(place: Path, moment: dt.datetime) -> None:
    for backup in saved(place):
        if moment - backup.made_at > dt.timedelta(days=KEPT_DAYS):
            shutil.rmtree(backup.folder)
    Pool(place / "artifacts").prune(saved(place))


def _programs() -> postgres.Programs:
    return postgres.Programs(store.conninfo(), settings().pg_bin)


def _checksum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextlib.contextmanager
def _alone(place: Path) -> Iterator[Path]:
    """One backup or restore at a time; the folder is closed to other users, as it holds everything."""
    if not place.exists():
        place.mkdir(parents=True)
        place.chmod(0o700)
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place
