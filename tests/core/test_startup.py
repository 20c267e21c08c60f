"""The start of the app: the links in the terminal, the demo's password, heavy imports without PyMC."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core import database, startup
from core.access import store as access
from core.demo.password import demo_password
from core.settings import settings
from tests.conftest import PASSWORD


def test_the_terminal_shows_the_claim_link_until_it_was_used(
    empty_database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "_warm_and_freeze", lambda: None)
    startup.start()
    shown = capsys.readouterr().out
    link = next(line.strip() for line in shown.splitlines() if "/claim?token=" in line)
    assert link.startswith(settings().public_url)
    with database.session() as s:
        access.claim(s, link.partition("token=")[2], "olga", PASSWORD)
    startup.start()
    assert "claim" not in capsys.readouterr().out


def test_the_banner_names_the_demo_account_only_where_there_is_one() -> None:
    assert "demo / secret" in startup.banner("http://x", None, "secret")
    assert "demo" not in startup.banner("http://x", None, None).lower()


def test_the_demos_password_is_made_once_and_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIXWRIGHT_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    first = demo_password()
    assert demo_password() == first
    assert len(first) >= 16
    assert stat.S_IMODE((tmp_path / "home" / "demo_password").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "home").iterdir()] == ["demo_password"]
    monkeypatch.undo()
    settings.cache_clear()


def test_the_web_side_brings_in_neither_pymc_nor_streamlit() -> None:
    code = (
        "import sys; import core.access.web; "
        "from core.startup import _warm_and_freeze; _warm_and_freeze(); "
        "print({'pymc', 'pytensor', 'streamlit'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
