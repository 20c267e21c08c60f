"""What was learned from a promotion: how the forecast of the same promotion changes with a new model."""

from __future__ import annotations

from dataclasses import dataclass

from core.charts.formats import Wording
from core.promo.model_files import PromoModel
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.settings import PromoSettings

SAME_PP = 0.5  # of uplift: less is no news


@dataclass(frozen=True)
class LineChange:
    """One line's expected uplift with its 90 % interval, in percent, before and after learning."""

    department: str
    channel: str
    discount_pct: float
    before: tuple[float, float, float]
    after: tuple[float, float, float]

    @property
    def moved_pp(self) -> float:
        """By how many points the expected uplift moved."""
        return self.after[0] - self.before[0]


@dataclass(frozen=True)
class ReEstimate:
    """The same promotion forecast by the model before and the model after; `words` say what is different."""

    before: PromoKpis
    after: PromoKpis
    lines: tuple[LineChange, ...]
    words: tuple[str, ...]


def re_estimate(
    scenario: PromoScenario,
    old: PromoModel,
    new: PromoModel,
    settings: PromoSettings,
    *,
    currency: str = "",
) -> ReEstimate:
    """How the next forecast of this promotion differs. Both stand on one baseline, that of the days before
    the promotion, so that only what was learned of uplift, dip and cannibalisation moves."""
    forecast = old.baseline.forecast(scenario.start, scenario.end)
    before, after = (
        evaluate(scenario, model.baseline, model.uplift, settings, forecast=forecast) for model in (old, new)
    )
    lines = tuple(
        LineChange(
            was.department, was.channel, was.discount_pct,
            (was.uplift_pct, was.uplift_lower_pct, was.uplift_upper_pct),
            (now.uplift_pct, now.uplift_lower_pct, now.uplift_upper_pct),
        )
        for was, now in zip(before.lines, after.lines, strict=True)
    )  # fmt: skip
    return ReEstimate(before, after, lines, _words(before, after, lines, currency))


def _words(
    before: PromoKpis, after: PromoKpis, lines: tuple[LineChange, ...], currency: str
) -> tuple[str, ...]:
    symbol = Wording(currency=currency).money if currency else Wording(currency="").money
    sales = [float(kpis.totals["sales_value"]) for kpis in (before, after)]
    moved = 100 * (sales[1] / sales[0] - 1) if sales[0] > 0 else 0.0
    found = [
        f"The next forecast of this promotion is {symbol(sales[1]).strip()} sales instead of "
        f"{symbol(sales[0]).strip()} ({moved:+.1f} %)."
    ]
    for line in sorted(lines, key=lambda one: -abs(one.moved_pp)):
        if abs(line.moved_pp) >= SAME_PP:
            way = "rises" if line.moved_pp > 0 else "falls"
            found.append(
                f"{line.discount_pct:g} % on {line.department}, {line.channel}: the expected uplift {way} "
                f"from {line.before[0]:.1f} to {line.after[0]:.1f} %."
            )
    if len(found) == 1:
        found.append("No line's expected uplift moved by half a point or more.")
    return tuple(found)
