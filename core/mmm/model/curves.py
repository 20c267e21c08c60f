"""The forms of carry-over (adstock) and saturation: one row each, with all that anything asks of a form.

Adstock weights w_0 .. w_{L-1} sum to 1; with a the carried exposure,

    geometric  w_l ~ decay^l                         delayed  w_l ~ decay^((l - peak)^2)
    Weibull    w_l ~ Weibull density at l + 1 (shape, scale) less its least value within the window,
               as Robyn and PyMC-Marketing have it
    hill       a^slope / (a^slope + half^slope)      logistic  (1 - e^-ka) / (1 + e^-ka), k = ln 3 / half
    michaelis_menten  a / (a + half)                 none      a

Every saturation but `none` is 0 at 0, 1/2 at `half` and 1 in the limit. Jin et al. (2017), "Bayesian methods
for media mix modeling with carryover and shape effects". The same forms in PyMC: `pymc_terms.py`.

A new form is a member of its enum, its functions and its row here, and its term there: a form without a row,
or a row with a part missing, is an error when this file is imported.
"""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any, Literal

import numpy as np

from core.mmm.model.elementary import exponential, logarithm
from core.mmm.model.kernel import FIRST, HALF, LOGIT_BETA, NORMAL, SECOND, SLOPE
from core.mmm.numba_cache import by_code, kernel
from core.mmm.priors import beta_shape, log_normal_shape

Function = Callable[..., Any]
LN3 = math.log(3.0)
TINY = 1e-300
# Below this share of half saturation a Hill curve's derivative is taken to be that at it: with a slope below
# 1 it is infinite at nothing.
FLOOR = 1e-9


class Adstock(StrEnum):
    """How an exposure is carried over to later periods."""

    GEOMETRIC = "geometric"
    DELAYED = "delayed"
    WEIBULL = "weibull"


class Saturation(StrEnum):
    """How the response to more exposure flattens."""

    HILL = "hill"
    LOGISTIC = "logistic"
    MICHAELIS_MENTEN = "michaelis_menten"
    NONE = "none"


@dataclass(frozen=True)
class Parameter:
    """A sampled parameter of a form.

    `slot` is its row among the places of a channel's parameters. `prior_fields` are the fields of
    ChannelPrior with its typical value and the width of its prior, `frequency_fields` replace them where
    saturation acts on average frequency; the ranges are what may be asked for. `density(typical, width,
    scale)` is the prior's kind and two numbers on the unconstrained scale; `scale` is periods per week where
    the `unit` is weeks, the channel's median exposure where it is exposure.
    """

    name: str
    slot: int
    prior_fields: tuple[str, str]
    typical_range: tuple[float, float]
    density: Callable[[float, float, float], tuple[int, float, float]]
    unit: Literal["", "weeks", "exposure"] = ""
    width_range: tuple[float, float] = (0.05, 2.0)
    frequency_fields: tuple[str, str] | None = None

    def fields_of_prior(self, on_frequency: bool = False) -> tuple[str, str]:
        """The fields of ChannelPrior with its typical value and the width of its prior."""
        return self.frequency_fields if on_frequency and self.frequency_fields else self.prior_fields


RETENTION = Parameter(
    "retention",
    FIRST,
    ("retention_mean", "retention_sd"),
    (0.01, 0.99),
    lambda mean, sd, _: (LOGIT_BETA, *beta_shape(mean, sd)),
)
PEAK = Parameter(
    "peak",
    SECOND,
    ("peak_weeks_mean", "peak_weeks_sd"),
    (0.1, 12.0),
    lambda mean, sd, weekly: (NORMAL, *log_normal_shape(mean * weekly, sd * weekly)),
    unit="weeks",
    width_range=(0.05, 12.0),
)
SHAPE = Parameter(
    "shape",
    FIRST,
    ("shape_median", "shape_sd"),
    (0.2, 10.0),
    lambda median, sd, _: (NORMAL, math.log(median), sd),
)
SPREAD_WEEKS = Parameter(
    "spread",
    SECOND,
    ("spread_weeks_median", "spread_weeks_sd"),
    (0.1, 26.0),
    lambda median, sd, weekly: (NORMAL, math.log(median * weekly), sd),
    unit="weeks",
)
HALF_SATURATION = Parameter(
    "half",
    HALF,
    ("half_ratio", "half_sd"),
    (0.05, 20.0),
    lambda ratio, sd, usual: (NORMAL, math.log(usual * ratio), sd),
    unit="exposure",
    frequency_fields=("frequency_half_ratio", "frequency_half_sd"),
)
STEEPNESS = Parameter(
    "slope",
    SLOPE,
    ("slope_median", "slope_sd"),
    (0.3, 6.0),
    lambda median, sd, _: (NORMAL, math.log(median), sd),
    frequency_fields=("frequency_slope_median", "frequency_slope_sd"),
)
PARAMETERS = (RETENTION, PEAK, SHAPE, SPREAD_WEEKS, HALF_SATURATION, STEEPNESS)


@dataclass(frozen=True)
class AdstockForm:
    """A carry-over: `log_weights(first, second, log_weights, by_first, by_second)` fills the logarithms of
    its weights (lag,) and their derivatives by its two parameters; `lowered`: the least weight is subtracted
    from all before they are made to sum to 1."""

    label: str
    parameters: tuple[Parameter, ...]
    log_weights: Function
    lowered: bool

    @property
    def has_half_life(self) -> bool:
        """Whether its first parameter is the share of an effect that is left a week later."""
        return RETENTION in self.parameters


@dataclass(frozen=True)
class SaturationForm:
    """A saturation: a function of carried exposure over `half`, and of `slope`.

    `respond(carried, half, slope, response, spare)` fills the response.
    `elasticity(carried, half, slope, response, elasticity, by_slope)` fills it too, `elasticity` with
    carried * d response / d carried, and `by_slope` with (d response / d log slope) / elasticity, 0 without a
    slope.
    `at_zero(half, slope)`: the exposure up to which the derivative is taken to be constant, that derivative,
    and whether it is infinite at 0.
    `curvature(carried, half, slope, response, derivative, curvature)` fills the second derivative.
    `turning_point(half, slope)`: the exposure at which an S-shaped curve turns from convex to concave, and
    its derivative there; 0 for a curve that is concave from the start.
    """

    label: str
    parameters: tuple[Parameter, ...]
    respond: Function
    elasticity: Function
    at_zero: Function
    curvature: Function
    turning_point: Function

    @property
    def saturates(self) -> bool:
        """Whether more exposure ever brings less than proportionally more."""
        return bool(self.parameters)


@kernel
def _geometric_weights(decay, unused, log_weights, by_decay, by_unused):
    for lag in range(log_weights.shape[0]):
        log_weights[lag] = lag * math.log(decay) if lag > 0 else 0.0
        by_decay[lag], by_unused[lag] = lag / decay, 0.0


@kernel
def _delayed_weights(decay, peak, log_weights, by_decay, by_peak):
    for lag in range(log_weights.shape[0]):
        away = lag - peak
        log_weights[lag] = away * away * math.log(decay)
        by_decay[lag], by_peak[lag] = away * away / decay, -2.0 * away * math.log(decay)


@kernel
def _weibull_weights(shape, scale, log_weights, by_shape, by_scale):
    for lag in range(log_weights.shape[0]):
        log_ratio = math.log((lag + 1.0) / scale)
        power = math.exp(shape * log_ratio)
        log_weights[lag] = (shape - 1.0) * log_ratio - power
        by_shape[lag] = log_ratio - power * log_ratio
        by_scale[lag] = (shape * power - (shape - 1.0)) / scale


@kernel
def _hill(carried, half, slope, response, spare):
    size, log_half = carried.shape[0], math.log(half)
    for t in range(size):
        response[t] = max(carried[t], TINY)
    logarithm(response, spare)
    for t in range(size):
        spare[t] = slope * (log_half - spare[t])
    exponential(spare, response)
    for t in range(size):
        response[t] = 1.0 / (1.0 + response[t]) if carried[t] > 0.0 else 0.0


@kernel
def _hill_elasticity(carried, half, slope, response, elasticity, by_slope):
    _hill(carried, half, slope, response, elasticity)
    for t in range(carried.shape[0]):
        # What `_hill` left behind is slope * log(half / carried).
        by_slope[t] = elasticity[t] / -slope if carried[t] > 0.0 else 0.0
        elasticity[t] = slope * response[t] * (1.0 - response[t])


@kernel
def _hill_at_zero(half, slope):
    low = 1.0 / (1.0 + math.exp(-slope * math.log(FLOOR)))
    return FLOOR * half, slope * low * (1.0 - low) / (FLOOR * half), slope < 1.0


@kernel
def _hill_curvature(carried, half, slope, response, derivative, curvature):
    for t in range(carried.shape[0]):
        depth = max(carried[t], FLOOR * half)
        curvature[t] = derivative[t] / depth * (slope * (1.0 - 2.0 * response[t]) - 1.0)


@kernel
def _hill_turning_point(half, slope):
    if slope <= 1.0:
        return 0.0, 0.0
    turn = half * ((slope - 1.0) / (slope + 1.0)) ** (1.0 / slope)
    height = 1.0 / (1.0 + (half / turn) ** slope)
    return turn, slope * height * (1.0 - height) / turn


@kernel
def _logistic(carried, half, slope, response, spare):
    scale = -LN3 / half
    for t in range(carried.shape[0]):
        spare[t] = scale * carried[t]
    exponential(spare, response)
    for t in range(carried.shape[0]):
        response[t] = (1.0 - response[t]) / (1.0 + response[t]) if carried[t] > 0.0 else 0.0


@kernel
def _logistic_elasticity(carried, half, slope, response, elasticity, by_slope):
    _logistic(carried, half, slope, response, elasticity)
    scale = 0.5 * LN3 / half
    for t in range(carried.shape[0]):
        by_slope[t] = 0.0
        elasticity[t] = scale * carried[t] * (1.0 - response[t] * response[t])


@kernel
def _logistic_at_zero(half, slope):
    return 0.0, 0.5 * LN3 / half, False


@kernel
def _logistic_curvature(carried, half, slope, response, derivative, curvature):
    for t in range(carried.shape[0]):
        curvature[t] = -LN3 / half * response[t] * derivative[t]


@kernel
def _michaelis_menten(carried, half, slope, response, spare):
    for t in range(carried.shape[0]):
        response[t] = carried[t] / (carried[t] + half)


@kernel
def _michaelis_menten_elasticity(carried, half, slope, response, elasticity, by_slope):
    _michaelis_menten(carried, half, slope, response, elasticity)
    for t in range(carried.shape[0]):
        by_slope[t] = 0.0
        elasticity[t] = response[t] * (1.0 - response[t])


@kernel
def _michaelis_menten_at_zero(half, slope):
    return 0.0, 1.0 / half, False


@kernel
def _michaelis_menten_curvature(carried, half, slope, response, derivative, curvature):
    for t in range(carried.shape[0]):
        curvature[t] = -2.0 * derivative[t] / (carried[t] + half)


@kernel
def _straight(carried, half, slope, response, spare):
    for t in range(carried.shape[0]):
        response[t] = carried[t]


@kernel
def _straight_elasticity(carried, half, slope, response, elasticity, by_slope):
    _straight(carried, half, slope, response, elasticity)
    for t in range(carried.shape[0]):
        by_slope[t] = 0.0
        elasticity[t] = response[t]


@kernel
def _straight_at_zero(half, slope):
    return 0.0, 1.0, False


@kernel
def _straight_curvature(carried, half, slope, response, derivative, curvature):
    for t in range(carried.shape[0]):
        curvature[t] = 0.0


@kernel
def _concave_from_the_start(half, slope):
    return 0.0, 0.0


ADSTOCKS = {
    Adstock.GEOMETRIC: AdstockForm("Fades at once", (RETENTION,), _geometric_weights, lowered=False),
    Adstock.DELAYED: AdstockForm("Peaks later", (RETENTION, PEAK), _delayed_weights, lowered=False),
    Adstock.WEIBULL: AdstockForm(
        "Free shape (Weibull)", (SHAPE, SPREAD_WEEKS), _weibull_weights, lowered=True
    ),
}
SATURATIONS = {
    Saturation.HILL: SaturationForm(
        label="S or C curve (Hill)",
        parameters=(HALF_SATURATION, STEEPNESS),
        respond=_hill,
        elasticity=_hill_elasticity,
        at_zero=_hill_at_zero,
        curvature=_hill_curvature,
        turning_point=_hill_turning_point,
    ),
    Saturation.LOGISTIC: SaturationForm(
        label="Logistic",
        parameters=(HALF_SATURATION,),
        respond=_logistic,
        elasticity=_logistic_elasticity,
        at_zero=_logistic_at_zero,
        curvature=_logistic_curvature,
        turning_point=_concave_from_the_start,
    ),
    Saturation.MICHAELIS_MENTEN: SaturationForm(
        label="C curve (Michaelis-Menten)",
        parameters=(HALF_SATURATION,),
        respond=_michaelis_menten,
        elasticity=_michaelis_menten_elasticity,
        at_zero=_michaelis_menten_at_zero,
        curvature=_michaelis_menten_curvature,
        turning_point=_concave_from_the_start,
    ),
    Saturation.NONE: SaturationForm(
        label="Straight line",
        parameters=(),
        respond=_straight,
        elasticity=_straight_elasticity,
        at_zero=_straight_at_zero,
        curvature=_straight_curvature,
        turning_point=_concave_from_the_start,
    ),
}


def check_complete(table: Mapping[Any, Any], members: Iterable[str], what: str) -> None:
    """TypeError that names every member without a row, and every row with a part missing."""
    faults = [f"{what} '{member}' has no row." for member in members if member not in table]
    for member, row in table.items():
        parts = fields(row) if is_dataclass(row) else ()
        missing = [part.name for part in parts if getattr(row, part.name) is None]
        faults += [f"{what} '{member}' lacks {', '.join(missing)}."] if missing else []
    if faults:
        raise TypeError(" ".join(faults))


check_complete(ADSTOCKS, Adstock, "Adstock")
check_complete(SATURATIONS, Saturation, "Saturation")

# The compiled functions know a form by its place in its enum.
ADSTOCK_CODES = {form: code for code, form in enumerate(Adstock)}
SATURATION_CODES = {form: code for code, form in enumerate(Saturation)}
HAS_HALF_LIFE = np.array([ADSTOCKS[form].has_half_life for form in Adstock])
LOWERED = np.array([ADSTOCKS[form].lowered for form in Adstock])
log_weights_of = by_code([ADSTOCKS[form].log_weights for form in Adstock])
response_of = by_code([SATURATIONS[form].respond for form in Saturation])
elasticity_of = by_code([SATURATIONS[form].elasticity for form in Saturation])
at_zero_of = by_code([SATURATIONS[form].at_zero for form in Saturation])
curvature_of = by_code([SATURATIONS[form].curvature for form in Saturation])
turning_point_of = by_code([SATURATIONS[form].turning_point for form in Saturation])
