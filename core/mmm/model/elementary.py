"""Exponential and logarithm of whole arrays, written so that the compiler runs them in vector registers.

The machine's own functions are called one number at a time, and nearly all of a gradient's time was spent
in them. Relative error below 1e-14 for normal numbers; see Muller (2016), "Elementary functions", ch. 11.
"""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np

from core.mmm.numba_cache import kernel_in_order

# Adding and taking away 1.5 x 2^52 rounds to the nearest whole number; it must not be optimised away, which
# is why these functions, unlike all others, are compiled with sums in the order that is written.
_ROUNDER = 6755399441055744.0
_ROUNDER_BITS = 4843621399236968448
_WHOLE_BITS = 0x4330000000000000
_WHOLE = 4503599627370496.0
_MANTISSA = 0x000FFFFFFFFFFFFF
_ONE_BITS = 0x3FF0000000000000
_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LN2 = math.log(2.0)
_LARGEST = 700.0


@kernel_in_order
def exponential(x, out):
    """Fill `out` with e^x; x is cut to +-700. `x` and `out` may not overlap."""
    size = x.shape[0]
    bits, rest = out.view(np.int64), np.empty(size)
    for i in range(size):
        y = min(max(x[i], -_LARGEST), _LARGEST)
        shifted = y * _LOG2E + _ROUNDER
        k = shifted - _ROUNDER
        rest[i] = (y - k * _LN2_HIGH) - k * _LN2_LOW
        out[i] = shifted
    for i in range(size):
        bits[i] = (bits[i] - _ROUNDER_BITS + 1023) << 52
    for i in range(size):
        r = rest[i]
        p = 1.0 / 479001600.0
        p = p * r + 1.0 / 39916800.0
        p = p * r + 1.0 / 3628800.0
        p = p * r + 1.0 / 362880.0
        p = p * r + 1.0 / 40320.0
        p = p * r + 1.0 / 5040.0
        p = p * r + 1.0 / 720.0
        p = p * r + 1.0 / 120.0
        p = p * r + 1.0 / 24.0
        p = p * r + 1.0 / 6.0
        p = p * r + 0.5
        p = p * r + 1.0
        p = p * r + 1.0
        out[i] *= p


@kernel_in_order
def logarithm(x, out):
    """Fill `out` with the natural logarithm of positive normal `x`. `x` and `out` may not overlap."""
    size = x.shape[0]
    bits = x.view(np.int64)
    mantissa = np.empty(size)
    exponent_bits, mantissa_bits = out.view(np.int64), mantissa.view(np.int64)
    for i in range(size):
        exponent_bits[i] = (bits[i] >> 52) | _WHOLE_BITS
        mantissa_bits[i] = (bits[i] & _MANTISSA) | _ONE_BITS
    for i in range(size):
        e, m = out[i] - (_WHOLE + 1023.0), mantissa[i]
        high = m > 1.4142135623730951
        m = 0.5 * m if high else m
        e = e + 1.0 if high else e
        s = (m - 1.0) / (m + 1.0)
        z = s * s
        p = 1.0 / 19.0
        p = p * z + 1.0 / 17.0
        p = p * z + 1.0 / 15.0
        p = p * z + 1.0 / 13.0
        p = p * z + 1.0 / 11.0
        p = p * z + 1.0 / 9.0
        p = p * z + 1.0 / 7.0
        p = p * z + 0.2
        p = p * z + 1.0 / 3.0
        p = p * z + 1.0
        out[i] = 2.0 * s * p + e * _LN2
