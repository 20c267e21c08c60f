"""When to spend: a pattern over the periods that earns more than an even one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.mmm.optimiser.allocation import Worth, climb
from core.mmm.optimiser.horizon import earn, schedule_gradient, with_pattern
from core.mmm.optimiser.limits import Limits

Floats = NDArray[np.float64]
ROUNDS, STEPS = 2, 40


def better_pattern(worth: Worth, limits: Limits, pattern: Floats, spend: Floats) -> tuple[Floats, Floats]:
    """A flighting pattern (period, channel) and split that are worth at least as much as those given.

    Each channel takes the best of even, front-loaded and pulsed patterns, which is then refined by
    multiplicative steps along the gradient; splits and patterns take turns.
    """
    best = (worth(spend)[0], pattern, spend)
    for _ in range(ROUNDS):
        start = _best_candidates(worth, pattern, spend)
        pattern = _refined(worth, start, spend)
        moved = Worth(with_pattern(worth.horizon, pattern), worth.attitude)
        spend = climb(moved, limits, spend)
        value = moved(spend)[0]
        if value > best[0]:
            best = (value, pattern, spend)
    return best[1], best[2]


def _candidates(periods: int) -> list[Floats]:
    """Shares by period: even, falling, and on for every second, third, fourth period or in blocks."""
    time = np.arange(periods)
    shapes = [np.ones(periods), np.linspace(2, 0.1, periods)]
    for cycle in (2, 3, 4, 6, 8):
        shapes += [(time % cycle == 0).astype(float), (time % cycle < cycle // 2).astype(float)]
    return [shape / shape.sum() for shape in shapes if shape.sum() > 0]


def _best_candidates(worth: Worth, pattern: Floats, spend: Floats) -> Floats:
    options = [pattern] + [
        np.repeat(shape[:, None], len(spend), axis=1) for shape in _candidates(len(pattern))
    ]
    earned = np.array([earn(with_pattern(worth.horizon, own), spend)[0].mean(axis=0) for own in options])
    chosen = earned.argmax(axis=0)
    return np.column_stack([options[k][:, c] for c, k in enumerate(chosen)])


def _refined(worth: Worth, pattern: Floats, spend: Floats) -> Floats:
    """Multiplicative steps along the gradient, channel by channel, kept only where they earn more."""
    floor = 1e-4 / len(pattern)
    current = (pattern + floor) / (pattern + floor).sum(axis=0)
    value = earn(with_pattern(worth.horizon, current), spend)[0].mean(axis=0)
    step = np.ones(len(spend))
    for _ in range(STEPS):
        slope = schedule_gradient(worth.horizon, spend, current)
        centred = (slope - (slope * current).sum(axis=0)) / np.maximum(np.abs(slope).max(axis=0), 1e-300)
        tried = current * np.exp(np.clip(step * centred, -2, 2))
        tried = tried / tried.sum(axis=0)
        earned = earn(with_pattern(worth.horizon, tried), spend)[0].mean(axis=0)
        better = earned > value
        current, value = np.where(better, tried, current), np.where(better, earned, value)
        step = np.where(better, step * 1.5, step * 0.4)
        if (step < 1e-3).all():
            break
    before = earn(with_pattern(worth.horizon, pattern), spend)[0].mean(axis=0)
    return np.where(value >= before, current, pattern)
