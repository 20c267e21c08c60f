"""A spend scenario and a goal that was sought, said in plain sentences."""

from __future__ import annotations

from core.charts.formats import Wording, percent, probability
from core.mmm.cents import CENT
from core.mmm.planning.answers import WhatIfAnswer
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.drivers import PlanDriver
from core.mmm.planning.goal_seek import GoalAnswer
from core.mmm.planning.plan_text import better_sentence, interval_text, signed, signed_money, with_interval

NOTHING = 1e-9  # of the KPI: a difference that only rounding makes


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
    said = f"Of the difference, {'; '.join(parts)}."
    if beyond:
        said += f" {', '.join(beyond)}: beyond any value in the data, so this is a guess of the model."
    return said


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


def goal_sentence(answer: GoalAnswer, wording: Wording, level: float = 0.9) -> str:
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
