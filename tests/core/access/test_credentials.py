"""User names and passwords: every fault at once, one cost for everybody."""

from __future__ import annotations

import threading
import time

import pytest
from argon2 import PasswordHasher

from core.access import credentials
from core.access.credentials import (
    checked_credentials,
    clean_username,
    hash_password,
    password_faults,
    verify,
)
from core.errors import UserError


@pytest.mark.parametrize("name", ["bea", "bea.smith", "Bea@Example.com ", "a_1-b+c"])
def test_these_are_user_names(name: str) -> None:
    assert clean_username(name) == name.strip().lower()


@pytest.mark.parametrize("name", ["", "be", "b e a", ".bea", "bea.", "béa", "a" * 65, "bea\nsmith", "<b>ea"])
def test_these_are_not(name: str) -> None:
    with pytest.raises(UserError, match="3 to 64 characters"):
        clean_username(name)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "has 5 characters"),
        ("x" * 201, "longer than 200"),
        ("Beatrice.Smith", "must not be the user name"),
        ("Password123!", "first that anybody would try"),
        ("aaaaaaaaaaab", "first that anybody would try"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, reason: str) -> None:
    assert any(reason in fault for fault in password_faults(password, "beatrice.smith"))


def test_a_sentence_is_a_good_password() -> None:
    assert password_faults("four horses walk home", "bea") == []


def test_every_fault_of_name_and_password_is_listed_at_once() -> None:
    with pytest.raises(UserError) as refused:
        checked_credentials("b!", "aaa")
    assert len(refused.value.faults) == 3


def test_a_hash_opens_for_its_own_password_only() -> None:
    kept = hash_password("four horses walk home")
    assert verify(kept, "four horses walk home")
    assert not verify(kept, "four horses walk away")
    assert not verify("no hash at all", "four horses walk home")


def test_nobodys_hash_opens_for_nothing_and_costs_what_a_real_one_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(credentials, "_HASHER", PasswordHasher())
    assert not verify(None, "anything at all")
    assert not credentials.outdated(credentials._NOBODY)


def test_no_more_than_two_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most = [0], [0]
    counting = threading.Lock()

    class Slow:
        def verify(self, kept: str, password: str) -> bool:
            with counting:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.02)
            with counting:
                inside[0] -= 1
            return True

    monkeypatch.setattr(credentials, "_HASHER", Slow())
    threads = [threading.Thread(target=verify, args=("kept", "password")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 2
