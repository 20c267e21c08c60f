"""A budget question as a person sets it: goal, budget, limits and risk, in the form that is saved."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cattrs.gen import make_dict_unstructure_fn, override

from core.errors import UserError
from core.json_values import converter, from_json
from core.mmm.cents import to_cents
from core.mmm.choices import TARGET_GOALS, Flighting, Goal
from core.mmm.optimiser.limit import Amount, Limit, LimitKind

CHOSEN_SLACK = 1e-5  # of its total: a chosen split was rounded to cents, limits it just met would clash
VERSION = 2  # of the saved form: the first knew neither months, rules, geos nor flighting by channel


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
class ChannelSettings:
    """What is set for one channel: its limits over the horizon and in any one period, and its flighting.

    `recent_value` is its spend in the reference; `locked` keeps it. `test_value`: nothing is spent, or at
    least this much. `period_*_value` are the least and the most spend of any one period; a missing side does
    not bind. `flighting` is missing where the channel follows the plan's.
    """

    channel: str
    recent_value: float
    minimum_value: float
    maximum_value: float
    locked: bool = False
    test_value: Amount = None
    period_minimum_value: Amount = None
    period_maximum_value: Amount = None
    flighting: Flighting | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """The (lower, upper) limit that counts."""
        return (self.recent_value,) * 2 if self.locked else (self.minimum_value, self.maximum_value)

    @property
    def limit(self) -> Limit:
        """The limit over the horizon."""
        return Limit.channel(self.channel, *self.bounds, locked=self.locked)

    @property
    def period_limit(self) -> Limit:
        """The limit in any one period; not set where both sides are missing."""
        return Limit.period(self.channel, self.period_minimum_value, self.period_maximum_value)

    def faults(self, label: str) -> list[str]:
        """Every rule that is broken, as sentences that name the channel by `label`."""
        found = self.period_limit.faults(f"{label}, any one period")
        if self.locked:
            return found
        found += self.limit.faults(label)
        test = self.test_value
        if test is None:
            return found
        if test <= 0:
            found.append(f"{label}: money for a test must be above zero ({test:,.2f}).")
        elif self.minimum_value > 0:
            found.append(
                f"{label}: a minimum of {self.minimum_value:,.2f} and “if at all, at least” exclude each "
                "other; clear one of them."
            )
        elif test > self.maximum_value:
            found.append(
                f"{label}: “if at all, at least” ({test:,.2f}) lies above the maximum "
                f"({self.maximum_value:,.2f})."
            )
        return found


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
    limits: tuple[ChannelSettings, ...]
    groups: tuple[Limit, ...] = ()
    goal: Goal = Goal.KPI
    target_value: float | None = None
    margin_share: float | None = None
    risk: RiskView = RiskView.MEAN
    risk_share: float = 0.1
    flighting: Flighting = Flighting.EVEN
    level: float = 0.9
    reference: Reference = Reference.RECENT
    pulse: tuple[int, int] = (2, 4)
    months: tuple[Limit, ...] = ()
    rules: tuple[Limit, ...] = ()
    by_geo: bool = False
    geo_limits: tuple[Limit, ...] = ()
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
        for settings in self.limits:
            faults += settings.faults(self.label(settings.channel))
        for word, limits in (("Group", self.groups), ("Rule", self.rules)):
            for row, limit in enumerate(limits, start=1):
                where = f"{word} '{limit.name}'" if limit.name.strip() else f"{word} in row {row}"
                faults += limit.faults(where)
                if limit.kind == LimitKind.RULE and not limit.channels:
                    faults.append(f"{where}: give at least one channel a factor other than 0.")
        for month in self.months:
            faults += month.faults(month.name)
        for cell in self.geo_limits:
            faults += cell.faults(f"{self.label(cell.channels[0])} in {cell.geos[0]}")
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
    def every_limit(self) -> dict[str, Limit]:
        """The limits that are set by name: budget, channels, single periods, groups, months, rules, geos."""
        found = [Limit.total(self.total_value)]
        for settings in self.limits:
            found += [settings.limit, settings.period_limit]
        found += [*self.groups, *self.months, *self.rules, *(self.geo_limits if self.by_geo else ())]
        return {limit.name: limit for limit in found if limit.is_set}

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


def read_budget_inputs(raw: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> BudgetInputs:
    """The saved inputs, of this version or an earlier one; faults name channels by `labels`."""
    return from_json(BudgetInputs, {**raw, "labels": labels or {}})


def _repeated(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if name and names.count(name) > 1})


def free_limits(
    channels: Sequence[str], recent: Mapping[str, float], largest: Mapping[str, float]
) -> tuple[ChannelSettings, ...]:
    """Limits that let every channel move freely: from nothing up to `largest` in whole money, over the
    horizon.
    """
    return tuple(
        ChannelSettings(name, to_cents(recent[name]), 0.0, float(math.ceil(max(largest[name], recent[name]))))
        for name in channels
    )


def _limit_to_json(limit: Limit) -> dict[str, Any]:
    """A limit in the saved form of its kind."""
    ends: dict[str, Any] = {"minimum_value": limit.lower, "maximum_value": limit.upper}
    if limit.kind == LimitKind.GROUP:
        free = dict.fromkeys(ends)
        shares = {"minimum_share": limit.lower, "maximum_share": limit.upper}
        values = free | shares if limit.of_total else ends | dict.fromkeys(shares)
        return {"name": limit.name, "channels": limit.channels, **values}
    if limit.kind == LimitKind.MONTH:
        return {"month": limit.year_month, **ends}
    if limit.kind == LimitKind.GEO:
        return {"channel": limit.channels[0], "geo": limit.geos[0], **ends}
    days = {name: day and day.isoformat() for name, day in (("start_on", limit.start), ("end_on", limit.end))}
    return {"name": limit.name, "weights": limit.weights, **ends, **days, "geos": limit.geos}


def _limit_from_json(raw: Mapping[str, Any], _: type) -> Limit:
    """A limit from the saved form of its kind, which its keys tell."""
    ends = raw.get("minimum_value"), raw.get("maximum_value")
    if "month" in raw:
        return Limit.month(raw["month"], *ends)
    if "geo" in raw:
        return Limit.geo(raw["channel"], raw["geo"], *ends)
    if "channels" in raw:
        shares = raw.get("minimum_share"), raw.get("maximum_share")
        of_total = shares != (None, None)
        return Limit.group(raw["name"], raw["channels"], *(shares if of_total else ends), of_total=of_total)
    start, end = (day and dt.date.fromisoformat(day) for day in (raw.get("start_on"), raw.get("end_on")))
    return Limit.linear(raw["name"], raw.get("weights", {}), *ends, start, end, raw.get("geos", ()))


converter.register_unstructure_hook(Limit, _limit_to_json)
converter.register_structure_hook(Limit, _limit_from_json)
_fields_to_json = make_dict_unstructure_fn(BudgetInputs, converter, labels=override(omit=True))
converter.register_unstructure_hook(
    BudgetInputs, lambda inputs: {"version": VERSION, **_fields_to_json(inputs)}
)
