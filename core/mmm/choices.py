"""The closed sets of the mix model: every word a user can choose from."""

from __future__ import annotations

from enum import StrEnum


class Trend(StrEnum):
    """How the baseline may drift: a slope that may change at knots, one slope, or no slope."""

    PIECEWISE = "piecewise"
    LINEAR = "linear"
    NONE = "none"


class Outliers(StrEnum):
    """What happens to periods far outside the rest: a dummy of their own, or nothing."""

    DUMMY = "dummy"
    KEEP = "keep"


class Engine(StrEnum):
    """What a fit samples: the compiled density, or the same model in PyMC (slower; to verify or extend)."""

    KERNEL = "kernel"
    PYMC = "pymc"


class Goal(StrEnum):
    """What a budget plan is asked for."""

    KPI = "kpi"
    PROFIT = "profit"
    TARGET_KPI = "target_kpi"
    TARGET_ROAS = "target_roas"
    TARGET_MROAS = "target_mroas"


TARGET_GOALS = (Goal.TARGET_KPI, Goal.TARGET_ROAS, Goal.TARGET_MROAS)


class Flighting(StrEnum):
    """How a channel's money is spread over the periods of a plan."""

    EVEN = "even"
    AS_REFERENCE = "as_reference"
    LAST_YEAR = "last_year"
    PULSED = "pulsed"
    OPTIMISED = "optimised"
