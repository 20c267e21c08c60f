"""C callbacks for the sampler around the compiled density; loaded from disk once compiled."""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numba
import numpy as np
from numba import carray  # type: ignore[attr-defined]

from core.mmm.compiled import compiled
from core.mmm.density import log_posterior

_DOUBLES = numba.types.CPointer(numba.types.double)  # type: ignore[no-untyped-call]
_DENSITY = numba.types.int64(numba.types.uint64, _DOUBLES, _DOUBLES, _DOUBLES, numba.types.voidptr)
_EXPAND = numba.types.int64(numba.types.uint64, numba.types.uint64, _DOUBLES, _DOUBLES, numba.types.voidptr)


@compiled
def evaluate(point, grad, out, buffer):
    """0 where density and gradient are finite, else the sampler's code for a point to be rejected."""
    value = log_posterior(point, grad, buffer)
    out[0] = value
    if not np.isfinite(value):
        return 4
    for i in range(grad.shape[0]):
        if not np.isfinite(grad[i]):
            return 3
    return 0


@numba.cfunc(_DENSITY, cache=True)
def density_callback(size, point, grad, value, data):
    """Log density and gradient of one point; `data` is the address of the packed buffer."""
    length = int(carray(data, (1,), np.float64)[0])
    buffer = carray(data, (length,), np.float64)
    out = carray(value, (1,))
    return evaluate(carray(point, (size,)), carray(grad, (size,)), out, buffer)


@numba.cfunc(_EXPAND, cache=True)
def expand_callback(size, expanded, point, out, data):
    """The point itself: natural values are computed for all draws together afterwards."""
    given, kept = carray(point, (size,)), carray(out, (expanded,))
    for i in range(expanded):
        kept[i] = given[i]
    return 0
