"""What spend earns draw by draw, how that changes with each variable, and how the change changes.

The adjoint of the carry-over brings the slope of each period's response back to the spend of the periods
before it; the curvature is beta rate^2 f'' between two amounts of one channel that share a period.
"""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np

from core.mmm.model.curves import at_zero_of, curvature_of, turning_point_of
from core.mmm.model.transforms import carry, saturate
from core.mmm.numba_cache import kernel

STEEP = 1e30


@kernel
def response_derivative(kind, carried, half, slope, response, by_carried, spare):
    """Fill `response`, and `by_carried` with its derivative by the carried exposure."""
    saturate(kind, carried, half, slope, response, by_carried, spare)
    floor, start, _ = at_zero_of(kind, half, slope)
    for t in range(carried.shape[0]):
        by_carried[t] = by_carried[t] / carried[t] if carried[t] > floor else start


@kernel
def response_curvature(kind, carried, half, slope, response, by_carried, out):
    """Fill `out` with the second derivative by the carried exposure, cut at 0 where it is positive."""
    curvature_of(kind, carried, half, slope, response, by_carried, out)
    for t in range(carried.shape[0]):
        out[t] = min(out[t], 0.0)


@kernel
def own_carried(variables, place, free, periods, weights, spread, series, own):
    """Fill `own` with what one channel's spend of one part (all geos, or one) carries over to each period."""
    if free:
        for t in range(periods):
            series[t] = variables[place + t]
        carry(series, weights, own)
    else:
        for t in range(own.shape[0]):
            own[t] = variables[place] * spread[t]


@kernel
def first_order(
    variables, first, free, parts, periods, past, spread, weights, rate, saturation, half, slope, beta,
    value, after, gradient,
):  # fmt: skip
    """Add KPI (draw, channel), its part after the plan, and its derivative (draw, variable)."""
    draws, channels, geos, length = past.shape
    lags = weights.shape[2]
    series, own, pull = np.zeros(length), np.zeros(length), np.zeros(length)
    carried, response = np.zeros(length), np.zeros(length)
    by_carried, spare = np.zeros(length), np.zeros(length)
    for s in range(draws):
        for c in range(channels):
            for p in range(parts):
                place = first[c] + p * (periods if free[c] else 1)
                own_carried(variables, place, free[c], periods, weights[s, c], spread[s, c], series, own)
                pull[:] = 0.0
                start, stop = (0, geos) if parts == 1 else (p, p + 1)
                for g in range(start, stop):
                    step, level = rate[s, g, c], beta[s, g, c]
                    for t in range(length):
                        carried[t] = past[s, c, g, t] + step * own[t]
                    response_derivative(
                        saturation[c], carried, half[s, c], slope[s, c], response, by_carried, spare
                    )
                    whole = late = 0.0
                    for t in range(length):
                        whole += response[t]
                        pull[t] += level * step * by_carried[t]
                    for t in range(periods, length):
                        late += response[t]
                    value[s, c] += level * whole
                    after[s, c] += level * late
                if free[c]:
                    own_gradient = gradient[s, place : place + periods]
                    for lag in range(lags):
                        weight, later = weights[s, c, lag], pull[lag:]
                        for t in range(min(periods, length - lag)):
                            own_gradient[t] += weight * later[t]
                else:
                    total = 0.0
                    for t in range(length):
                        total += pull[t] * spread[s, c, t]
                    gradient[s, place] += total


@kernel
def second_order(
    variables, first, free, parts, periods, past, spread, weights, rate, saturation, half, slope, beta,
    share, bands,
):  # fmt: skip
    """Add the curvature of the weighted KPI, `share` (draw,) being the weights.

    `bands` (variable, lag): between a variable and the one that many periods later; a variable of a fixed
    pattern has its own curvature in the first place.
    """
    draws, channels, geos, length = past.shape
    lags = min(weights.shape[2], bands.shape[1])
    series, own, pull = np.zeros(length), np.zeros(length), np.zeros(length)
    carried, response, spare = np.zeros(length), np.zeros(length), np.zeros(length)
    by_carried, bent = np.zeros(length), np.zeros(length)
    turned = np.zeros(length)
    for s in range(draws):
        if share[s] == 0.0:
            continue
        for c in range(channels):
            for p in range(parts):
                place = first[c] + p * (periods if free[c] else 1)
                own_carried(variables, place, free[c], periods, weights[s, c], spread[s, c], series, own)
                pull[:] = 0.0
                start, stop = (0, geos) if parts == 1 else (p, p + 1)
                for g in range(start, stop):
                    step = rate[s, g, c]
                    for t in range(length):
                        carried[t] = past[s, c, g, t] + step * own[t]
                    response_derivative(
                        saturation[c], carried, half[s, c], slope[s, c], response, by_carried, spare
                    )
                    response_curvature(
                        saturation[c], carried, half[s, c], slope[s, c], response, by_carried, bent
                    )
                    height = share[s] * beta[s, g, c] * step * step
                    for t in range(length):
                        pull[t] += height * bent[t]
                if not free[c]:
                    total = 0.0
                    for t in range(length):
                        total += pull[t] * spread[s, c, t] * spread[s, c, t]
                    bands[place, 0] += total
                    continue
                for away in range(lags):
                    turned[:periods] = 0.0
                    for lag in range(lags - away):
                        # Amounts of periods j and j + away meet in period j + away + lag.
                        both = weights[s, c, lag + away] * weights[s, c, lag]
                        later = pull[lag + away :]
                        for t in range(min(periods - away, length - lag - away)):
                            turned[t] += both * later[t]
                    for t in range(periods - away):
                        bands[place + t, away] += turned[t]


@kernel
def curve_bounds(
    points, first, parts, periods, past, spread, rate, saturation, half, slope, beta, value, left, right
):
    """Add mean KPI (variable, point) of variables with fixed patterns alone, and the slopes (variable,
    interval) of lines through an interval's left and right end that lie above the curve all over the
    interval.

    A term that is concave there lies under its tangents, a convex one under its chord; one that turns from
    convex to concave rises nowhere faster than where it turns, nowhere slower than at one of the ends.
    """
    draws, channels, geos, length = past.shape
    carried, response, by_carried = np.zeros(length), np.zeros(length), np.zeros(length)
    spare, before, was, rose = np.zeros(length), np.zeros(length), np.zeros(length), np.zeros(length)
    for s in range(draws):
        for c in range(channels):
            kind, power = saturation[c], slope[s, c]
            turn, steepest = turning_point_of(kind, half[s, c], power)
            floor, _, vertical = at_zero_of(kind, half[s, c], power)
            for p in range(parts):
                j = first[c] + p
                start, stop = (0, geos) if parts == 1 else (p, p + 1)
                for g in range(start, stop):
                    level = beta[s, g, c] / draws
                    for k in range(points.shape[1]):
                        for t in range(length):
                            carried[t] = past[s, c, g, t] + points[j, k] * rate[s, g, c] * spread[s, c, t]
                        response_derivative(kind, carried, half[s, c], power, response, by_carried, spare)
                        total = up = down = 0.0
                        width = points[j, k] - points[j, k - 1] if k > 0 else 0.0
                        for t in range(length):
                            total += response[t]
                            if k > 0 and width > 0.0:
                                step = rate[s, g, c] * spread[s, c, t]
                                if carried[t] <= turn:
                                    chord = (response[t] - was[t]) / width
                                    up += chord
                                    down += chord
                                elif before[t] >= turn:
                                    infinite = vertical and before[t] <= floor and step > 0.0
                                    up += STEEP if infinite else rose[t] * step
                                    down += by_carried[t] * step
                                else:
                                    up += steepest * step
                                    down += min(rose[t], by_carried[t]) * step
                        value[j, k] += level * total
                        if k > 0:
                            left[j, k - 1] += level * up
                            right[j, k - 1] += level * down
                        for t in range(length):
                            before[t], was[t], rose[t] = carried[t], response[t], by_carried[t]
