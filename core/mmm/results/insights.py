"""The three findings that matter, in plain words: what media caused, where money works, where it should go.

Deterministic templates: evidence in, text out. No sentence says more than the interval it quotes, and each
finding carries the raw values of the figures in its text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from core.charts.formats import Wording, percent, probability
from core.mmm.results.evidence import Estimate, Evidence

NO_SPEND = (
    "No money was spent in this range, so no channel has a return; any effect was left by earlier spend."
)
NO_ADVICE = "No advice on where to put money is given until the model has converged."


class Hint(StrEnum):
    """What to do with a channel's money next."""

    RAISE = "raise"
    LOWER = "lower"
    HOLD = "hold"
    TEST = "test first"


HINT_COLOURS = {Hint.RAISE: "#0b7a70", Hint.LOWER: "#b4441d", Hint.HOLD: "#5f6e6c", Hint.TEST: "#8a6400"}


@dataclass(frozen=True)
class HintRules:
    """When a hint is given; probabilities and contraction are 0..1."""

    clear: float = 0.8
    barely: float = 0.1


def budget_hints(evidence: Evidence, rules: HintRules | None = None) -> pd.DataFrame:
    """channel, spend, mroas with its interval, above (probability), hint; highest marginal return first.

    `above` is the share of draws in which the channel's next money returns more than the same money spread
    over all channels as today (the spend-weighted mean of marginal returns). Empty without spend or
    before convergence.
    """
    rules = rules or HintRules()
    columns = ["channel", "spend", "mroas", "mroas_lower", "mroas_upper", "above", "hint"]
    draws = evidence.mroas_draws
    if not evidence.converged or draws.empty or draws.shape[1] < 2:
        return pd.DataFrame(columns=columns)
    rows = evidence.channels.set_index("channel").loc[list(draws.columns)]
    weights = rows["spend"] / rows["spend"].sum()
    split = draws.mul(weights, axis=1).sum(axis=1)
    above = draws.gt(split, axis=0).mean()
    hints = [_hint(float(above[name]), evidence.contraction.get(name, 1.0), rules) for name in draws.columns]
    table = rows.assign(above=above, hint=hints).reset_index()[columns]
    return table.sort_values("mroas", ascending=False, ignore_index=True)


def _hint(above: float, contraction: float, rules: HintRules) -> Hint:
    if contraction < rules.barely:
        return Hint.TEST
    if above >= rules.clear:
        return Hint.RAISE
    return Hint.LOWER if above <= 1 - rules.clear else Hint.HOLD


@dataclass(frozen=True)
class InsightRules:
    """When a finding may use a strong word. Probabilities and shares are 0..1."""

    clear: float = 0.8  # from here on a channel is called best, or a shift advised
    next_to_nothing: float = 0.01  # a media share whose interval reaches below this may be nothing
    barely: float = 0.1  # contraction under which the data barely spoke
    flattened: float = 0.6  # marginal over average return under which a channel is called saturated


@dataclass(frozen=True)
class Insight:
    """One sentence or two, and the raw values behind its figures."""

    text: str
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Insights:
    """What a reader must know, most important first; `warning` stands before everything."""

    sentences: tuple[Insight, ...]
    warning: str | None = None

    @property
    def paragraph(self) -> str:
        """All sentences as one paragraph, the warning first."""
        texts = [self.warning] if self.warning else []
        return " ".join([*texts, *(finding.text for finding in self.sentences)])


def insights_of(evidence: Evidence, wording: Wording, rules: InsightRules | None = None) -> Insights:
    """The three findings of one range of a model, with a warning when it has not converged."""
    rules = rules or InsightRules()
    first, second = media_contribution(evidence, wording, rules), best_and_worst(evidence, wording, rules)
    if not evidence.converged:
        return Insights((first, second, Insight(NO_ADVICE)), not_converged(evidence))
    third = budget_advice(evidence, wording, rules)
    return Insights(tuple(part for part in (first, second, third) if part.text))


def not_converged(evidence: Evidence) -> str:
    """The sentence that stands above the figures of a model that has not converged."""
    rhat, ess = evidence.diagnostics.get("max_rhat"), evidence.diagnostics.get("min_ess_bulk")
    seen = f" (R-hat {rhat:.2f}, {ess:.0f} effective draws)" if rhat is not None and ess is not None else ""
    return f"This model has not converged{seen}: its figures may change from run to run and must not be used."


def _day(date: dt.date) -> str:
    return f"{date.day} {date:%b %Y}"


def _between(estimate: Estimate, words: Wording, what: str) -> str:
    writers: dict[str, Callable[[float], str]] = {
        "kpi": words.kpi,
        "share": percent,
        "return": words.per_money,
    }
    say = writers[what]
    return f"{say(estimate.lower)} to {say(estimate.upper)}"


def _kept(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.mean, f"{name}_lower": estimate.lower, f"{name}_upper": estimate.upper}


def media_contribution(evidence: Evidence, wording: Wording, rules: InsightRules) -> Insight:
    """How much of the KPI media caused, how sure that is, and whether it rose against the year before."""
    totals, level = evidence.totals, percent(evidence.level)
    share, media = totals.media_share, totals.media
    text = (
        f"Between {_day(totals.start)} and {_day(totals.end)} media caused about {percent(share.mean)} of "
        f"{wording.kpi_label}: {wording.kpi(media.mean)} of {wording.kpi(totals.kpi)} "
        f"({level} interval {_between(media, wording, 'kpi')}, or {_between(share, wording, 'share')})."
    )
    if share.lower < rules.next_to_nothing:
        text += " The data do not rule out that it was next to nothing."
    figures = {"kpi": totals.kpi, "level": evidence.level, **_kept("media", media), **_kept("share", share)}
    rise = evidence.share_rose
    if rise is not None and max(rise, 1 - rise) >= rules.clear:
        way, sure = ("higher", rise) if rise > 0.5 else ("lower", 1 - rise)
        text += f" That share is {way} than a year before with {probability(sure)} probability."
        figures["share_rose"] = rise
    return Insight(text, figures)


def best_and_worst(evidence: Evidence, wording: Wording, rules: InsightRules) -> Insight:
    """Where the next unit of money returns most and least, with probabilities counted in the draws."""
    odds = evidence.odds()
    if odds.empty:
        return Insight(NO_SPEND)
    best, worst = odds.iloc[0], odds.iloc[-1]
    if len(odds) == 1:
        return _only_channel(str(best["channel"]), evidence, wording)
    top, low = (evidence.estimate(str(row["channel"]), "mroas") for row in (best, worst))
    high_words = f"{_return(top.mean, wording)} ({_between(top, wording, 'return')})"
    low_words = f"{_return(low.mean, wording)} ({_between(low, wording, 'return')})"
    high_name, low_name = wording.label(best["channel"]), wording.label(worst["channel"])
    if best["best"] >= rules.clear:
        text = f"The next money works hardest in {high_name}: {high_words}, the best channel with "
        text += f"{probability(best['best'])} probability."
    else:
        text = (
            f"No channel is clearly the best place for the next money: {high_name} has the highest estimate, "
        )
        text += f"{high_words}, but the probability that it is the best is {probability(best['best'])}."
    text += (
        f" {low_name} returns least: {low_words}, the lowest with {probability(worst['worst'])} probability."
    )
    chances = {"p_best": float(best["best"]), "p_worst": float(worst["worst"])}
    return Insight(text, {**_kept("best_mroas", top), **_kept("worst_mroas", low), **chances})


def _return(value: float, wording: Wording) -> str:
    """A return in full: €7.45 per €1, so that nobody takes it for a share."""
    if not wording.returns_in_money:
        return wording.per_money(value)
    return f"{wording.symbol}{wording.per_money(value)} per {wording.symbol}1"


def _only_channel(name: str, evidence: Evidence, wording: Wording) -> Insight:
    estimate = evidence.estimate(name, "mroas")
    text = (
        f"{wording.label(name)} is the only channel with spend; its next money returns "
        f"{_return(estimate.mean, wording)} ({_between(estimate, wording, 'return')})."
    )
    return Insight(text, _kept("best_mroas", estimate))


def budget_advice(evidence: Evidence, wording: Wording, rules: InsightRules) -> Insight:
    """Where money should go next, what is saturated, and about which channels the data barely spoke."""
    odds = evidence.odds()
    parts = [_shift(evidence, wording, rules), _saturated(evidence, wording, rules)]
    parts.append(_barely(evidence, wording, rules, set(odds["channel"])))
    figures = {name: value for part in parts for name, value in part.figures.items()}
    return Insight(" ".join(part.text for part in parts if part.text), figures)


def _shift(evidence: Evidence, wording: Wording, rules: InsightRules) -> Insight:
    odds = evidence.odds()
    if odds.empty:
        return Insight("")
    best = str(odds.iloc[0]["channel"])
    if len(odds) == 1:
        return _pays(best, evidence, wording)
    worst = str(odds.iloc[-1]["channel"])
    better = evidence.probability_above(best, worst)
    names, figures = (wording.label(best), wording.label(worst)), {"p_shift": better}
    if better < rules.clear:
        text = (
            f"No shift of money between channels is safe: even from {names[1]} to {names[0]} it would help "
            f"with {probability(better)} probability only. A lift test would tell more than a new split."
        )
        return Insight(text, figures)
    if evidence.contraction.get(best, 1.0) < rules.barely:
        text = (
            f"Test before moving money to {names[0]}: its return rests on what was assumed, not on the data."
        )
        return Insight(text, {**figures, "contraction_best": evidence.contraction[best]})
    text = (
        f"A small shift of money from {names[1]} to {names[0]} would raise {wording.kpi_label} with "
        f"{probability(better)} probability."
    )
    pays = _pays(best, evidence, wording)
    return Insight(f"{text} {pays.text}".strip(), {**figures, **pays.figures})


def _pays(channel: str, evidence: Evidence, wording: Wording) -> Insight:
    """Says so when it is doubtful that even the best place returns its money."""
    if not wording.returns_in_money:
        return Insight("")
    pays = evidence.probability_pays(channel)
    if pays >= 0.9:
        return Insight("", {"p_pays": pays})
    text = f"That more money in {wording.label(channel)} returns itself in {wording.kpi_label} has "
    return Insight(f"{text}{probability(pays)} probability.", {"p_pays": pays})


def _saturated(evidence: Evidence, wording: Wording, rules: InsightRules) -> Insight:
    """The biggest spender whose next money brings far less than its average money."""
    rows = evidence.channels.sort_values("spend", ascending=False)
    spent = rows[rows["channel"].isin(evidence.mroas_draws.columns) & (rows["roas"] > 0)]
    ratios = (spent["mroas"] / spent["roas"]).to_numpy(float)
    for name, ratio in zip(spent["channel"].astype(str), ratios, strict=True):
        if ratio < rules.flattened:
            text = (
                f"{wording.label(name)} is largely saturated: its next money brings about {percent(ratio)} "
            )
            return Insight(f"{text}of what its average money brings.", {"saturated_ratio": float(ratio)})
    return Insight("")


def _barely(evidence: Evidence, wording: Wording, rules: InsightRules, spent: set[str]) -> Insight:
    silent = [name for name, value in evidence.contraction.items() if value < rules.barely and name in spent]
    if not silent:
        return Insight("")
    names = [wording.label(name) for name in silent]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    text = (
        f"The data barely spoke about {listed}: what is shown there mostly repeats what was assumed before."
    )
    return Insight(text, {f"contraction_{name}": evidence.contraction[name] for name in silent})
