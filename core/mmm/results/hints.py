"""A hint for the next budget: which channels deserve more, less or a test, with probabilities from draws."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from core.mmm.results.evidence import Evidence


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
