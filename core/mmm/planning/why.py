"""Why a number of a plan is what it is: its formula, the numbers behind it, its model and data.

Everything is recomputed from the draws saved with the answer, so that a saved or frozen plan explains
itself without its model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.mmm.arrays import Floats
from core.mmm.planning.answers import BudgetAnswer, WhatIfAnswer
from core.mmm.planning.limit_text import LimitInForce
from core.mmm.planning.plan_text import split_label
from core.mmm.planning.saved_plan import PlanOrigin
from core.mmm.results.evidence import Estimate

Answer = BudgetAnswer | WhatIfAnswer
# Broken into lines, so that they fit a phone.
INCREMENTAL = (
    r"\begin{aligned} K_d = {}& \sum_{g}\sum_{t \in \text{horizon}}\sum_{c} \beta_{g,c}^{(d)} \\"
    r"& \cdot \mathrm{saturate}\!\left(\mathrm{adstock}(x_{g,\cdot,c})_t\right) \end{aligned}"
)
CARRIED = (
    r"\begin{aligned} A_d = {}& \text{the same sum over } t > \text{horizon}, \\"
    r"& \text{with no spend after it} \end{aligned}"
)
DIFFERENCE = (
    r"\begin{aligned} \Delta_d &= \left(K_d + A_d + P_d\right)^{\text{plan}} \\"
    r"&\quad - \left(K_d + A_d\right)^{\text{before}} \\"
    r"\Delta &= \tfrac{1}{D}\textstyle\sum_{d=1}^{D} \Delta_d \end{aligned}"
)
BETTER = r"\Pr(\text{better}) = \tfrac{1}{D}\,\#\{d : \Delta_d > 0\}"
RETURN = r"\mathrm{ROAS} = \frac{1}{D}\sum_d \frac{V_d^{\text{plan}} - V_d^{\text{no spend}}}{\text{spend}}"


@dataclass(frozen=True)
class WhyStep:
    """One figure: how it is computed in words and symbols, and the numbers that make it up.

    `parts` are (what, number) rows; the last of them is the figure itself. `sentence` says the formula in
    words.
    """

    name: str
    sentence: str
    symbols: str
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class Why:
    """The reasons behind the numbers of one answer.

    `draws` has one row a draw: `plan`, `plan_after`, `drivers`, `before`, `difference` (the last two missing
    in plans saved long ago). `seed` made the draws; `limits` are those in force.
    """

    reasons: tuple[WhyStep, ...]
    draws: pd.DataFrame
    seed: int
    level: float
    origin: PlanOrigin
    limits: tuple[LimitInForce, ...] = ()

    @property
    def count(self) -> int:
        """How many draws the numbers rest on."""
        return len(self.draws)


def why_of(answer: Answer, level: float, origin: PlanOrigin, limits: tuple[LimitInForce, ...] = ()) -> Why:
    """The reasons behind the numbers of an answer; `level` is that of its intervals."""
    draws = draws_of_answer(answer)
    reasons = [
        _incremental(draws["plan"].to_numpy(float), level, "Caused in the horizon", INCREMENTAL, _HORIZON),
        _incremental(draws["plan_after"].to_numpy(float), level, "Carried over", CARRIED, _AFTER),
        *_differences(draws, answer, level),
        *_returns(answer),
    ]
    return Why(tuple(reasons), draws, answer.draws.seed, level, origin, limits)


def draws_of_answer(answer: Answer) -> pd.DataFrame:
    """One row a draw: the plan's incremental KPI in the horizon and after, the reference's, the gap."""
    frame = pd.DataFrame({"plan": answer.draws.window, "plan_after": answer.draws.after})
    drivers = getattr(answer, "driver_draws", ())
    frame["drivers"] = np.asarray(drivers, dtype=float) if drivers else 0.0
    before = reference_draws(answer)
    if before is not None:
        frame["before"] = before
        frame["difference"] = frame["plan"] + frame["plan_after"] + frame["drivers"] - frame["before"]
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="draw")
    return frame


def reference_draws(answer: Answer) -> Floats | None:
    """(draw,) incremental KPI of the reference in the horizon and after it; None in plans saved long ago."""
    saved = answer.before_draws if isinstance(answer, BudgetAnswer) else answer.recent_draws
    return np.asarray(saved, dtype=float) if saved else None


_HORIZON = (
    "For each draw: the KPI that the channels cause inside the horizon, earlier spend still at work "
    "included. The figure is the mean over the draws, its interval the quantiles."
)
_AFTER = "For each draw: what the plan’s spend still causes after the horizon, when nothing more is spent."


def _incremental(values: Floats, level: float, name: str, symbols: str, sentence: str) -> WhyStep:
    return WhyStep(name, sentence, symbols, _spread(values, level))


def _differences(draws: pd.DataFrame, answer: Answer, level: float) -> list[WhyStep]:
    if "difference" not in draws:
        return []
    other = split_label(answer.reference) if isinstance(answer, BudgetAnswer) else "recent spend"
    whole = (draws["plan"] + draws["plan_after"] + draws["drivers"]).mean()
    gap = draws["difference"].to_numpy(float)
    sentence = (
        f"For each draw: what the plan causes (in the horizon and after it) minus what {other} causes in the "
        "same draw, so that common uncertainty cancels. Mean and quantiles of these differences."
    )
    parts = [("Mean of the plan", float(whole)), (f"Mean of {other}", float(draws["before"].mean()))]
    count = float((gap > 0).sum())
    better = [("Draws in which the plan is better", count), ("Draws", float(len(gap)))]
    chance = ("Share of draws", count / len(gap) if len(gap) else 0.0)
    return [
        WhyStep("Difference", sentence, DIFFERENCE, (*parts, *_spread(gap, level))),
        WhyStep("Probability better", "The share of draws with a difference above zero.", BETTER,
               (*better, chance)),
    ]  # fmt: skip


def _returns(answer: Answer) -> list[WhyStep]:
    if answer.roas is None:
        return []
    spent = answer.total_value
    sentence = (
        "What the plan’s own spend earns inside the horizon (with this spend minus without it, valued in "
        "money where the KPI is not money itself), over that spend."
    )
    roas = answer.roas
    parts = [("Earned inside the horizon, mean", roas.mean * spent), ("Spend", spent)]
    ends = [("Lower end", roas.lower), ("Upper end", roas.upper), ("Mean", roas.mean)]
    return [WhyStep("Incremental ROAS", sentence, RETURN, (*parts, *ends))]


def _spread(values: Floats, level: float) -> tuple[tuple[str, float], ...]:
    found = Estimate.of(np.asarray(values, dtype=float), level)
    tail = (1 - level) / 2
    return (
        ("Draws", float(len(values))),
        (f"Quantile {tail:.3g}", found.lower),
        (f"Quantile {1 - tail:.3g}", found.upper),
        ("Mean", found.mean),
    )
