"""C callbacks for the sampler around the compiled density; loaded from disk once compiled."""

from __future__ import annotations

import numba
import numpy as np

from core.mmm.compiled import compiled
from core.mmm.density import log_posterior

_DOUBLES = numba.types.CPointer(numba.types.double)
_DENSITY = numba.types.int64(numba.types.uint64, _DOUBLES, _DOUBLES, _DOUBLES, numba.types.voidptr)
_EXPAND = numba.types.int64(numba.types.uint64, numba.types.uint64, _DOUBLES, _DOUBLES, numba.types.voidptr)


@compiled
def evaluate(point, grad, out, buffer):  # type: ignore[no-untyped-def]
    """0 where density and gradient are finite, else the sampler's code for a point to be rejected."""
    value = log_posterior(point, grad, buffer)
    out[0] = value
    if not np.isfinite(value):
        return 4
    for i in range(grad.shape[0]):
        if not np.isfinite(grad[i]):
            return 3
    return 0


@numba.cfunc(_DENSITY, cache=True, nopython=True)
def density_callback(size, point, grad, value, data):  # type: ignore[no-untyped-def]
    """Log density and gradient of one point; `data` is the address of the packed buffer."""
    length = int(numba.carray(data, (1,), np.float64)[0])
    buffer = numba.carray(data, (length,), np.float64)
    out = numba.carray(value, (1,))
    return evaluate(numba.carray(point, (size,)), numba.carray(grad, (size,)), out, buffer)


@numba.cfunc(_EXPAND, cache=True, nopython=True)
def expand_callback(size, expanded, point, out, data):  # type: ignore[no-untyped-def]
    """The point itself: natural values are computed for all draws together afterwards."""
    given, kept = numba.carray(point, (size,)), numba.carray(out, (expanded,))
    for i in range(expanded):
        kept[i] = given[i]
    return 0
