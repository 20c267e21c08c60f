"""A backup holds everything, comes back on an empty server, and never harms what is there."""

from __future__ import annotations

import datetime as dt
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from core import artifacts, backup
from core import database as store
from core.access import Role
from core.access.store import join_as
from core.access.store.accounts import add_account
from core.backup import BackupError
from core.settings import settings
from db.tables import Dataset, Project
from tests.conftest import PASSWORD
from tests.db.servers import VERSIONS, place, server_in


@pytest.fixture
def kept(empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for backups, and an installation with a project, a data set and its artifacts."""
    with monkeypatch.context() as changed:
        changed.setenv("MIXWRIGHT_ARTIFACTS", str(tmp_path / "artifacts"))
        changed.setenv("MIXWRIGHT_BACKUPS", str(tmp_path / "backups"))
        settings.cache_clear()
        _make_data()
        yield tmp_path / "backups"
        _drop_beside(store.conninfo())
    settings.cache_clear()


def _make_data() -> None:
    (settings().home / "fit").mkdir(parents=True, exist_ok=True)
    (settings().home / "fit" / "draws.bin").write_bytes(os.urandom(5000))
    file, digest = artifacts.save_bytes("projects/1/file.csv", b"date,spend\n2024-01-01,7\n")
    frame, frame_digest = artifacts.save_folder(settings().home / "fit", "projects/1/fit")
    with store.session() as s:
        paul = add_account(s, "paul", PASSWORD, "Pául ≤ 3")
        project = Project(user_id=paul.id, name="Shop", settings={"a": [1, None, "ü"]})
        s.add(project)
        s.flush()
        join_as(s, project.id, paul.id, Role.OWNER)
        s.add(
            Dataset(
                project_id=project.id,
                name="Weekly",
                file_path=file,
                file_name="file.csv",
                file_bytes=24,
                checksum=digest,
                frame_path=frame,
                frame_checksum=frame_digest,
                rows=1,
            )
        )


def _everything(conninfo: str) -> dict[str, list[str]]:
    """Every row of every table, the queue's included, and the state of every sequence."""
    with psycopg.connect(conninfo) as connection:
        names = connection.execute(
            "select oid::regclass::text, case relkind when 'S' then '(last_value, is_called)' else 't' end "
            "from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S') order by 1"
        ).fetchall()
        rows = {
            name: connection.execute(f"select {what}::text from {name} t order by 1").fetchall()
            for name, what in names
        }
    return {name: [str(row) for row in found] for name, found in rows.items()}


def _drop_beside(conninfo: str) -> None:
    """Remove what restores kept beside the test's database."""
    name = psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"]
    with psycopg.connect(conninfo, autocommit=True) as connection:
        beside = connection.execute(
            "select datname from pg_database where starts_with(datname, %s)", [f"{name}_"]
        )
        for (found,) in beside.fetchall():
            connection.execute(f"drop database {found} with (force)")


def _databases() -> list[str]:
    with psycopg.connect(store.conninfo()) as connection:
        return [str(row[0]) for row in connection.execute("select datname from pg_database order by 1")]


@pytest.mark.parametrize("binaries", VERSIONS)
def test_a_backup_comes_back_whole_on_an_empty_server(
    kept: Path, tmp_path: Path, binaries: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.save()
    before = _everything(store.conninfo())
    assert len(before["projects"]) == len(before["datasets"]) == 1
    files = {path: artifacts.read_file(path) for path in artifacts.files()}
    store.shut_down()
    with place() as folder, server_in(folder, binaries) as other, monkeypatch.context() as changed:
        other.start()
        changed.setenv("DATABASE_URL", other.url())
        changed.setenv("MIXWRIGHT_ARTIFACTS", str(tmp_path / "elsewhere"))
        settings.cache_clear()
        backup.restore(made.name)
        after = _everything(store.conninfo())
        assert {path: artifacts.read_file(path) for path in artifacts.files()} == files
        store.shut_down()
    settings.cache_clear()
    assert after == before


def test_a_restore_brings_back_what_was_lost_and_keeps_what_it_replaced(kept: Path) -> None:
    before = _everything(store.conninfo())
    made = backup.save()
    with store.session() as s:
        s.execute(text("delete from projects"))
    artifacts.remove("projects/1/file.csv")
    (Path(settings().artifacts) / "projects" / "1" / "fit" / "draws.bin").write_bytes(b"damaged")
    backup.restore(made.name)
    assert _everything(store.conninfo()) == before
    assert artifacts.open_bytes("projects/1/file.csv").startswith(b"date,spend")
    assert (artifacts.local_folder("projects/1/fit") / "draws.bin").stat().st_size == 5000
    aside = [name for name in _databases() if "_before_" in name]
    assert len(aside) == 1
    url = make_url(store.conninfo()).set(database=aside[0]).render_as_string(hide_password=False)
    assert _everything(url)["projects"] == []


def test_open_sessions_go_on_with_the_restored_database(kept: Path) -> None:
    made = backup.save()
    with store.session() as s:
        s.execute(text("update projects set name = 'Changed'"))
    with psycopg.connect(store.conninfo()):
        backup.restore(made.name)
    with store.session() as s:
        assert s.scalar(text("select name from projects")) == "Shop"


def test_a_second_restore_keeps_only_what_it_replaced_itself(kept: Path) -> None:
    made = backup.save()
    backup.restore(made.name)
    first = [name for name in _databases() if "_before_" in name]
    while f"{dt.datetime.now(dt.UTC):%Y%m%d%H%M%S}" in first[0]:
        pass
    backup.restore(made.name)
    second = [name for name in _databases() if "_before_" in name]
    assert len(second) == 1
    assert second != first


def test_a_restore_that_fails_half_way_leaves_everything_as_it_was(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.save()
    with store.session() as s:
        s.execute(text("update projects set name = 'Present'"))
    before, databases = _everything(store.conninfo()), _databases()

    def fails(_database: str) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("core.backup.store._migrate", fails)
    with pytest.raises(BackupError, match="Nothing was restored: no space left"):
        backup.restore(made.name)
    assert _everything(store.conninfo()) == before
    assert _databases() == databases


@pytest.mark.parametrize("what", ["dump", "artifact"])
def test_a_damaged_backup_is_refused_before_anything_changes(kept: Path, what: str) -> None:
    made = backup.save()
    pool = sorted((kept / "artifacts").glob("??/*"))
    damaged = made.dump if what == "dump" else pool[0]
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    before = _everything(store.conninfo())
    with pytest.raises(BackupError, match="damaged"):
        backup.restore(made.name)
    assert _everything(store.conninfo()) == before


def test_an_unknown_name_is_answered_with_the_names_there_are(kept: Path) -> None:
    made = backup.save()
    with pytest.raises(BackupError, match=f"There are: {made.name}"):
        backup.restore("yesterday")


def test_artifacts_are_copied_once_for_all_backups(kept: Path) -> None:
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    first = backup.save(now=now)
    copies = sorted((kept / "artifacts").glob("??/*"))
    times = [copy.stat().st_mtime_ns for copy in copies]
    second = backup.save(now=now + dt.timedelta(days=1))
    assert second.artifacts == first.artifacts
    assert [copy.stat().st_mtime_ns for copy in sorted((kept / "artifacts").glob("??/*"))] == times


def test_backups_are_kept_for_thirty_days_and_artifacts_as_long_as_a_backup_names_them(kept: Path) -> None:
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    backup.save(now=now)
    artifacts.remove("projects/1/file.csv")
    backup.save(now=now + dt.timedelta(days=29))
    assert len(list((kept / "artifacts").glob("??/*"))) == 2
    assert len(backup.saved()) == 2
    backup.save(now=now + dt.timedelta(days=31))
    assert [made.made_at.day for made in backup.saved()] == [1, 30]
    assert len(list((kept / "artifacts").glob("??/*"))) == 1


def test_a_backup_that_fails_leaves_no_half_one(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIXWRIGHT_PG_BIN", str(_programs_that_fail(kept.parent)))
    settings.cache_clear()
    with pytest.raises(BackupError, match=r"was not made.*disk is gone"):
        backup.save()
    assert backup.saved() == []
    assert [file.name for file in kept.iterdir()] == [".lock"]


def _programs_that_fail(folder: Path) -> Path:
    (folder / "bin").mkdir()
    for name in ("postgres", "pg_dump"):
        program = folder / "bin" / name
        program.write_text("#!/bin/sh\necho the disk is gone >&2\nexit 1\n")
        program.chmod(0o755)
    return folder / "bin"


def test_backups_are_closed_to_other_users(kept: Path) -> None:
    backup.save()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700


def test_the_command_line_saves_lists_and_restores(kept: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "core.backup", *arguments], capture_output=True, text=True, check=False
        )

    assert run("save").stdout.startswith("Saved 20")
    (made,) = backup.saved()
    assert made.name in run("list").stdout
    assert "Restored" in run("restore", made.name).stdout
    wrong = run("restore", "yesterday")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "There is no backup named 'yesterday'" in wrong.stderr
