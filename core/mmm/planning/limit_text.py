"""Limits said in plain sentences: what each costs, which cannot be met together, what is set at all."""

from __future__ import annotations

import numpy as np

from core.charts.formats import Wording, percent
from core.mmm.choices import Flighting
from core.mmm.optimiser.limits import InfeasiblePlan, Limit
from core.mmm.planning.answers import Binding, LimitKind
from core.mmm.planning.asked_limits import AskedLimit, asked_limits, unasked_limit
from core.mmm.planning.budget_inputs import BudgetInputs
from core.mmm.planning.limit_values import ChannelLimit, GroupLimit, LinearRule

POINT = 0.01  # the step in which a share of the whole money is moved


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
    worth = f"{verb} it by {money} would bring about {each}"
    if binding.cost is None or binding.cost <= 0:
        return f"{_subject(binding, wording)} holds the plan back: {worth}."
    return f"{_subject(binding, wording)} costs {wording.kpi(binding.cost)} {wording.kpi_label}; {worth}."


def _subject(binding: Binding, wording: Wording) -> str:
    """'The floor of €60.0k on Television', 'At most €80k in January 2026'."""
    amount = _amount(binding.limit_value, binding.of_total, wording)
    where = _where(binding.about, binding.name, binding.geo, wording)
    if binding.about == LimitKind.RULE:
        return f"The rule {where}"
    if binding.side == "locked":
        return f"Keeping {where} at {amount}"
    if not binding.own and binding.about != LimitKind.PERIOD:
        return f"Keeping {where} near the most ever spent (at most {amount})"
    if not binding.own:
        return f"Keeping {where} near the most ever spent in one {wording.period} (at most {amount})"
    if binding.about == LimitKind.PERIOD:
        return f"{_ends_word(binding.side)} {amount} a {wording.period} on {where}"
    if binding.about == LimitKind.MONTH:
        return f"{_ends_word(binding.side)} {amount} in {where}"
    return f"The {'floor' if binding.side == 'minimum' else 'cap'} of {amount} on {where}"


def _ends_word(side: str) -> str:
    return "At least" if side == "minimum" else "At most"


def _where(kind: LimitKind, name: str, geo: str, wording: Wording) -> str:
    if kind in (LimitKind.GROUP, LimitKind.RULE):
        return f"“{name}”"
    return f"{wording.label(name)} in {geo}" if geo else wording.label(name)


def _amount(value: float, of_total: bool, wording: Wording) -> str:
    return f"{percent(value)} of the money" if of_total else wording.money(value)


def explain_clash(error: InfeasiblePlan, inputs: BudgetInputs, wording: Wording) -> str:
    """Which limits cannot be met together, by their names on the screen, and how much has to give."""
    if not error.clash:
        return " ".join(error.faults)
    known = asked_limits(inputs)
    asked = [known.get(limit.name) or unasked_limit(limit.name, limit.amount) for limit in error.clash]
    parts = [_clashing(limit, own, wording) for limit, own in zip(error.clash, asked, strict=True)]
    way_out = _way_out(error.clash, {own.kind for own in asked}, wording)
    return f"No plan can meet all of these: {'; '.join(parts)}. {way_out}"


def _clashing(limit: Limit, asked: AskedLimit, wording: Wording) -> str:
    """'Search is kept at €50,000.00', 'the budget is €100.00'."""
    amount = f"{wording.symbol}{limit.amount:,.2f}"
    if asked.kind == LimitKind.TOTAL:
        return f"the budget is {amount}"
    if asked.of_total:
        amount = f"{percent(limit.amount)} of the money"
    name = _where(asked.kind, asked.channel or asked.name, asked.geo, wording)
    if asked.locked:
        return f"{name} is kept at {amount}"
    word = {"lower": "needs at least", "upper": "may get at most", "total": "needs exactly"}[limit.kind]
    if asked.kind == LimitKind.PERIOD:
        near = "" if asked.own else f" (near the most ever spent in one {wording.period})"
        return f"{name} {word} {amount} a {wording.period}{near}"
    if asked.kind == LimitKind.RULE:
        return f"the rule {name} {word} {amount}"
    return f"{name} {word} {amount}"


def _way_out(clash: tuple[Limit, ...], kinds: set[LimitKind], wording: Wording) -> str:
    """How much is missing where floors or caps of different money stand against the budget; else to loosen
    one."""
    total = next((limit for limit in clash if limit.name == "total"), None)
    others = [limit for limit in clash if limit.name != "total"]
    sides = {limit.kind for limit in others}
    if total is not None and others and _adds_up(others):
        gap = sum(limit.amount for limit in others) - total.amount
        rest = "the other" if len(others) == 1 else "the others"
        if sides == {"lower"} and gap > 0:
            return f"Raise the budget by {wording.symbol}{gap:,.2f}, or lower {rest} by as much."
        if sides == {"upper"} and gap < 0:
            return f"Lower the budget by {wording.symbol}{-gap:,.2f}, or raise {rest} by as much."
    if kinds & {LimitKind.MONTH, LimitKind.PERIOD, LimitKind.RULE}:
        return f"Loosen one of them, or let the plan find the best {wording.period}s."
    return "Loosen one of them."


def _adds_up(limits: list[Limit]) -> bool:
    """Whether the limits are sums of whole money of which none counts twice; caps must cover all of it."""
    if any(limit.of_total or limit.members.shape[0] > 1 for limit in limits):
        return False
    rows = np.vstack([limit.members.toarray() for limit in limits])
    counted = rows.sum(axis=0)
    covers = bool((counted == 1).all()) or all(limit.kind == "lower" for limit in limits)
    return bool(np.isin(rows, (0.0, 1.0)).all()) and bool((counted <= 1).all()) and covers


def settings_text(inputs: BudgetInputs, free: BudgetInputs, wording: Wording) -> tuple[str, ...]:
    """Everything set beside the goal and the total, a few words each; `free` is the first question."""
    usual = {limit.channel: limit for limit in free.limits}
    said = []
    for limit in inputs.limits:
        said += _channel_words(limit, usual.get(limit.channel), wording, inputs.pulse)
    said += [_group_words(group, wording) for group in inputs.groups]
    said += [
        f"{month.name} {_span(month.minimum_value, month.maximum_value, wording)}"
        for month in inputs.months
        if month.is_set
    ]
    said += [_rule_words(rule, wording) for rule in inputs.rules]
    if inputs.by_geo:
        said.append("geos differ")
        said += [
            f"{wording.label(cell.channel)} in {cell.geo} "
            f"{_span(cell.minimum_value, cell.maximum_value, wording)}"
            for cell in inputs.geo_limits
            if cell.is_set
        ]
    if inputs.flighting != Flighting.EVEN:
        said.append(flighting_text(inputs.flighting, wording, inputs.pulse))
    return tuple(said)


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


def _channel_words(
    limit: ChannelLimit, usual: ChannelLimit | None, wording: Wording, pulse: tuple[int, int]
) -> list[str]:
    name = wording.label(limit.channel)
    if limit.locked:
        return [f"{name} kept"]
    said = []
    low = limit.minimum_value if limit.minimum_value > 0 else None
    moved = usual is not None and abs(limit.maximum_value - usual.maximum_value) >= 1
    high = limit.maximum_value if moved else None
    if low is not None or high is not None:
        said.append(f"{name} {_span(low, high, wording)}")
    if limit.test_value is not None:
        said.append(f"{name} nothing or at least {wording.money(limit.test_value)}")
    if limit.has_period_limit:
        span = _span(limit.period_minimum_value, limit.period_maximum_value, wording)
        said.append(f"{name} {span} a {wording.period}")
    if limit.flighting is not None:
        said.append(f"{name} {flighting_text(limit.flighting, wording, pulse)}")
    return said


def _group_words(group: GroupLimit, wording: Wording) -> str:
    low, high = group.ends
    if not group.of_total:
        return f"“{group.name}” {_span(low, high, wording)}"
    ends = [percent(share) for share in (low, high) if share is not None]
    if low is not None and high is not None:
        return f"“{group.name}” {ends[0].replace(' %', '')} to {ends[1]} of the money"
    return f"“{group.name}” at {'least' if high is None else 'most'} {ends[0]} of the money"


def _rule_words(rule: LinearRule, wording: Wording) -> str:
    return f"“{rule.name}” {_span(rule.minimum_value, rule.maximum_value, wording)}"


def _span(low: float | None, high: float | None, wording: Wording) -> str:
    """'€10k to €20k', 'at least €10k', 'at most €20k'."""
    if low is not None and high is not None:
        return f"{wording.money(low)} to {wording.money(high)}"
    if low is not None:
        return f"at least {wording.money(low)}"
    return f"at most {wording.money(high or 0.0)}"


def _step(limit_value: float) -> float:
    """A round sum of money of a few percent of the limit: 1,000, 10,000, ..."""
    step = 1.0
    while step * 10 <= max(limit_value, 1.0) / 10:
        step *= 10
    return step
