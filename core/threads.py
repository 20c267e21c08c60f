"""How many processors linear algebra may take."""

from __future__ import annotations

from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]


def one_core() -> Any:
    """While it lasts, linear algebra keeps to one thread.

    The matrices here are small: more threads gain nothing, and where they wait for each other, above all on a
    busy machine, the same work takes four to a hundred times as long.
    """
    return _threads().limit(limits=1, user_api="blas")


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()
