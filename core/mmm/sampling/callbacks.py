"""C callbacks for the sampler around the compiled density; loaded from disk once compiled."""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numba
import numpy as np
from numba import carray  # type: ignore[attr-defined]
from numpy.typing import NDArray

from core.mmm.model.density import log_posterior
from core.mmm.numba_cache import kernel

Floats = NDArray[np.float64]
_DOUBLES = numba.types.CPointer(numba.types.double)  # type: ignore[no-untyped-call]
_DENSITY = numba.types.int64(numba.types.uint64, _DOUBLES, _DOUBLES, _DOUBLES, numba.types.voidptr)
_EXPAND = numba.types.int64(numba.types.uint64, numba.types.uint64, _DOUBLES, _DOUBLES, numba.types.voidptr)


@kernel
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


@kernel
def move(point, centre, root, moved):
    """Fill `moved` with centre + root @ point; an empty root leaves the point's own directions."""
    size = point.shape[0]
    for i in range(size):
        moved[i] = centre[i] + point[i] if root.shape[0] == 0 else centre[i]
    for i in range(root.shape[0]):
        total = 0.0
        for j in range(size):
            total += root[i, j] * point[j]
        moved[i] += total


@kernel
def pull_gradient(by_moved, root, grad):
    """Fill `grad` with root' @ by_moved: the gradient by the point that was moved."""
    if root.shape[0] == 0:
        grad[:] = by_moved
        return
    grad[:] = 0.0
    for i in range(root.shape[0]):
        pull = by_moved[i]
        for j in range(root.shape[1]):
            grad[j] += root[i, j] * pull


@kernel
def parts_of(buffer, size):
    """Centre and root of the coordinates, then the density's own buffer, of a `sampling_buffer`."""
    rows, at = int(buffer[1]), 2 + size
    root = buffer[at : at + rows * size].reshape((rows, size))
    return buffer[2:at], root, buffer[at + rows * size :]


@kernel
def evaluate_moved(point, grad, out, buffer):
    """As `evaluate`, at a point in the coordinates that a `sampling_buffer` holds."""
    centre, root, own = parts_of(buffer, point.shape[0])
    moved, by_moved = np.empty_like(point), np.empty_like(point)
    move(point, centre, root, moved)
    code = evaluate(moved, by_moved, out, own)
    pull_gradient(by_moved, root, grad)
    return code


def sampling_buffer(own: Floats, centre: Floats, root: Floats) -> Floats:
    """Its length and the rows of `root`, coordinates, then the density's buffer: all behind one address."""
    buffer = np.concatenate([[0.0, len(root)], centre, root.ravel(), own])
    buffer[0] = buffer.size
    return buffer


@numba.cfunc(_DENSITY, cache=True)
def density_callback(size, point, grad, value, data):
    """Log density and gradient of one point; `data` is the address of a `sampling_buffer`."""
    length = int(carray(data, (1,), np.float64)[0])
    buffer = carray(data, (length,), np.float64)
    given, by_point = carray(point, (size,)), carray(grad, (size,))
    return evaluate_moved(given, by_point, carray(value, (1,)), buffer)


@numba.cfunc(_EXPAND, cache=True)
def expand_callback(size, expanded, point, out, data):
    """The parameters at the point: natural values are computed for all draws together afterwards."""
    length = int(carray(data, (1,), np.float64)[0])
    given, kept = carray(point, (size,)), carray(out, (expanded,))
    centre, root, _ = parts_of(carray(data, (length,), np.float64), given.shape[0])
    move(given, centre, root, kept)
    return 0
