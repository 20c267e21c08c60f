"""Where compiled kernels are kept, so that they are compiled once per machine and not once per process."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def _keep_kernels() -> None:
    """Point numba's disk cache to a writable folder unless the environment already names one.

    A checkout or a container image may be read-only; numba would then compile at every start.
    """
    if os.environ.get("NUMBA_CACHE_DIR"):
        return
    for base in (Path.home() / ".cache", Path(tempfile.gettempdir())):
        folder = base / "mixwright-kernels"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            os.environ["NUMBA_CACHE_DIR"] = str(folder)
            break
    if "numba" in sys.modules:
        sys.modules["numba"].config.reload_config()  # type: ignore[attr-defined]


_keep_kernels()

import numba  # noqa: E402  (its cache folder had to be settled first)

# Sums may be reordered so that they run in vector registers; infinities and NaN keep their meaning, because
# the sampler recognises an impossible point by them.
_FAST = frozenset({"reassoc", "contract", "arcp", "nsz"})


def compiled(function: Function) -> Function:
    """The function compiled to machine code, kept on disk."""
    ready: Function = numba.njit(cache=True, fastmath=set(_FAST), error_model="numpy", nogil=True)(function)
    return ready
