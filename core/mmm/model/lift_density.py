"""The log density of measured lifts, given the media response, and its gradient.

`lifts` everywhere: rows (2, row) test and geo, changed (row, period) the comparison's exposure (its reach for
a channel with reach and frequency, whose frequency stays as it was), tests (test, 5) channel, start, stop,
lift, lift_sd.
"""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np

from core.mmm.compiled import compiled
from core.mmm.model.kernel import LOG_2PI
from core.mmm.model.transforms import answer_with_slopes, pull_back_answer


@compiled
def answer_changes(lifts, exposure, codes, natural, weights, other):
    """Fill `other` (row, 4, period): carried exposure, response and their slopes in the tests'
    comparisons.
    """
    rows, changed, tests = lifts
    for i in range(changed.shape[0]):
        c, g = int(tests[rows[0, i], 0]), rows[1, i]
        answer_with_slopes(
            codes[1, c], codes[2, c] >= 0, changed[i], exposure[max(codes[2, c], c), g], weights[c],
            natural[c, 2], natural[c, 3], other[i, 0], other[i, 1], other[i, 2], other[i, 3],
        )  # fmt: skip


@compiled
def model_lifts(lifts, kpi_mean, response, level, other, modelled):
    """Fill `modelled` (test,) with the lifts the model would measure; log density of those measured."""
    rows, changed, tests = lifts
    modelled[:] = 0.0
    for i in range(changed.shape[0]):
        m, g = rows[0, i], rows[1, i]
        c = int(tests[m, 0])
        for t in range(int(tests[m, 1]), int(tests[m, 2])):
            modelled[m] += kpi_mean[g] * level[g, c] * (response[c, g, t] - other[i, 1, t])
    value = 0.0
    for m in range(tests.shape[0]):
        z = (tests[m, 3] - modelled[m]) / tests[m, 4]
        value -= 0.5 * z * z + math.log(tests[m, 4]) + 0.5 * LOG_2PI
    return value


@compiled
def add_lift_tests(
    lifts, kpi_mean, exposure, codes, natural, weights, response, level,
    by_level, by_response, by_natural, by_weights,
):  # fmt: skip
    """Log density of the measured lifts; adds the gradients."""
    rows, changed, tests = lifts
    count, periods = changed.shape
    other, modelled = np.empty((count, 4, periods)), np.empty(tests.shape[0])
    answer_changes(lifts, exposure, codes, natural, weights, other)
    value = model_lifts(lifts, kpi_mean, response, level, other, modelled)
    adjoint = np.zeros(periods)
    for i in range(count):
        m, g = rows[0, i], rows[1, i]
        c = int(tests[m, 0])
        pull = (tests[m, 3] - modelled[m]) / (tests[m, 4] * tests[m, 4]) * kpi_mean[g]
        adjoint[:] = 0.0
        for t in range(int(tests[m, 1]), int(tests[m, 2])):
            by_level[g, c] += pull * (response[c, g, t] - other[i, 1, t])
            by_response[c, g, t] += pull * level[g, c]
            adjoint[t] = -pull * level[g, c]
        half, slope = pull_back_answer(
            codes[2, c] >= 0, changed[i], weights[c], other[i, 0], other[i, 2], other[i, 3],
            adjoint, by_weights[c],
        )  # fmt: skip
        by_natural[c, 0] += half
        by_natural[c, 1] += slope
    return value
