"""Limits in plain sentences: what each costs, which cannot be met together, which are set at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.charts.formats import Wording, percent
from core.mmm.choices import Flighting
from core.mmm.optimiser.limit import Amount, Limit, LimitKind
from core.mmm.optimiser.linear_limits import InfeasiblePlan, LimitRow
from core.mmm.planning.answers import Binding, BudgetAnswer
from core.mmm.planning.budget_inputs import BudgetInputs, ChannelSettings
from core.mmm.planning.limit_costs import limit_as_set

POINT = 0.01  # the step in which a share of the whole spend is moved


@dataclass(frozen=True)
class LimitInForce:
    """A limit as a row for people: least and most (a missing side does not bind), in money or in shares.

    `price` is the KPI gained by one more unit of it where the plan runs into it; `note` what kind it is.
    """

    name: str
    least: Amount
    most: Amount
    of_total: bool = False
    price: float | None = None
    note: str = ""


def limit_name(limit: Limit, wording: Wording) -> str:
    """'Television', 'Television in North', '“Digital”', 'January 2026'."""
    if limit.kind in (LimitKind.GROUP, LimitKind.RULE):
        return f"“{limit.name}”"
    label = wording.label(limit.subject)
    return f"{label} in {limit.geo_name}" if limit.geo_name else label


def limit_sentence(binding: Binding, wording: Wording) -> str:
    """What a limit is, what it costs altogether, and what the next bit of money there would bring."""
    step = POINT if binding.of_total else _step(binding.limit_value)
    each = f"{wording.kpi(abs(binding.price) * step)} {wording.kpi_label}"
    money = "one percentage point" if binding.of_total else f"{wording.symbol}{step:,.0f}"
    if binding.about == LimitKind.TOTAL:
        return f"Another {money} of budget would bring about {each}."
    verb = "lowering" if binding.side == "minimum" else "raising"
    if binding.side == "locked":
        verb = "raising" if binding.price >= 0 else "lowering"
    gain = f"{verb} it by {money} would bring about {each}"
    if binding.cost is None or binding.cost <= 0:
        return f"{_subject(binding, wording)} holds the plan back: {gain}."
    return f"{_subject(binding, wording)} costs {wording.kpi(binding.cost)} {wording.kpi_label}; {gain}."


def _subject(binding: Binding, wording: Wording) -> str:
    """'The floor of €60.0k on Television', 'At most €80k in January 2026'."""
    value, name = binding.limit_value, limit_name(binding.limit, wording)
    amount = f"{percent(value)} of the money" if binding.of_total else wording.money(value)
    end = "At least" if binding.side == "minimum" else "At most"
    if binding.about == LimitKind.RULE:
        return f"The rule {name}"
    if binding.side == "locked":
        return f"Keeping {name} at {amount}"
    if not binding.own:
        period = f" in one {wording.period}" if binding.about == LimitKind.PERIOD else ""
        return f"Keeping {name} near the most ever spent{period} (at most {amount})"
    if binding.about == LimitKind.PERIOD:
        return f"{end} {amount} a {wording.period} on {name}"
    if binding.about == LimitKind.MONTH:
        return f"{end} {amount} in {name}"
    return f"The {'floor' if binding.side == 'minimum' else 'cap'} of {amount} on {name}"


def explain_clash(error: InfeasiblePlan, inputs: BudgetInputs, wording: Wording) -> str:
    """Which limits cannot be met together, by their names on the screen, and how much has to give."""
    if not error.clash:
        return " ".join(error.faults)
    limits = [limit_as_set(row, inputs) for row in error.clash]
    parts = [_clashing(row, own, wording) for row, own in zip(error.clash, limits, strict=True)]
    remedy = _remedy(error.clash, {own.kind for own in limits}, wording)
    return f"No plan can meet all of these: {'; '.join(parts)}. {remedy}"


def _clashing(row: LimitRow, limit: Limit, wording: Wording) -> str:
    """'Search is kept at €50,000.00', 'the budget is €100.00'."""
    amount = f"{wording.symbol}{row.amount:,.2f}"
    if limit.kind == LimitKind.TOTAL:
        return f"the budget is {amount}"
    if limit.of_total:
        amount = f"{percent(row.amount)} of the money"
    name = limit_name(limit, wording)
    if limit.locked:
        return f"{name} is kept at {amount}"
    verb = {"lower": "needs at least", "upper": "may get at most", "total": "needs exactly"}[row.side]
    if limit.kind == LimitKind.PERIOD:
        near = "" if limit.by_user else f" (near the most ever spent in one {wording.period})"
        return f"{name} {verb} {amount} a {wording.period}{near}"
    return f"{'the rule ' if limit.kind == LimitKind.RULE else ''}{name} {verb} {amount}"


def _remedy(clash: tuple[LimitRow, ...], kinds: set[LimitKind], wording: Wording) -> str:
    """How much is missing where floors or caps of different spend conflict with the budget; else to loosen
    one."""
    total = next((row for row in clash if row.limit.kind == LimitKind.TOTAL), None)
    others = [row for row in clash if row.limit.kind != LimitKind.TOTAL]
    sides = {row.side for row in others}
    if total is not None and others and _adds_up(others):
        gap = sum(row.amount for row in others) - total.amount
        rest = "the other" if len(others) == 1 else "the others"
        if sides == {"lower"} and gap > 0:
            return f"Raise the budget by {wording.symbol}{gap:,.2f}, or lower {rest} by as much."
        if sides == {"upper"} and gap < 0:
            return f"Lower the budget by {wording.symbol}{-gap:,.2f}, or raise {rest} by as much."
    if kinds & {LimitKind.MONTH, LimitKind.PERIOD, LimitKind.RULE}:
        return f"Loosen one of them, or let the plan find the best {wording.period}s."
    return "Loosen one of them."


def _adds_up(rows: list[LimitRow]) -> bool:
    """Whether the limits are sums of whole spend of which none counts twice; caps must cover all of it."""
    if any(row.limit.of_total or row.members.shape[0] > 1 for row in rows):
        return False
    weights = np.vstack([row.members.toarray() for row in rows])
    counted = weights.sum(axis=0)
    covers = bool((counted == 1).all()) or all(row.side == "lower" for row in rows)
    return bool(np.isin(weights, (0.0, 1.0)).all()) and bool((counted <= 1).all()) and covers


def limits_in_force(inputs: BudgetInputs, answer: BudgetAnswer, wording: Wording) -> tuple[LimitInForce, ...]:
    """Every limit of the question, those that hold the answer back with their price."""
    prices = {(b.about, b.name, b.geo): b.price for b in answer.bindings}

    def row(limit: Limit, name: str, note: str = "") -> LimitInForce:
        price = prices.get((limit.kind, limit.subject, limit.geo_name))
        return LimitInForce(name, limit.lower, limit.upper, limit.of_total, price, note)

    def rows() -> Iterable[LimitInForce]:
        total = Limit.total(inputs.total_value)
        yield LimitInForce("Budget", None, total.upper, price=prices.get((total.kind, total.name, "")))
        for own in inputs.limits:
            label = wording.label(own.channel)
            yield row(own.limit, label, "kept" if own.locked else "")
            if own.test_value is not None:
                yield LimitInForce(label, own.test_value, None, note="if at all")
            if own.period_limit.is_set:
                yield row(own.period_limit, label, f"in any one {wording.period}")
        for limits, note in ((inputs.groups, "group"), (inputs.months, "month")):
            yield from (row(limit, limit.name, note) for limit in limits if limit.is_set)
        for rule in inputs.rules:
            terms = [f"{weight:g} × {wording.label(name)}" for name, weight in rule.weights.items()]
            yield row(rule, rule.name, " + ".join(terms))
        for cell in inputs.geo_limits if inputs.by_geo else ():
            if cell.is_set:
                yield row(cell, limit_name(cell, wording))

    return tuple(rows())


def settings_text(inputs: BudgetInputs, free: BudgetInputs, wording: Wording) -> tuple[str, ...]:
    """Everything set besides the goal and the total, a few words each; `free` is the first question."""
    usual = {own.channel: own for own in free.limits}
    found = []
    for own in inputs.limits:
        found += _channel_text(own, usual.get(own.channel), wording, inputs.pulse)
    geos = inputs.geo_limits if inputs.by_geo else ()
    for limits in (inputs.groups, inputs.months, inputs.rules):
        found += [_limit_text(limit, wording) for limit in limits if limit.is_set]
    if inputs.by_geo:
        found.append("geos differ")
    found += [_limit_text(limit, wording) for limit in geos if limit.is_set]
    if inputs.flighting != Flighting.EVEN:
        found.append(flighting_text(inputs.flighting, wording, inputs.pulse))
    return tuple(found)


def flighting_text(flighting: Flighting, wording: Wording, pulse: tuple[int, int] = (2, 4)) -> str:
    """A way of spreading money over time in a few words."""
    period = wording.period
    return {
        Flighting.EVEN: f"the same every {period}",
        Flighting.AS_REFERENCE: f"spread as in the recent {period}s",
        Flighting.LAST_YEAR: f"spread as in the same {period}s last year",
        Flighting.PULSED: f"pulsed, {pulse[0]} of every {pulse[1]} {period}s",
        Flighting.OPTIMISED: f"each {period} optimised",
    }[flighting]


def _channel_text(
    own: ChannelSettings, usual: ChannelSettings | None, wording: Wording, pulse: tuple[int, int]
) -> list[str]:
    name = wording.label(own.channel)
    if own.locked:
        return [f"{name} kept"]
    found = []
    low = own.minimum_value if own.minimum_value > 0 else None
    moved = usual is not None and abs(own.maximum_value - usual.maximum_value) >= 1
    over_horizon = Limit.channel(own.channel, low, own.maximum_value if moved else None)
    if over_horizon.is_set:
        found.append(_limit_text(over_horizon, wording))
    if own.test_value is not None:
        found.append(f"{name} nothing or at least {wording.money(own.test_value)}")
    if own.period_limit.is_set:
        found.append(f"{_limit_text(own.period_limit, wording)} a {wording.period}")
    if own.flighting is not None:
        found.append(f"{name} {flighting_text(own.flighting, wording, pulse)}")
    return found


def _limit_text(limit: Limit, wording: Wording) -> str:
    """'Search €10k to €20k', '“Digital” at least 40 % of the money'."""
    name, low, high = limit_name(limit, wording), limit.lower, limit.upper
    show = percent if limit.of_total else wording.money
    if low is not None and high is not None:
        first = show(low).replace(" %", "") if limit.of_total else show(low)
        ends = f"{first} to {show(high)}"
    else:
        ends = f"at least {show(low)}" if low is not None else f"at most {show(high or 0.0)}"
    return f"{name} {ends} of the money" if limit.of_total else f"{name} {ends}"


def _step(limit_value: float) -> float:
    """A round sum of money of a few percent of the limit: 1,000, 10,000, ..."""
    step = 1.0
    while step * 10 <= max(limit_value, 1.0) / 10:
        step *= 10
    return step
