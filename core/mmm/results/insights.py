"""What matters in a range, in sentences: what media added, where money works, where it should go next.

Deterministic templates: evidence in, text out. No sentence says more than the interval it quotes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from core.charts.formats import Wording, percent, probability, written_day
from core.mmm.results.evidence import Estimate, Evidence

NO_SPEND = (
    "No money was spent in this range, so no channel has a return; any effect was left by earlier spend."
)
NO_ADVICE = "No advice on where to put money is given until the model has converged."


@dataclass(frozen=True)
class Insights:
    """What a reader must know, most important first; `warning` comes before everything."""

    sentences: tuple[str, ...]
    warning: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """All sentences, the warning first."""
        return (self.warning, *self.sentences) if self.warning else self.sentences


def insights_of(evidence: Evidence, wording: Wording) -> Insights:
    """The three insights of one range of a model, with a warning when it has not converged."""
    first, second = media_contribution(evidence, wording), best_and_worst(evidence, wording)
    if not evidence.judgement.converged:
        return Insights((first, second, NO_ADVICE), not_converged(evidence))
    third = budget_advice(evidence, wording)
    return Insights(tuple(text for text in (first, second, third) if text))


def not_converged(evidence: Evidence) -> str:
    """The sentence above the results of a model that has not converged."""
    rhat, ess = (evidence.judgement.diagnostics.get(name) for name in ("max_rhat", "min_ess_bulk"))
    by = f" (R-hat {rhat:.2f}, {ess:.0f} effective draws)" if rhat is not None and ess is not None else ""
    return f"This model has not converged{by}: its figures may change from run to run and must not be used."


def _range(estimate: Estimate, write: Callable[[float], str]) -> str:
    return f"{write(estimate.lower)} to {write(estimate.upper)}"


def media_contribution(evidence: Evidence, wording: Wording) -> str:
    """How much of the KPI media added, how sure that is, and whether it rose against the year before."""
    totals, limits = evidence.totals, evidence.judgement.thresholds
    share, media, rise = totals.media_share, totals.media, evidence.share_rose
    text = (
        f"Between {written_day(totals.start)} and {written_day(totals.end)} media caused about "
        f"{percent(share.mean)} of {wording.kpi_label}: {wording.kpi(media.mean)} of "
        f"{wording.kpi(totals.kpi)} ({percent(evidence.level)} interval {_range(media, wording.kpi)}, or "
        f"{_range(share, percent)})."
    )
    if share.lower < limits.next_to_nothing:
        text += " The data do not rule out that it was next to nothing."
    if rise is not None and max(rise, 1 - rise) >= limits.clear:
        direction, sure = ("higher", rise) if rise > 0.5 else ("lower", 1 - rise)
        text += f" That share is {direction} than a year before with {probability(sure)} probability."
    return text


def best_and_worst(evidence: Evidence, wording: Wording) -> str:
    """Where the next unit of money returns most and least, with probabilities counted in the draws."""
    odds = evidence.odds()
    if odds.empty:
        return NO_SPEND
    best, worst = odds.iloc[0], odds.iloc[-1]

    def returns(channel: str) -> tuple[str, str]:
        """The marginal return in full, €7.45 per €1, so that nobody takes it for a share; its interval."""
        estimate = evidence.estimate(channel, "mroas")
        amount = wording.per_money(estimate.mean)
        if wording.returns_in_money:
            amount = f"{wording.symbol}{amount} per {wording.symbol}1"
        return amount, _range(estimate, wording.per_money)

    name, (amount, ends) = wording.label(best["channel"]), returns(str(best["channel"]))
    if len(odds) == 1:
        return f"{name} is the only channel with spend; its next money returns {amount} ({ends})."
    chance = probability(best["best"])
    if best["best"] >= evidence.judgement.thresholds.clear:
        text = f"The next money works hardest in {name}: {amount} ({ends}), the best channel with "
        text += f"{chance} probability."
    else:
        text = f"No channel is clearly the best place for the next money: {name} has the highest estimate, "
        text += f"{amount} ({ends}), but the probability that it is the best is {chance}."
    amount, ends = returns(str(worst["channel"]))
    lowest = f"{wording.label(worst['channel'])} returns least: {amount} ({ends}), the lowest with "
    return f"{text} {lowest}{probability(worst['worst'])} probability."


def budget_advice(evidence: Evidence, wording: Wording) -> str:
    """Where money should go next, what is saturated, and about which channels the data barely spoke."""
    parts = _shift(evidence, wording), _saturated(evidence, wording), _weak(evidence, wording)
    return " ".join(part for part in parts if part)


def _shift(evidence: Evidence, wording: Wording) -> str:
    odds, limits = evidence.odds(), evidence.judgement.thresholds
    if odds.empty:
        return ""
    best, worst = str(odds.iloc[0]["channel"]), str(odds.iloc[-1]["channel"])
    pays = evidence.probability_pays(best)
    doubt = ""
    if wording.returns_in_money and pays < limits.pays:
        doubt = f"That more money in {wording.label(best)} returns itself in {wording.kpi_label} has "
        doubt += f"{probability(pays)} probability."
    if len(odds) == 1:
        return doubt
    better = evidence.probability_above(best, worst)
    names = wording.label(best), wording.label(worst)
    if better < limits.clear:
        return (
            f"No shift of money between channels is safe: even from {names[1]} to {names[0]} it would help "
            f"with {probability(better)} probability only. A lift test would tell more than a new split."
        )
    if best in evidence.judgement.weak_channels:
        return (
            f"Test before moving money to {names[0]}: its return rests on what was assumed, not on the data."
        )
    text = (
        f"A small shift of money from {names[1]} to {names[0]} would raise {wording.kpi_label} with "
        f"{probability(better)} probability."
    )
    return f"{text} {doubt}".strip()


def _saturated(evidence: Evidence, wording: Wording) -> str:
    """The biggest spender whose next money brings far less than its average money."""
    rows = evidence.channels.sort_values("spend", ascending=False)
    spent = rows[rows["channel"].isin(evidence.mroas_draws.columns) & (rows["roas"] > 0)]
    ratios = (spent["mroas"] / spent["roas"]).to_numpy(float)
    for name, ratio in zip(spent["channel"].astype(str), ratios, strict=True):
        if ratio < evidence.judgement.thresholds.flattened:
            return (
                f"{wording.label(name)} is largely saturated: its next money brings about {percent(ratio)} "
                "of what its average money brings."
            )
    return ""


def _weak(evidence: Evidence, wording: Wording) -> str:
    spent = set(evidence.mroas_draws.columns)
    names = [wording.label(name) for name in evidence.judgement.weak_channels if name in spent]
    if not names:
        return ""
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return (
        f"The data barely spoke about {listed}: what is shown there mostly repeats what was assumed before."
    )


class Hint(StrEnum):
    """What to do with a channel's money next."""

    RAISE = "raise"
    LOWER = "lower"
    HOLD = "hold"
    TEST = "test first"


HINT_COLOURS = {Hint.RAISE: "#0b7a70", Hint.LOWER: "#b4441d", Hint.HOLD: "#5f6e6c", Hint.TEST: "#8a6400"}


def budget_hints(evidence: Evidence) -> pd.DataFrame:
    """channel, spend, mroas with its interval, above (probability), hint; highest marginal return first.

    `above` is the share of draws in which the channel's next money returns more than the same money spread
    over all channels as today (the spend-weighted mean of marginal returns). Empty without spend or
    before convergence.
    """
    columns = ["channel", "spend", "mroas", "mroas_lower", "mroas_upper", "above", "hint"]
    draws, judgement = evidence.mroas_draws, evidence.judgement
    if not judgement.converged or draws.empty or draws.shape[1] < 2:
        return pd.DataFrame(columns=columns)
    rows = evidence.channels.set_index("channel").loc[list(draws.columns)]
    weights = rows["spend"] / rows["spend"].sum()
    above = draws.gt(draws.mul(weights, axis=1).sum(axis=1), axis=0).mean()

    def hint(channel: str) -> Hint:
        if channel in judgement.weak_channels:
            return Hint.TEST
        if above[channel] >= judgement.thresholds.clear:
            return Hint.RAISE
        return Hint.LOWER if above[channel] <= 1 - judgement.thresholds.clear else Hint.HOLD

    table = rows.assign(above=above, hint=[hint(name) for name in draws.columns]).reset_index()[columns]
    return table.sort_values("mroas", ascending=False, ignore_index=True)
