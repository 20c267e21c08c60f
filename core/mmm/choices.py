"""The closed sets of the mix model: every word a user can choose from."""

from __future__ import annotations

from enum import StrEnum


class KpiKind(StrEnum):
    """What the target column counts: things (orders, visits) or money."""

    COUNT = "count"
    MONEY = "money"


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


class Trend(StrEnum):
    """How the baseline may drift: a slope that may change at knots, one slope, or no slope."""

    PIECEWISE = "piecewise"
    LINEAR = "linear"
    NONE = "none"


class Outliers(StrEnum):
    """What happens to periods far outside the rest: a dummy of their own, or nothing."""

    DUMMY = "dummy"
    KEEP = "keep"


class Granularity(StrEnum):
    """Spacing of the periods."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    @property
    def periods_per_year(self) -> float:
        """Mean number of periods in a year."""
        return {"daily": 365.25, "weekly": 365.25 / 7, "monthly": 12.0}[self.value]

    @property
    def periods_per_week(self) -> float:
        """Mean number of periods in a week (about 0.23 for months)."""
        return self.periods_per_year * 7 / 365.25

    @property
    def default_max_lag(self) -> int:
        """Length of the carry-over window: eight weeks, or three months."""
        return {"daily": 56, "weekly": 8, "monthly": 3}[self.value]

    @property
    def noun(self) -> str:
        """The word for one period in a sentence."""
        return {"daily": "day", "weekly": "week", "monthly": "month"}[self.value]


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


class Flighting(StrEnum):
    """How a channel's money is spread over the periods of a plan."""

    EVEN = "even"
    AS_REFERENCE = "as_reference"
    LAST_YEAR = "last_year"
    PULSED = "pulsed"
    OPTIMISED = "optimised"
