"""The last process out of a home is the one that may stop the server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from db.usage_lock import InUse

_OTHER = (
    "import sys, time; from pathlib import Path; from db.usage_lock import InUse\n"
    "s = InUse(Path(sys.argv[1])); s.hold(); print('holding', flush=True); sys.stdin.read()"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "in_use.lock"


def _other(file: Path) -> subprocess.Popen[str]:
    other = subprocess.Popen(
        [sys.executable, "-c", _OTHER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "holding\n"
    return other


def test_who_is_alone_is_the_last(file: Path) -> None:
    share = InUse(file)
    share.hold()
    assert share.alone()
    share.let_go()


def test_who_is_not_alone_is_not_the_last(file: Path) -> None:
    other = _other(file)
    share = InUse(file)
    share.hold()
    assert not share.alone()
    other.communicate()
    share.let_go()


def test_a_killed_process_counts_no_longer(file: Path) -> None:
    other = _other(file)
    other.kill()
    other.communicate()
    share = InUse(file)
    share.hold()
    assert share.alone()
    share.let_go()


def test_who_holds_nothing_is_never_the_last(file: Path) -> None:
    assert not InUse(file).alone()
