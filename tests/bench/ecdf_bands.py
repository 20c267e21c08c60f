"""Are ranks uniform? Simultaneous bands around their empirical distribution, and exact p-values.

Saeilynoja, Buerkner and Vehtari (2022), "Graphical test for discrete uniformity and its applications in
goodness-of-fit evaluation and multiple sample comparison". With n ranks among `ranks` possible ones, the
number of ranks below k is binomial for each k. A band that leaves out `tail` at each k holds at all k at once
with a probability that follows exactly from the counts being a Markov chain.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def p_value(ranks: Integers, possible: int) -> float:
    """Probability that uniform ranks stray at least as far from their expected distribution somewhere.

    `ranks` (n,) lie in 0 .. possible - 1.
    """
    counts = np.cumsum(np.bincount(ranks, minlength=possible))[:-1]
    tails = _tails(len(ranks), possible)
    return 1.0 - _inside(tails[np.arange(possible - 1), counts].min() * (1 + 1e-9), len(ranks), possible)


def band(count: int, possible: int, level: float = 0.95) -> tuple[Integers, Integers]:
    """Lowest and highest number of ranks below k = 1 .. possible - 1 that hold together with `level`."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _inside(middle, count, possible) >= level else (low, middle)
    allowed = _tails(count, possible) >= low
    return allowed.argmax(axis=1), count - allowed[:, ::-1].argmax(axis=1)


@lru_cache(maxsize=4)
def _tails(count: int, possible: int) -> Floats:
    """(k, seen) twice the probability of at most, or of at least, `seen` ranks below k; the smaller one."""
    share = np.arange(1, possible)[:, None] / possible
    seen = np.arange(count + 1)
    return np.asarray(2 * np.minimum(binom.cdf(seen, count, share), binom.sf(seen - 1, count, share)))


@lru_cache(maxsize=4)
def _steps(count: int, possible: int) -> Floats:
    """(k, before, after) probability that `before` ranks below k become `after` ranks below k + 1."""
    before, after = np.arange(count + 1)[:, None], np.arange(count + 1)
    share = 1 / (possible - np.arange(possible - 1))[:, None, None]
    return np.asarray(binom.pmf(after - before, count - before, share))


def _inside(tail: float, count: int, possible: int) -> float:
    """Probability that at every k the number of uniform ranks below it has a tail of `tail` or more."""
    reached = np.zeros(count + 1)
    reached[0] = 1.0
    for step, allowed in zip(_steps(count, possible), _tails(count, possible) >= tail, strict=True):
        reached = (reached @ step) * allowed
    return float(reached.sum())
