"""Starters that come together share one place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from db.account import account_for
from db.server import make_place


def test_starters_that_make_the_same_place_at_once_all_find_it_made(tmp_path: Path) -> None:
    account = account_for(tmp_path)
    for turn in range(40):
        place, together = tmp_path / str(turn) / "deep" / "postgres", Barrier(8)

        def start(place: Path = place, together: Barrier = together) -> bool:
            together.wait()
            make_place(place, account)
            return place.is_dir()

        with ThreadPoolExecutor(8) as pool:
            assert all(found.result() for found in [pool.submit(start) for _ in range(8)])
