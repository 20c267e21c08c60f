"""How the forecast of the same promotion changes with a model that was estimated again."""

from __future__ import annotations

from dataclasses import dataclass

from core.charts.formats import Wording
from core.promo.model_files import PromoModel
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.kpis import LineKpis, PromoKpis
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.settings import PromoSettings

SAME_PP = 0.5  # of uplift: less is no news


@dataclass(frozen=True)
class ReEstimate:
    """The same promotion forecast by the model before and the model after; `text` says what is different."""

    before: PromoKpis
    after: PromoKpis
    text: tuple[str, ...]

    @property
    def lines(self) -> tuple[tuple[LineKpis, LineKpis], ...]:
        """Each line as forecast before and after."""
        return tuple(zip(self.before.lines, self.after.lines, strict=True))


def re_estimate(
    scenario: PromoScenario,
    old: PromoModel,
    new: PromoModel,
    settings: PromoSettings,
    *,
    currency: str = "",
) -> ReEstimate:
    """How the next forecast of this promotion differs. Both use one baseline, that of the days before the
    promotion, so that only the estimates of uplift, dip and cannibalisation move."""
    forecast = old.baseline.forecast(scenario.start, scenario.end)
    before, after = (
        evaluate(scenario, model.baseline, model.uplift, settings, forecast=forecast) for model in (old, new)
    )
    money = Wording(currency=currency).money
    sales = [float(kpis.totals["sales_value"]) for kpis in (before, after)]
    moved = 100 * (sales[1] / sales[0] - 1) if sales[0] > 0 else 0.0
    text = [
        f"The next forecast of this promotion is {money(sales[1]).strip()} sales instead of "
        f"{money(sales[0]).strip()} ({moved:+.1f} %)."
    ]
    pairs = zip(before.lines, after.lines, strict=True)
    for was, now in sorted(pairs, key=lambda pair: -abs(pair[1].uplift_pct - pair[0].uplift_pct)):
        if abs(now.uplift_pct - was.uplift_pct) >= SAME_PP:
            way = "rises" if now.uplift_pct > was.uplift_pct else "falls"
            text.append(
                f"{was.discount_pct:g} % on {was.department}, {was.channel}: the expected uplift {way} "
                f"from {was.uplift_pct:.1f} to {now.uplift_pct:.1f} %."
            )
    if len(text) == 1:
        text.append("No line's expected uplift moved by half a point or more.")
    return ReEstimate(before, after, tuple(text))
