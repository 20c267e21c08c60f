"""Compiled loops over what a schedule causes: one pass gives totals, carry-over and returns of every draw."""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np

from core.mmm.compiled import compiled
from core.mmm.model.transforms import carry, saturate


@compiled
def work(
    money, past, weights, rate, saturation, half, slope, beta, value, by_period, window, after, earned, more
):
    """Fill KPI by (draw, period), and by (draw, channel): KPI inside the horizon and after it, money earned
    inside it, and money earned by one per unit more spend (to first order).

    `money` (geo, period, channel), with a single geo where all keep their shares; `past` (draw, channel, geo,
    period with the tail) carried exposure of the past; `rate` (draw, geo, channel) exposure per money;
    `value` (geo,) money per unit of KPI.
    """
    draws, channels, geos, length = past.shape
    periods = money.shape[1]
    series, own, carried = np.zeros(length), np.empty(length), np.empty(length)
    response, elasticity, spare = np.empty(length), np.empty(length), np.empty(length)
    for s in range(draws):
        for c in range(channels):
            for g in range(geos):
                if g < money.shape[0]:
                    series[:periods] = money[g, :, c]
                    carry(series, weights[s, c], own)
                step, level = rate[s, g, c], beta[s, g, c]
                for t in range(length):
                    carried[t] = past[s, c, g, t] + step * own[t]
                saturate(saturation[c], carried, half[s, c], slope[s, c], response, elasticity, spare)
                inside = late = next_one = 0.0
                for t in range(periods):
                    inside += response[t]
                    by_period[s, t] += level * response[t]
                    if carried[t] > 0.0:
                        next_one += elasticity[t] * step * own[t] / carried[t]
                for t in range(periods, length):
                    late += response[t]
                window[s, c] += level * inside
                after[s, c] += level * late
                earned[s, c] += value[g] * level * inside
                more[s, c] += value[g] * level * next_one
