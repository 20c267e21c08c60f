"""Numba functions, and where their machine code is cached: compiled once per machine, not per process."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numba

Function = Callable[..., Any]
_MARK = "from core.mmm.numba_cache import"


def _kernel_sources() -> str:
    """A short fingerprint of every file that holds compiled functions.

    A compiled function has swallowed those it calls, but numba looks only at the date of its own file:
    without the fingerprint a change in one file would leave stale machine code of another in use.
    """
    texts = [path.read_bytes() for path in sorted(Path(__file__).parent.rglob("*.py"))]
    kernels = [text for text in texts if _MARK.encode() in text or b"import numba" in text]
    return hashlib.sha256(b"".join(kernels)).hexdigest()[:16]


def _cache_folder() -> Path | None:
    """The folder that is now numba's disk cache: NUMBA_CACHE_DIR, the user's cache, or a temporary one;
    None where all are closed to us.

    A checkout or a container image may be read-only; numba would then compile at every start.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    bases = [Path(given)] if given else [Path.home() / ".cache", Path(tempfile.gettempdir())]
    for base in bases:
        folder = base / f"mixwright-kernels-{_kernel_sources()}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if _ours_alone(folder):
            setattr(numba.config, "CACHE_DIR", str(folder))  # noqa: B010
            return folder
    return None


def _ours_alone(folder: Path) -> bool:
    """Whether only we can write there: what lies in the folder is loaded as code, and /tmp is everybody's."""
    found = folder.lstat()
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.geteuid()
        and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        and os.access(folder, os.W_OK)
    )


def kernels_are_cached() -> bool:
    """Whether compiled kernels of this version lie ready, so that using one costs no compilation."""
    return CACHE is not None and any(CACHE.glob("**/*.nbc"))


CACHE = _cache_folder()

# Sums may be reordered so that they run in vector registers; infinities and NaN keep their meaning, because
# the sampler recognises an impossible point by them.
_FAST = frozenset({"reassoc", "contract", "arcp", "nsz"})


def kernel(function: Function) -> Function:
    """The function compiled to machine code, kept on disk."""
    ready: Function = numba.njit(cache=True, fastmath=set(_FAST), error_model="numpy", nogil=True)(function)
    return ready


def kernel_in_order(function: Function) -> Function:
    """The same in the order that is written, for functions that live off its rounding; a product and a sum
    may still be one instruction, which rounds once.

    The liberty has to be refused in so many words: numba hands that of the caller down otherwise.
    """
    ready: Function = numba.njit(cache=True, fastmath={"contract"}, error_model="numpy", nogil=True)(function)
    return ready


def by_code(functions: Sequence[Function]) -> Function:
    """A compiled function (code, ...) that hands its other arguments to the function at that place.

    The chain of comparisons is compiled into its callers, so that a call costs no more than branches written
    by hand. It is not cached itself: call it from functions that are, not from Python.
    """
    jit = numba.njit(fastmath=set(_FAST), error_model="numpy", nogil=True, forceinline=True)
    *others, last = functions

    def link(own: int, function: Function, rest: Function) -> Function:
        @jit
        def dispatch(code, *given):  # type: ignore[no-untyped-def]
            if code == own:
                return function(*given)
            return rest(code, *given)

        return dispatch

    @jit
    def otherwise(code, *given):  # type: ignore[no-untyped-def]
        return last(*given)

    chosen: Function = otherwise
    for code in reversed(range(len(others))):
        chosen = link(code, others[code], chosen)
    return chosen
