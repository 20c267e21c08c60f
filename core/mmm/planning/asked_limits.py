"""Every limit of a budget question by the name the optimiser knows it under, with what a reader calls it."""

from __future__ import annotations

from dataclasses import dataclass

from core.mmm.planning.answers import LimitKind
from core.mmm.planning.budget_inputs import BudgetInputs
from core.mmm.planning.limit_values import Amount, ChannelLimit

PER_PERIOD = " per period"
IN_GEO = " in "


@dataclass(frozen=True)
class AskedLimit:
    """One limit: least and most of it (money, or shares of the plan's whole money where `of_total`).

    `own` is False for one that nobody typed.
    """

    name: str
    kind: LimitKind
    low: Amount
    high: Amount
    channel: str = ""
    geo: str = ""
    locked: bool = False
    of_total: bool = False
    own: bool = True

    def amount(self, side: str) -> float:
        """The end of one side ('lower' or 'upper'), 0 where it has none."""
        return (self.low if side == "lower" else self.high) or 0.0


def asked_limits(inputs: BudgetInputs) -> dict[str, AskedLimit]:
    """Limits by the optimiser's name. Whatever binds and is not among them was not typed by anybody."""
    found = [AskedLimit("total", LimitKind.TOTAL, inputs.total_value, inputs.total_value)]
    for limit in inputs.limits:
        found += _of_channel(limit)
    for group in inputs.groups:
        low, high = group.ends
        found.append(AskedLimit(group.name, LimitKind.GROUP, low, high, of_total=group.of_total))
    found += [AskedLimit(m.name, LimitKind.MONTH, m.minimum_value, m.maximum_value) for m in inputs.months]
    found += [AskedLimit(r.name, LimitKind.RULE, r.minimum_value, r.maximum_value) for r in inputs.rules]
    for cell in inputs.geo_limits if inputs.by_geo else ():
        low, high = cell.minimum_value, cell.maximum_value
        name = f"{cell.channel}{IN_GEO}{cell.geo}"
        found.append(AskedLimit(name, LimitKind.GEO, low, high, cell.channel, cell.geo))
    return {limit.name: limit for limit in found}


def unasked_limit(name: str, amount: float) -> AskedLimit:
    """A limit that the optimiser set by itself, known by its name alone: it keeps the plan near the data."""
    channel, per_period, _ = name.partition(PER_PERIOD)
    if per_period:
        return AskedLimit(name, LimitKind.PERIOD, None, amount, channel, own=False)
    channel, _, geo = name.partition(IN_GEO)
    kind = LimitKind.GEO if geo else LimitKind.CHANNEL
    return AskedLimit(name, kind, None, amount, channel, geo, own=False)


def _of_channel(limit: ChannelLimit) -> list[AskedLimit]:
    low, high = limit.bounds
    own = AskedLimit(limit.channel, LimitKind.CHANNEL, low, high, limit.channel, locked=limit.locked)
    if not limit.has_period_limit:
        return [own]
    name = f"{limit.channel}{PER_PERIOD}"
    ends = limit.period_minimum_value, limit.period_maximum_value
    return [own, AskedLimit(name, LimitKind.PERIOD, *ends, limit.channel)]
