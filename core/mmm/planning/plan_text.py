"""A plan in plain sentences: what to move, what it brings, which limit costs what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from core.charts.formats import Wording, percent, probability
from core.mmm.cents import CENT
from core.mmm.choices import Goal
from core.mmm.planning.answers import BudgetAnswer, ChannelOutcome, Extrapolation, WhatIfAnswer
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_inputs import BudgetInputs, Reference, RiskView
from core.mmm.planning.goal_seek import GoalAnswer
from core.mmm.planning.whatif import PlanDriver
from core.mmm.results.evidence import Estimate

ALL_BUT = 0.9995  # of the bound: what rounds to 100.0 %
NOTHING = 1e-9  # of the KPI: a difference that only rounding makes


@dataclass(frozen=True)
class TextLimits:
    """When a move is worth a word, and how many channels a sentence names."""

    moved_share: float = 0.005
    next_to_nothing: float = 1e-4
    named_channels: int = 2


LATER = "carry-over after the horizon included"


def plan_sentence(answer: BudgetAnswer, wording: Wording, level: float = 0.9) -> str:
    """What to do, what it brings with its interval, and how sure that is: two or three short sentences."""
    moves, before = _moves(answer.channels, wording, answer.total_value), split_label(answer.reference)
    if moves is None:
        return f"Keep {before}: within these limits no other is expected to bring more {wording.kpi_label}."
    gain = with_interval(answer.difference, wording, level)
    return f"{moves}: {gain}. {better_sentence(answer.probability_better, before)}"


def split_label(reference: Reference) -> str:
    """How the split is called that a plan is compared with."""
    return {Reference.RECENT: "today’s split", Reference.LAST_YEAR: "last year’s split"}[Reference(reference)]


def optimum_sentence(answer: BudgetAnswer, wording: Wording) -> str | None:
    """How sure it is that no plan is better: the bound that none can pass, else where the searches ended."""
    share = answer.reached_share
    if share is not None and answer.bound_kpi is not None:
        reached = "all" if share >= ALL_BUT else percent(share, 1)
        return (
            f"No plan within these limits can bring more than {wording.kpi(answer.bound_kpi)} "
            f"{wording.kpi_label}; this one brings {reached} of it."
        )
    if len(answer.start_kpis) > 1 and max(answer.start_kpis) > 0:
        spread = 1 - min(answer.start_kpis) / max(answer.start_kpis)
        ended = "at the same plan" if spread < 1 - ALL_BUT else f"within {percent(spread, 1)} of the best"
        return f"{len(answer.start_kpis)} searches from different plans ended {ended}."
    return None


def worst_sentence(answer: BudgetAnswer, share: float, wording: Wording) -> str | None:
    """What the plan brings in the worst cases, next to the split it is compared with."""
    if answer.worst_kpi is None or answer.before_worst_kpi is None:
        return None
    before = split_label(answer.reference)
    return (
        f"In the worst {percent(share)} of cases it brings {wording.kpi(answer.worst_kpi)} "
        f"{wording.kpi_label} on average; {before}: {wording.kpi(answer.before_worst_kpi)}."
    )


def outcome_sentence(answer: BudgetAnswer, inputs: BudgetInputs, wording: Wording) -> str:
    """How much money the goal turned out to need; empty where the whole budget is to be spent anyway."""
    if inputs.chosen_value:
        return ""
    spent = wording.money(answer.total_value)
    if inputs.goal == Goal.TARGET_KPI:
        target = f"{wording.kpi(inputs.target_value or 0)} {wording.kpi_label}"
        return f"{spent} is enough to cause {target}, {LATER}."
    if inputs.goal == Goal.TARGET_ROAS:
        least = f"{inputs.target_value or 0:.2f} or more, {LATER}"
        return f"{spent} can be spent at an incremental ROAS of {least}."
    if inputs.goal == Goal.TARGET_MROAS:
        least = f"{inputs.target_value or 0:.2f}, {LATER}"
        return f"{spent} can be spent until the next money returns less than {least}."
    if inputs.goal == Goal.PROFIT:
        left = inputs.total_value - answer.total_value
        if left < 1:
            return f"The whole budget of {spent} pays for itself."
        return f"Spend {spent} and keep {wording.money(left)}: more would cost more than it earns."
    return ""


def with_interval(gain: Estimate, wording: Wording, level: float = 0.9) -> str:
    """'+€41k Revenue (90 % interval: +€12k to +€70k)'."""
    span = f"{signed(gain.lower, wording)} to {signed(gain.upper, wording)}"
    return f"{signed(gain.mean, wording)} {wording.kpi_label} ({level * 100:.0f} % interval: {span})"


def signed(value: float, wording: Wording) -> str:
    """An amount of KPI with its sign."""
    text = wording.kpi(value)
    return text if text.startswith("-") or value == 0 else f"+{text}"


def signed_money(value: float, wording: Wording) -> str:
    """An amount of money with its sign; nothing is an empty change."""
    cents = round(value, 2)
    text = wording.money(cents or 0.0)
    return text if text.startswith("-") or not cents else f"+{text}"


def better_sentence(share: float, other: str) -> str:
    """How likely the plan beats the other one."""
    return f"The probability that it beats {other} is {probability(share)}."


def interval_text(estimate: Estimate, wording: Wording) -> str:
    """'€1.20M to €1.52M'; an end that is nothing next to the other is written as 0."""
    reach = max(abs(estimate.lower), abs(estimate.upper))
    ends = [
        end if abs(end) > reach * TextLimits().next_to_nothing else 0.0
        for end in (estimate.lower, estimate.upper)
    ]
    return f"{wording.kpi(ends[0])} to {wording.kpi(ends[1])}"


def horizon_text(start_on: str, end_on: str, periods: int, period: str) -> str:
    """'4 Jan 2026 to 29 Mar 2026, 13 weeks'."""
    first, last = (pd.Timestamp(day) for day in (start_on, end_on))
    plural = "" if periods == 1 else "s"
    return f"{day_text(first)} to {day_text(last)}, {periods} {period}{plural}"


def day_text(day: pd.Timestamp) -> str:
    """'4 Jan 2026'."""
    return f"{day.day} {day:%b %Y}"


def extrapolation_sentence(channels: Sequence[ChannelOutcome], wording: Wording, periods: int) -> str | None:
    """Which channels go beyond what the data ever showed; None where none does."""
    found = [
        Extrapolation(o.channel, "total", o.after_value, o.seen_value) for o in channels if o.beyond_seen
    ]
    return extrapolation_text(found, wording, periods)


def extrapolation_text(found: Sequence[Extrapolation], wording: Wording, periods: int) -> str | None:
    """What goes beyond everything the data show, over the horizon and in any one period; None for nothing."""
    if not found:
        return None
    span = wording.period if periods == 1 else f"{periods} {wording.period}s"
    whole = [_beyond(item, wording) for item in found if item.what == "total"]
    single = [_beyond(item, wording) for item in found if item.what != "total"]
    parts = [f"in {span}: {', '.join(whole)}"] if whole else []
    parts += [f"in any one {wording.period}: {', '.join(single)}"] if single else []
    return (
        f"Beyond what was ever spent {'; '.join(parts)}. There the curve is a guess of the model, "
        "not a measurement; raise such a channel step by step or test it first."
    )


def _beyond(item: Extrapolation, wording: Wording) -> str:
    where = f"{wording.label(item.channel)} in {item.geo}" if item.geo else wording.label(item.channel)
    return f"{where} ({wording.money(item.planned_value)}; at most {wording.money(item.seen_value)})"


def goal_sentence(inputs: BudgetInputs, wording: Wording) -> str:
    """The question, in one sentence."""
    if inputs.chosen_value:
        return "A split chosen between expectation and caution."
    goals = {
        Goal.KPI: f"Most {wording.kpi_label} for {wording.money(inputs.total_value)}",
        Goal.PROFIT: f"Most profit at a margin of {percent(inputs.margin_share or 0)}, "
        f"spending up to {wording.money(inputs.total_value)}",
        Goal.TARGET_KPI: f"Cheapest way to cause {wording.kpi(inputs.target_value or 0)} {wording.kpi_label}",
        Goal.TARGET_ROAS: f"Most {wording.kpi_label} at an incremental ROAS of at least "
        f"{inputs.target_value or 0:.2f}",
        Goal.TARGET_MROAS: f"Most {wording.kpi_label} as long as the next money returns at least "
        f"{inputs.target_value or 0:.2f}",
    }
    return f"{goals[inputs.goal]}; {risk_text(inputs.risk, inputs.risk_share)}."


def risk_text(risk: RiskView, share: float) -> str:
    """The attitude to risk as a reader would say it."""
    worst = percent(share)
    return {
        RiskView.MEAN: "what is expected on average counts",
        RiskView.QUANTILE: f"the outcome that is missed with a chance of only {worst} counts",
        RiskView.CVAR: f"the average of the worst {worst} of outcomes counts",
        RiskView.PROBABILITY: "the chance to beat the present split counts",
    }[risk]


def _moves(channels: Sequence[ChannelOutcome], wording: Wording, total: float) -> str | None:
    """'Move €120k from TV and Print to Search', 'Spend €40k more on Search'; None where nothing moves."""
    floor = TextLimits().moved_share * max(total, 1.0)
    up = sorted((o for o in channels if o.change_value > floor), key=lambda o: -o.change_value)
    down = sorted((o for o in channels if o.change_value < -floor), key=lambda o: o.change_value)
    if not up and not down:
        return None
    if not down:
        return f"Spend {_sum(up, wording)} more on {_names(up, wording)}"
    if not up:
        return f"Spend {_sum(down, wording)} less on {_names(down, wording)}"
    return f"Move {_sum(down, wording)} from {_names(down, wording)} to {_names(up, wording)}"


def _sum(channels: Sequence[ChannelOutcome], wording: Wording) -> str:
    return wording.money(abs(sum(o.change_value for o in channels)))


def _names(channels: Sequence[ChannelOutcome], wording: Wording) -> str:
    most = TextLimits().named_channels
    names = [wording.label(o.channel) for o in channels]
    if len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most} others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def scenario_sentence(answer: WhatIfAnswer, wording: Wording, level: float = 0.9) -> str:
    """What the scenario changes against recent spend, with its interval and how sure that is."""
    if not changes(answer):
        return "As recently. Move a slider or type into the grid to see what changes."
    change = round(answer.total_value - sum(o.recent_value for o in answer.channels), 2)
    if abs(change) < CENT:
        money = "At the same money as recently"
    else:
        money = f"{wording.money(abs(change))} {'more' if change > 0 else 'less'} than recent spend"
    gain = with_interval(answer.difference, wording, level)
    return f"{money}: {gain}. {better_sentence(answer.probability_better, 'recent spend')}"


def changes(answer: WhatIfAnswer) -> bool:
    """Whether the scenario differs from recent spend at all."""
    gap = answer.difference
    size = max(abs(answer.recent_kpi.mean), 1.0)
    return max(abs(gap.mean), abs(gap.lower), abs(gap.upper)) > NOTHING * size


def driver_sentence(answer: WhatIfAnswer, wording: Wording) -> str:
    """What the changed prices and promotions add, and which of them the data never showed."""
    if not answer.drivers:
        return ""
    parts = [
        f"{wording.label(own.column)}: {signed(own.kpi.mean, wording)} ({interval_text(own.kpi, wording)})"
        for own in answer.drivers
    ]
    beyond = [wording.label(own.column) for own in answer.drivers if own.beyond_seen]
    text = f"Of the difference, {'; '.join(parts)}."
    if beyond:
        text += f" {', '.join(beyond)}: beyond any value in the data, so this is a guess of the model."
    return text


def driver_text(driver: PlanDriver, basis: PlanBasis, a_year_ago: bool) -> str:
    """What is assumed of a price, promotion or control, and the values it ever had."""
    source = f"as in the same {basis.period}s a year ago" if a_year_ago else "its recent mean"
    mean = float(driver.typical.mean())
    return (
        f"Assumed {source}: {number(mean)} on average. "
        f"Seen: {number(driver.lowest)} to {number(driver.highest)}."
    )


def number(value: float) -> str:
    """A value of a column in up to four significant digits."""
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def goal_seek_sentence(answer: GoalAnswer, wording: Wording, level: float = 0.9) -> str:
    """The money that reaches the target, or why none does."""
    who = (
        "All channels together" if answer.question.channel is None else wording.label(answer.question.channel)
    )
    target = f"{wording.kpi(answer.question.target_value)} {wording.kpi_label}"
    there = f"{wording.kpi(answer.kpi.mean)} ({level * 100:.0f} %: {interval_text(answer.kpi, wording)})"
    odds = f"The probability of reaching the target is {probability(answer.probability)}."
    if not answer.reached:
        return (
            f"{who}: {target} cannot be reached{_sure(answer)} with up to "
            f"{wording.money(answer.limit_value)}, half more than was ever spent. "
            f"The most is {there}. {odds}"
        )
    if answer.free:
        return f"{who}: {target} is reached{_sure(answer)} without spending anything here: {there}. {odds}"
    change = signed_money(answer.spend_value - answer.now_value, wording)
    return (
        f"{who}: {wording.money(answer.spend_value)} ({change}) reaches {target}{_sure(answer)}. "
        f"Expected there: {there}. {odds}"
    )


def _sure(answer: GoalAnswer) -> str:
    share = answer.question.certainty
    return " on average" if share is None else f" with {percent(share)} certainty"
