"""What a post-mortem's numbers mean: insights, and what to do differently next time, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.charts.formats import Wording, compact
from core.promo.baseline import Baseline
from core.promo.days import Flags
from core.promo.events import STEP_PP
from core.promo.post_mortem.daily import DailyComparison, daily_comparison
from core.promo.post_mortem.forecast_errors import (
    Results,
    days_of,
    errors_of,
    intervals_of,
    parts_of,
    results_of,
)
from core.promo.post_mortem.side_effects import cannibalised, dip_of
from core.promo.post_mortem.values import Cannibalisation, PartResult, PostMortem, PostPromoDip, Range
from core.promo.scenarios.kpis import LineKpis, PromoKpis
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.settings import PromoSettings

POINTS = 1.0  # of margin: smaller differences are not worth a sentence
NAMED = 3  # parts that are named one by one


def post_mortem(
    scenario: PromoScenario,
    kpis: PromoKpis,
    actual_sales: pd.DataFrame,
    baseline: Baseline,
    *,
    settings: PromoSettings | None = None,
    currency: str = "",
) -> PostMortem:
    """What a promotion brought, against the figures it was planned with.

    `actual_sales`: sales facts that hold the promotion and, as far as they are there, the two weeks after;
    other days play no part. The baseline is forecast from the days before the promotion alone, whatever it
    was fitted on. `currency` is the code that money is written with.
    UserError where no day of the promotion has sales, or nothing is known of the days before.
    """
    rules = settings or PromoSettings()
    comparison = daily_comparison(scenario, kpis, actual_sales, baseline)
    lines = [line for line in scenario.mechanics if line.discount_pct > 0]
    channels = {line.channel for line in lines}
    places = {line.place for line in lines}
    promoted = comparison.among(places)
    results = results_of(comparison, kpis)
    facts = ReportFacts(
        kpis, comparison, results, errors_of(results), intervals_of(results, kpis),
        parts_of(comparison, kpis, "department"), parts_of(comparison, kpis, "channel"),
        dip_of(comparison, promoted, rules.dip_limit_pct),
        cannibalised(comparison, {place[0] for place in places}, channels, rules.cannibalisation_limit_pct),
        Wording(currency=currency).symbol if currency else "",
    )  # fmt: skip
    return PostMortem(
        period_start=scenario.start,
        period_end=scenario.end,
        covered_until=comparison.dates[np.flatnonzero(comparison.compared)[-1]].date(),
        forecast=results.forecast,
        actual=results.actual,
        errors=facts.errors,
        intervals=facts.intervals,
        by_channel=facts.by_channel,
        by_department=facts.by_department,
        post_promo_dip=facts.dip,
        cannibalization_signals=facts.rivals,
        insights=insights(facts),
        learning_points=learning_points(facts),
        days=days_of(comparison, kpis),
        left_out=comparison.left_out,
        model_version=kpis.model_version,
    )


@dataclass(frozen=True)
class ReportFacts:
    """Everything that the sentences are built from; `symbol` goes before money."""

    kpis: PromoKpis
    comparison: DailyComparison
    results: Results
    errors: Mapping[str, float | None]
    intervals: Mapping[str, Range]
    by_department: tuple[PartResult, ...]
    by_channel: tuple[PartResult, ...]
    dip: PostPromoDip | None
    rivals: tuple[Cannibalisation, ...]
    symbol: str

    def money(self, value: float) -> str:
        """An amount as a reader sees it."""
        text = compact(value)
        return f"-{self.symbol}{text[1:]}" if text.startswith("-") else f"{self.symbol}{text}"

    def change(self, value: float) -> str:
        """An amount with its sign."""
        return self.money(value) if value < 0 else f"+{self.money(value)}"

    def won(self, name: str) -> float:
        """What the promotion really brought of a figure against no promotion."""
        # Rounded: sums leave dust that would be written out as money.
        return round(float(self.results.actual[name] - self.results.baseline[name]), 2)

    def realised(self, line: LineKpis) -> float:
        """Percent by which the line's department and sales channel sold more than its baseline."""
        cells = self.comparison.of({line.department}, {line.channel})
        on = self.comparison.on(cells, self.comparison.compared)
        expected = float(self.comparison.baseline[on].sum())
        return 100 * (float(self.comparison.actual[0][on].sum()) / expected - 1) if expected > 0 else 0.0

    def ran_at(self, line: LineKpis) -> float | None:
        """The mean discount that the line's place really gave, in percent, the planned one where the sales
        tell none; None where it gave none."""
        cells = self.comparison.of({line.department}, {line.channel})
        on = self.comparison.ran & cells[:, None]
        stated = on & (self.comparison.depth > 0)
        if stated.any():
            return float(self.comparison.depth[stated].mean())
        return line.discount_pct if on.any() else None

    @property
    def unplanned(self) -> Flags:
        """(cell,) promotions that ran although they were not in the plan."""
        lines = [line for line in self.kpis.lines if line.discount_pct > 0]
        ran = (self.comparison.promo & self.comparison.on(None, self.comparison.compared)).any(axis=1)
        return np.asarray(ran & ~self.comparison.among({line.place for line in lines}))


def insights(facts: ReportFacts) -> tuple[str, ...]:
    """What happened, the most important first."""
    return (
        *_sales(facts), *_unplanned(facts), *_parts(facts.by_department, "department", facts),
        *_parts(facts.by_channel, "sales channel", facts), *_margin(facts), *_side_effects(facts),
        *facts.comparison.left_out,
    )  # fmt: skip


def learning_points(facts: ReportFacts) -> tuple[str, ...]:
    """What to change next time; at least one sentence."""
    planned = [line for line in facts.kpis.lines if line.discount_pct > 0]
    if planned and all(facts.ran_at(line) is None for line in planned):
        return (
            "The sales show no promotion on these days, so nothing can be learned from them: check dates "
            "and the promotion flag of the file.",
        )
    lines, ends = [*_curves(facts)], facts.intervals.get("sales_value")
    if not lines and ends and ends[0] <= facts.results.actual["sales_value"] <= ends[1]:
        lines = ["The forecast held: plan the next promotion of this kind with the same numbers."]
    elif not lines and facts.unplanned.any():
        others = _places(facts.comparison, facts.unplanned)
        lines = [
            f"Sales were off because {others} had promotions that were not in the plan: plan them together."
        ]
    elif not lines:
        lines = ["Sales were off although no line was: look at the departments that had no promotion."]
    return (*lines, *_next_time(facts))


def _sales(facts: ReportFacts) -> Iterator[str]:
    actual, forecast = facts.results.actual["sales_value"], facts.results.forecast["sales_value"]
    error, ends = facts.errors["sales_value"], facts.intervals.get("sales_value")
    words = f"Sales came to {facts.money(actual)}, forecast {facts.money(forecast)}"
    words += f" ({_signed(error)})" if error is not None else ""
    if ends:
        place = "inside" if ends[0] <= actual <= ends[1] else "above" if actual > ends[1] else "below"
        words += f": {place} the 90 % interval from {facts.money(ends[0])} to {facts.money(ends[1])}"
    yield words + "."


def _unplanned(facts: ReportFacts) -> Iterator[str]:
    """Where the shop did something else than was planned: the forecast knew nothing of it."""
    comparison = facts.comparison
    ran = comparison.ran.any(axis=1)
    planned = comparison.among({line.place for line in facts.kpis.lines if line.discount_pct > 0})
    more, fewer = _places(comparison, facts.unplanned), _places(comparison, planned & ~ran)
    if more:
        yield (
            f"Not in the plan: {more} had promotions of their own on some of these days. Their forecast "
            "counts none, so what they sold more is no credit of this promotion."
        )
    if fewer:
        yield f"Planned, but the sales show no promotion in {fewer} on these days."


def _places(comparison: DailyComparison, cells: Flags) -> str:
    """'TV (online, offline); Audio (online)', each department once."""
    channels: dict[str, list[str]] = {}
    for at in np.flatnonzero(cells):
        cell = comparison.cells[at]
        known = channels.setdefault(cell.department, [])
        if cell.channel not in known:
            known.append(cell.channel)
    return "; ".join(f"{name} ({', '.join(sorted(found))})" for name, found in sorted(channels.items()))


def _parts(parts: tuple[PartResult, ...], what: str, facts: ReportFacts) -> Iterator[str]:
    """The parts whose interval did not hold, the furthest off in money first."""
    if len(parts) < 2:
        return
    off = sorted(
        (part for part in parts if part.inside is False), key=lambda part: -abs(part.actual - part.forecast)
    )
    for part in off[:NAMED]:
        verb = "beat" if part.actual > part.forecast else "missed"
        size = f" ({_signed(part.error_pct)})" if part.error_pct is not None else ""
        yield (
            f"{_capital(part.name)} {verb} its forecast by "
            f"{facts.money(abs(part.actual - part.forecast))}{size}, outside its interval."
        )
    if not off:
        yield f"Every {what} lay inside its interval."


def _margin(facts: ReportFacts) -> Iterator[str]:
    actual, forecast = facts.results.actual, facts.results.forecast
    margin = f"Margin was {actual['margin_pct']:.1f} % of sales, forecast {forecast['margin_pct']:.1f} %"
    yield f"{margin}; EBIT {facts.money(actual['ebit'])}, forecast {facts.money(forecast['ebit'])}."
    sales, ebit = facts.won("sales_value"), facts.won("ebit")
    yield f"Against no promotion that is {facts.change(sales)} sales and {facts.change(ebit)} EBIT."


def _side_effects(facts: ReportFacts) -> Iterator[str]:
    """The dip after the promotion and the departments that were cannibalised."""

    def estimate(one: PostPromoDip | Cannibalisation) -> str:
        return f"{100 * one.share:+.1f} % (interval {100 * one.lower:+.1f} to {100 * one.upper:+.1f} %)"

    def less(value: float) -> str:
        return f"{facts.money(abs(value))} {'less' if value < 0 else 'more'}"

    dip, lost = facts.dip, [one for one in facts.rivals if one.flagged]
    if dip is None:
        yield "Too few days after the promotion have sales yet to measure the dip."
    else:
        meaning = "a dip within the limit" if dip.upper < 0 else "no clear sign of a dip"
        meaning = "a dip past the limit" if dip.flagged else meaning
        yield (
            f"After it, the week from {dip.worst_from:%d.%m.%Y} sold {estimate(dip)} against the baseline in "
            f"the promoted departments ({less(dip.sales_value)}): {meaning}."
        )
    for one in lost:
        yield (
            f"{_capital(one.department)} had no promotion and sold {estimate(one)} against its baseline "
            f"({less(one.sales_value)}): it was cannibalised."
        )
    if facts.rivals and not lost:
        yield "No other department lost noticeably during the promotion."


def _curves(facts: ReportFacts) -> Iterator[str]:
    """Places whose uplift lay outside its interval; lines for several segments of a place count together."""
    lines = [line for line in facts.kpis.lines if line.discount_pct > 0]
    known = {part.name for part in facts.by_department}
    for place in dict.fromkeys(line.place for line in lines):
        mine = [line for line in lines if (line.department, line.channel) == place]
        low, middle, high = (
            sum(line.share * float(getattr(line, name)) for line in mine)
            for name in ("uplift_lower_pct", "uplift_pct", "uplift_upper_pct")
        )
        ran = facts.ran_at(mine[0])
        if mine[0].department not in known or ran is None:
            continue
        planned = [line.discount_pct for line in mine]
        if not min(planned) - STEP_PP <= ran <= max(planned) + STEP_PP:
            words = f"{', '.join(place)} ran at {ran:.0f} % instead of {planned[0]:g} %"
            yield f"{words}: what was expected of it could not be tested."
            continue
        found = facts.realised(mine[0])
        if low <= found <= high:
            continue
        way, then = ("more", "rise") if found > high else ("less", "fall")
        discounts = " and ".join(dict.fromkeys(f"{line.discount_pct:g}" for line in mine))
        yield (
            f"{discounts} % on {', '.join(place)} brought {_signed(found)} sales, {way} than expected "
            f"({_signed(middle)}): learn from it, and its next forecast will {then}."
        )
    new = [f"{ln.department}, {ln.channel}" for ln in lines if ln.pooled and facts.ran_at(ln) is not None]
    if new:
        yield f"First promotion of its own in {'; '.join(new)}: learn from it to replace what others taught."


def _next_time(facts: ReportFacts) -> Iterator[str]:
    """What margin, EBIT, dip and cannibalisation say about the next promotion of this kind."""
    points, sales, ebit = facts.errors["margin_pct"], facts.won("sales_value"), facts.won("ebit")
    if points is not None and points <= -POINTS:
        yield (
            f"The discount cost {-points:.1f} points more margin than planned: check which articles it sold, "
            "and plan a smaller one."
        )
    if ebit < 0 < sales:
        yield (
            f"It sold more but earned {facts.money(-ebit)} less EBIT than no promotion: repeat "
            "it only with a smaller discount or for another reason than profit."
        )
    if facts.dip is not None and facts.dip.flagged:
        share = f", {-facts.dip.sales_value / sales:.0%} of what it brought" if sales > 0 else ""
        yield (
            f"The worst week after lost {facts.money(-facts.dip.sales_value)}{share}: part of it was bought "
            "ahead. Leave two weeks before the next promotion there."
        )
    lost = [one for one in facts.rivals if one.flagged]
    if lost:
        names = " and ".join(one.department for one in lost[:NAMED])
        money = facts.money(-float(np.sum([one.sales_value for one in lost])))
        yield f"Count in {money} that {names} lost, or let them promote at another time."


def _signed(percent: float | None) -> str:
    return "" if percent is None else f"{percent:+.1f} %".replace("-0.0", "0.0")


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
