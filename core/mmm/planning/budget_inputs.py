"""What a person asks of a plan: frozen inputs that turn into JSON for a saved scenario and back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from core.errors import UserError
from core.mmm.choices import Flighting, Goal
from core.mmm.planning.limit_values import ChannelLimit, GeoLimit, GroupLimit, LinearRule, MonthLimit

CENT = 0.01
CHOSEN_SLACK = 1e-5  # of its total: a chosen split was rounded to cents, limits it just met would clash
VERSION = 2  # of the kept form: the first knew neither months, rules, geos nor ways of spreading by channel
TARGET_GOALS = (Goal.TARGET_KPI, Goal.TARGET_ROAS, Goal.TARGET_MROAS)


class PlanKind(StrEnum):
    """The two kinds of saved scenario."""

    BUDGET = "budget"
    WHATIF = "whatif"


class RiskView(StrEnum):
    """How the uncertainty of the model enters the choice."""

    MEAN = "mean"
    QUANTILE = "quantile"
    CVAR = "cvar"
    PROBABILITY = "probability"


class Reference(StrEnum):
    """The spend a plan is compared with: the latest periods, or the horizon's own a year before."""

    RECENT = "recent"
    LAST_YEAR = "last_year"


@dataclass(frozen=True)
class BudgetInputs:
    """Everything that defines a budget optimisation.

    Money is over the whole horizon of `periods` periods after the data. `target_value` is the KPI (or the
    incremental ROAS, or that of the next money) to reach, `margin_share` the profit in each unit of KPI
    value; `risk_share` is the share of worst draws that a cautious plan looks at. `reference` is the spend
    that a plan is compared with and that percentages refer to. `pulse` is (periods on, periods of a cycle)
    for pulsed money. `chosen_value` is a split chosen on the efficient frontier, by channel; empty for the
    best. Raises UserError listing every fault, channels by `labels`.
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
    reference: Reference = Reference.RECENT
    pulse: tuple[int, int] = (2, 4)
    months: tuple[MonthLimit, ...] = ()
    rules: tuple[LinearRule, ...] = ()
    by_geo: bool = False
    geo_limits: tuple[GeoLimit, ...] = ()
    chosen_value: Mapping[str, float] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        faults = self._number_faults() + self._goal_faults() + self._limit_faults() + self._name_faults()
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
        if not 1 <= self.pulse[0] <= self.pulse[1]:
            faults.append(
                f"Pulsed money is on for 1 to {self.pulse[1]} periods of a cycle, not {self.pulse[0]}."
            )
        return faults

    def _goal_faults(self) -> list[str]:
        faults = []
        if self.goal in TARGET_GOALS and not (self.target_value or 0) > 0:
            faults.append("This goal needs a target above zero.")
        if self.risk == RiskView.PROBABILITY and self.goal != Goal.KPI:
            faults.append("The chance to beat the present split can count only for the goal “most KPI”.")
        if self.goal == Goal.PROFIT and not 0 < (self.margin_share or 0) <= 1:
            faults.append("Maximum profit needs a margin above 0 % and up to 100 %.")
        return faults

    def _limit_faults(self) -> list[str]:
        faults: list[str] = []
        for limit in self.limits:
            faults += limit.faults(self.label(limit.channel))
        for group in self.groups:
            faults += group.faults()
        for month in self.months:
            faults += month.faults()
        for row, rule in enumerate(self.rules, start=1):
            faults += rule.faults(row)
        for cell in self.geo_limits:
            faults += cell.faults(self.label(cell.channel))
        return faults

    def _name_faults(self) -> list[str]:
        """Names that two limits share, or that are a channel's: a price could not be told apart."""
        groups, rules = [group.name for group in self.groups], [rule.name for rule in self.rules]
        faults = [f"Two groups are called '{name}'." for name in _repeated(groups)]
        faults += [f"Two rules are called '{name}'." for name in _repeated(rules)]
        faults += [
            f"A group and a rule are both called '{name}'." for name in sorted({*groups} & {*rules} - {""})
        ]
        taken = {"total", *(month.name for month in self.months)}
        taken |= {word for limit in self.limits for word in (limit.channel, self.label(limit.channel))}
        own = sorted({*groups, *rules} & taken)
        return faults + [f"'{name}' is the name of something else: choose another." for name in own]

    def label(self, channel: str) -> str:
        """The name a reader sees for a channel."""
        return self.labels.get(channel, channel)

    @property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """Limits by channel, as the optimiser takes them; close around the money of a chosen split."""
        if self.chosen_value:
            near = CHOSEN_SLACK * self.chosen_total
            return {name: (max(value - near, 0.0), value + near) for name, value in self.chosen_value.items()}
        return {limit.channel: limit.bounds for limit in self.limits}

    @property
    def chosen_total(self) -> float:
        """Money of the chosen split, 0 without one."""
        return to_cents(sum(self.chosen_value.values()))

    @property
    def recent(self) -> dict[str, float]:
        """Spend of the reference over as many periods, by channel."""
        return {limit.channel: limit.recent_value for limit in self.limits}

    @property
    def risk_choice(self) -> str | tuple[str, float]:
        """The risk as the optimiser takes it: 'mean', ('quantile', q), ('cvar', q) or 'probability'."""
        if self.risk in (RiskView.MEAN, RiskView.PROBABILITY):
            return self.risk.value
        return self.risk.value, self.risk_share

    @property
    def pulsed(self) -> bool:
        """Whether the money of any channel comes in pulses."""
        return Flighting.PULSED in (self.flighting, *(limit.flighting for limit in self.limits))

    def limit_of(self, channel: str) -> ChannelLimit:
        """The limit of one channel. Raises KeyError for a channel the plan does not know."""
        for limit in self.limits:
            if limit.channel == channel:
                return limit
        raise KeyError(channel)

    def to_json(self) -> dict[str, Any]:
        """The inputs as plain JSON values; `from_json` gives equal inputs back."""
        raw = {field: value for field, value in asdict(self).items() if field != "labels"}
        kept: dict[str, Any] = json.loads(json.dumps({"version": VERSION, **raw}))
        return kept

    @classmethod
    def from_json(cls, raw: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> BudgetInputs:
        """The inputs kept by `to_json`, of this version or an earlier one."""
        values = {key: value for key, value in raw.items() if key in cls.__dataclass_fields__}
        for name, kind in _PARTS.items():
            values[name] = tuple(_part(kind, part) for part in raw.get(name, ()))
        for name, words in _WORDS.items():
            values[name] = words(raw[name]) if name in raw else cls.__dataclass_fields__[name].default
        values["pulse"] = tuple(raw.get("pulse", (2, 4)))
        return cls(**values, labels=labels or {})


_PARTS: dict[str, type] = {
    "limits": ChannelLimit, "groups": GroupLimit, "months": MonthLimit, "rules": LinearRule,
    "geo_limits": GeoLimit,
}  # fmt: skip
_WORDS: dict[str, type[StrEnum]] = {
    "goal": Goal, "risk": RiskView, "flighting": Flighting, "reference": Reference,
}  # fmt: skip


def _part(kind: type, raw: Mapping[str, Any]) -> Any:
    """One limit as it was kept: lists are tuples again, a word of a closed set is itself again."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in raw.items()
        if name in kind.__dataclass_fields__  # type: ignore[attr-defined]
    }
    if values.get("flighting"):
        values["flighting"] = Flighting(values["flighting"])
    return kind(**values)


def _repeated(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if name and names.count(name) > 1})


def fill_limits(
    channels: Sequence[str], recent: Mapping[str, float], largest: Mapping[str, float]
) -> tuple[ChannelLimit, ...]:
    """Limits that let every channel move freely: from nothing up to `largest` in whole money, over the
    horizon.
    """
    return tuple(
        ChannelLimit(name, to_cents(recent[name]), 0.0, float(math.ceil(max(largest[name], recent[name]))))
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
