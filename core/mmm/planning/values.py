"""What a person asks of a plan: frozen inputs that turn into JSON for a saved scenario and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from core.errors import UserError
from core.mmm.choices import Flighting, Goal

CENT = 0.01


class PlanKind(StrEnum):
    """The two kinds of saved scenario."""

    BUDGET = "budget"
    WHATIF = "whatif"


class RiskView(StrEnum):
    """How the uncertainty of the model enters the choice."""

    MEAN = "mean"
    QUANTILE = "quantile"
    CVAR = "cvar"


@dataclass(frozen=True)
class ChannelLimit:
    """Least and most money for one channel over the horizon; `locked` keeps its recent spend."""

    channel: str
    recent_value: float
    minimum_value: float
    maximum_value: float
    locked: bool = False

    @property
    def bounds(self) -> tuple[float, float]:
        """The (lower, upper) limit that counts."""
        return (self.recent_value,) * 2 if self.locked else (self.minimum_value, self.maximum_value)

    @property
    def floor(self) -> float:
        """The least that may be spent."""
        return self.bounds[0]

    def faults(self, label: str) -> list[str]:
        """Every rule that the limit breaks, as sentences that name the channel by `label`."""
        if self.locked:
            return []
        found = []
        if self.minimum_value < 0:
            found.append(f"{label}: the minimum cannot be negative ({self.minimum_value:,.2f}).")
        if self.maximum_value < self.minimum_value:
            found.append(
                f"{label}: the maximum ({self.maximum_value:,.2f}) lies under the minimum "
                f"({self.minimum_value:,.2f})."
            )
        return found


@dataclass(frozen=True)
class GroupLimit:
    """Least and most money for several channels together; a missing side does not bind."""

    name: str
    channels: tuple[str, ...]
    minimum_value: float | None = None
    maximum_value: float | None = None

    @property
    def floor(self) -> float:
        """The least that may be spent."""
        return self.minimum_value or 0.0

    def faults(self) -> list[str]:
        """Every rule that the group breaks, as sentences."""
        found = []
        if not self.name.strip():
            found.append("Every group needs a name.")
        if len(self.channels) < 2:
            found.append(f"Group '{self.name}': choose at least two channels.")
        low, high = self.minimum_value, self.maximum_value
        if low is None and high is None:
            found.append(f"Group '{self.name}': set a minimum or a maximum.")
        if low is not None and high is not None and low > high:
            found.append(
                f"Group '{self.name}': the maximum ({high:,.2f}) lies under the minimum ({low:,.2f})."
            )
        return found


@dataclass(frozen=True)
class BudgetInputs:
    """Everything that defines a budget optimisation.

    Money is over the whole horizon of `periods` periods after the data. `target_value` is the KPI (or the
    incremental ROAS) to reach, `margin_share` the profit in each unit of KPI value; `risk_share` is the share
    of worst draws that a cautious plan looks at. Raises UserError listing every fault, channels by `labels`.
    """

    periods: int
    total_value: float
    limits: tuple[ChannelLimit, ...]
    groups: tuple[GroupLimit, ...] = ()
    goal: Goal = Goal.KPI
    target_value: float | None = None
    margin_share: float | None = None
    risk: RiskView = RiskView.MEAN
    risk_share: float = 0.1
    flighting: Flighting = Flighting.EVEN
    level: float = 0.9
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        faults = self._number_faults() + self._goal_faults()
        for limit in self.limits:
            faults += limit.faults(self.labels.get(limit.channel, limit.channel))
        for group in self.groups:
            faults += group.faults()
        names = [group.name for group in self.groups]
        faults += [
            f"Two groups are called '{name}'." for name in sorted({n for n in names if names.count(n) > 1})
        ]
        if faults:
            raise UserError(faults)

    def _number_faults(self) -> list[str]:
        faults = []
        if self.periods < 1:
            faults.append("The plan needs at least one period.")
        if self.total_value <= 0:
            faults.append(f"The total budget must be positive, not {self.total_value:,.2f}.")
        if not 0 < self.risk_share < 1 or not 0 < self.level < 1:
            faults.append("Risk share and interval level lie between 0 and 1.")
        return faults

    def _goal_faults(self) -> list[str]:
        faults = []
        if self.goal in (Goal.TARGET_KPI, Goal.TARGET_ROAS) and not (self.target_value or 0) > 0:
            faults.append("This goal needs a target above zero.")
        if self.goal == Goal.PROFIT and not 0 < (self.margin_share or 0) <= 1:
            faults.append("Maximum profit needs a margin above 0 % and up to 100 %.")
        return faults

    @property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """Limits by channel, as the optimiser takes them."""
        return {limit.channel: limit.bounds for limit in self.limits}

    @property
    def recent(self) -> dict[str, float]:
        """Recent spend over as many periods, by channel."""
        return {limit.channel: limit.recent_value for limit in self.limits}

    @property
    def risk_choice(self) -> str | tuple[str, float]:
        """The risk as the optimiser takes it: 'mean', ('quantile', q) or ('cvar', q)."""
        return "mean" if self.risk == RiskView.MEAN else (self.risk.value, self.risk_share)

    def to_json(self) -> dict[str, Any]:
        """The inputs as plain JSON values; `from_json` gives equal inputs back."""
        raw = asdict(self)
        raw.pop("labels")
        kept: dict[str, Any] = json.loads(json.dumps(raw))
        return kept

    @classmethod
    def from_json(cls, raw: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> BudgetInputs:
        """The inputs kept by `to_json`."""
        values = {key: value for key, value in raw.items() if key in cls.__dataclass_fields__}
        values["limits"] = tuple(ChannelLimit(**limit) for limit in raw["limits"])
        values["groups"] = tuple(
            GroupLimit(**{**group, "channels": tuple(group["channels"])}) for group in raw.get("groups", ())
        )
        values["goal"], values["risk"] = Goal(raw["goal"]), RiskView(raw["risk"])
        values["flighting"] = Flighting(raw["flighting"])
        return cls(**values, labels=labels or {})


def fill_limits(
    channels: Sequence[str], recent: Mapping[str, float], largest: Mapping[str, float]
) -> tuple[ChannelLimit, ...]:
    """Limits that let every channel move freely: from nothing up to `largest`, money over the horizon."""
    return tuple(
        ChannelLimit(name, to_cents(recent[name]), 0.0, to_cents(max(largest[name], recent[name])))
        for name in channels
    )


def to_cents(value: float) -> float:
    """The amount rounded to whole cents."""
    return round(float(value), 2)


def round_to_sum(values: Iterable[float], unit: float = CENT) -> list[float]:
    """The values rounded to multiples of `unit` so that they add up to their rounded sum.

    Largest remainders are rounded up first (Hamilton's method).
    """
    exact = [float(value) / unit for value in values]
    whole = [int(value // 1) for value in exact]
    missing = round(sum(exact)) - sum(whole)
    order = sorted(range(len(exact)), key=lambda i: whole[i] - exact[i])
    for i in order[:missing]:
        whole[i] += 1
    digits = max(0, len(f"{unit:.10f}".rstrip("0").split(".")[1]))
    return [round(count * unit, digits) for count in whole]
