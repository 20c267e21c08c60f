"""Settings: sensible without any variable, every wrong one named at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UserError
from core.settings import read_settings


def test_without_variables_everything_lies_in_the_home_beside_the_code() -> None:
    found = read_settings({})
    assert found.home == Path(__file__).parents[2] / ".mixwright"
    assert found.artifacts == str(found.home / "artifacts")
    assert found.backups == found.home / "backups"
    assert (found.database_url, found.pg_bin) == (None, None)
    assert (found.worker, found.demo, found.open_registration) == (True, True, False)
    assert found.public_url == "http://127.0.0.1:8501"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_spelling_of_a_database_address_is_taken(scheme: str) -> None:
    found = read_settings({"DATABASE_URL": f"{scheme}://a:b@db:5432/mix"})
    assert found.database_url == "postgresql+psycopg://a:b@db:5432/mix"


def test_empty_variables_count_as_not_given() -> None:
    names = [
        "DATABASE_URL",
        "MIXWRIGHT_HOME",
        "MIXWRIGHT_PG_BIN",
        "MIXWRIGHT_ARTIFACTS",
        "MIXWRIGHT_PUBLIC_URL",
    ]
    assert read_settings(dict.fromkeys(names, "")) == read_settings({})


@pytest.mark.parametrize(("text", "meant"), [("1", True), ("0", False), ("Yes", True), ("off", False)])
def test_switches_read_as_people_write_them(text: str, meant: bool) -> None:
    assert read_settings({"MIXWRIGHT_OPEN_REGISTRATION": text}).open_registration is meant


def test_every_wrong_variable_is_named_at_once(tmp_path: Path) -> None:
    wrong = {
        "DATABASE_URL": "mysql://somewhere",
        "MIXWRIGHT_WORKER": "perhaps",
        "MIXWRIGHT_PG_BIN": str(tmp_path),
        "MIXWRIGHT_PUBLIC_URL": "mix.example.com",
    }
    with pytest.raises(UserError) as refused:
        read_settings(wrong)
    assert [name for name in wrong if not any(name in fault for fault in refused.value.faults)] == []
    assert len(refused.value.faults) == 4


def test_the_public_address_has_no_slash_at_its_end() -> None:
    assert read_settings({"MIXWRIGHT_PUBLIC_URL": "https://mix.example.com/"}).public_url == (
        "https://mix.example.com"
    )
