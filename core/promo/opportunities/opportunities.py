"""Which promotions would help a month: one for each department and sales channel, weighed and ranked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import norm

from core.promo.baseline import Baseline
from core.promo.days import ALL_GEOS, Place
from core.promo.opportunities.gap import WIDTHS, gap
from core.promo.opportunities.heat_map import headroom_pct, places_of, season_shares
from core.promo.opportunities.values import Opportunity, OpportunityKind, month_words
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.kpis import Kpi, PromoKpis
from core.promo.scenarios.period import period_of
from core.promo.scenarios.response import Response, response_of
from core.promo.scenarios.scenario import Mechanic, PromoScenario, ScenarioType
from core.promo.scenarios.settings import BrandRuleKind, PromoSettings
from core.promo.scenarios.starting_points import allowed_pct
from core.promo.uplift import Uplift

WORTH_SAYING = 0.05  # of a season that differs from the average month
LEAST_TAKEN_PCT = 0.5
LEAST_DIP_SHARE = 0.005


@dataclass(frozen=True)
class OpportunityWeights:
    """How opportunities are weighed: `gap_worth_share` EBIT that one money of missing sales is worth,
    `longest_days` of a suggestion, discounts from `least_pct`; a place without history of its own is tried at
    `first_try_pct` at most, from `peak_share` of the average month on it is a season; up to the parts of what
    is allowed, a discount is conservative or balanced."""

    gap_worth_share: float = 0.35
    longest_days: int = 7
    least_pct: float = 5.0
    first_try_pct: float = 15.0
    peak_share: float = 1.1
    conservative_part: float = 0.4
    balanced_part: float = 0.6


@dataclass(frozen=True)
class OpportunityContext:
    """What every suggestion depends on: the days still to come, `missing` sales (0 when none are)."""

    month: str
    geo: str
    first: dt.date
    last: dt.date
    missing: float
    baseline: Baseline
    uplift: Uplift
    settings: PromoSettings
    forecast: pd.DataFrame
    weights: OpportunityWeights


def opportunities(
    sales: pd.DataFrame,
    targets: pd.DataFrame | None,
    month: str,
    geo: str,
    baseline: Baseline,
    uplift: Uplift,
    settings: PromoSettings,
    *,
    planned: Sequence[PromoKpis] = (),
    forecast: pd.DataFrame | None = None,
    weights: OpportunityWeights | None = None,
) -> tuple[Opportunity, ...]:
    """The best promotion of each department and sales channel in the days of the month still to come, ranked.

    Weighed by the expected EBIT of the whole shop, what it costs other departments and the two weeks after
    included, plus `gap_worth_share` of the missing sales it brings. Left out are places where no discount is
    worth anything or that have a promotion then already, and everything when the month is over. UserError as
    `gap` raises it.
    """
    found = gap(sales, targets, month, geo, baseline, planned, forecast)
    if found.first_on is None or found.last_on is None:
        return ()
    missing = max(-(found.sales_value.gap or 0.0), 0.0)
    ahead = baseline.forecast(found.first_on, found.last_on) if forecast is None else forecast
    context = OpportunityContext(
        month, geo, found.first_on, found.last_on, missing, baseline, uplift, settings, ahead,
        weights or OpportunityWeights(),
    )  # fmt: skip
    season = dict(zip(uplift.days.cells, season_shares(uplift.regression, month), strict=True))
    period = period_of(found.first_on, found.last_on, geo, baseline, ahead)
    # A second discount on goods that have a planned promotion then already is no opportunity.
    at_once = [k for k in planned if k.period_start <= found.last_on and k.period_end >= found.first_on]
    busy = {(line.department, line.channel) for k in at_once for line in k.lines if line.discount_pct > 0}
    weighed = []
    for place in places_of(period.cells):
        shares = [share for cell, share in season.items() if cell.place == place]
        one = None if place in busy else _of_place(context, place, float(np.mean(shares)))
        if one is not None:
            weighed.append(one)
    weighed.sort(key=lambda pair: (-pair[0], pair[1].department, pair[1].channel))
    return tuple(
        replace(one, rank=rank, score=round(100 * value / weighed[0][0], 1))
        for rank, (value, one) in enumerate(weighed, start=1)
    )


def _of_place(context: OpportunityContext, place: Place, season: float) -> tuple[float, Opportunity] | None:
    """The best promotion of a place with its value; None where none is worth anything."""
    start, end = _window(context, place)
    period = period_of(start, end, context.geo, context.baseline, context.forecast)
    response = response_of(period.cells, period.base, context.uplift, context.settings)
    discount = _best_discount(context, response, place)
    if discount is None:
        return None
    line, weights = Mechanic(*place, discount), context.weights
    allowed = allowed_pct(place, context.settings, context.uplift)
    part = discount / allowed if allowed > 0 else 1.0
    kind = ScenarioType.BALANCED if part <= weights.balanced_part else ScenarioType.AGGRESSIVE
    kind = ScenarioType.CONSERVATIVE if part <= weights.conservative_part else kind
    scenario = PromoScenario("Opportunity", start, end, kind, (line,), context.geo)
    kpis = evaluate(scenario, context.baseline, context.uplift, context.settings, forecast=context.forecast)
    # What the two weeks after cost, at the shop's usual EBIT of sales.
    usual_ebit_share = kpis.baseline[Kpi.EBIT] / max(kpis.baseline[Kpi.SALES], 1e-9)
    value = _value(context, kpis.deltas[Kpi.SALES], kpis.deltas[Kpi.EBIT])
    value += float(kpis.dip["sales_value"]) * usual_ebit_share
    return (value, _opportunity(context, scenario, kpis, season)) if value > 0 else None


def _window(context: OpportunityContext, place: Place) -> tuple[dt.date, dt.date]:
    """The best-selling run of days still to come, as long as the weights and the brand allow."""
    limits = [context.weights.longest_days, (context.last - context.first).days + 1]
    for rule in context.settings.brand_rules:
        if rule.kind == BrandRuleKind.LONGEST_DAYS and rule.concerns(place[0]):
            limits.append(int(float(rule.value or 1)))
    length, rows = min(limits), context.forecast
    rows = rows[(rows["department"] == place[0]) & (rows["channel"] == place[1])]
    if "geo" in rows and context.geo != ALL_GEOS:
        rows = rows[rows["geo"].astype(str) == context.geo]
    rows = rows[rows["date"].between(pd.Timestamp(context.first), pd.Timestamp(context.last))]
    daily = rows.groupby("date")["sales_value"].sum().sort_index().to_numpy()
    runs = np.convolve(daily, np.ones(length), mode="valid")
    start = context.first + dt.timedelta(days=int(runs.argmax()))
    return start, start + dt.timedelta(days=length - 1)


def _best_discount(context: OpportunityContext, response: Response, place: Place) -> float | None:
    """The discount with most value among whole percents that are allowed and keep the margin's floor."""
    most = allowed_pct(place, context.settings, context.uplift)
    cells = [k for k, cell in enumerate(context.uplift.days.cells) if cell.place == place]
    if not any(context.uplift.events_of(k) for k in cells):
        most = min(most, context.weights.first_try_pct)
    usual = 100 * float(response.margin.sum()) / max(float(response.sales.sum()), 1e-9)
    floor = context.settings.floor_pct(usual)
    best: tuple[float, float | None] = (0.0, None)
    for discount in np.arange(context.weights.least_pct, most + 1e-9, 1.0):
        effect = response.effect(response.exposure([Mechanic(*place, float(discount))]))
        sales, margin = (float(effect.gain[k].sum() + effect.taken[k].sum()) for k in (0, 1))
        whole = float(response.sales.sum()) + sales
        keeps_floor = 100 * (float(response.margin.sum()) + margin) >= floor * whole
        value = _value(context, sales, margin - context.settings.cost_to_serve_share * sales)
        if keeps_floor and value > best[0]:
            best = value, float(discount)
    return best[1]


def _value(context: OpportunityContext, sales: float, ebit: float) -> float:
    return ebit + context.weights.gap_worth_share * min(max(sales, 0.0), context.missing)


def _opportunity(
    context: OpportunityContext, scenario: PromoScenario, kpis: PromoKpis, season: float
) -> Opportunity:
    line, gained, ebit = scenario.mechanics[0], kpis.deltas[Kpi.SALES], kpis.deltas[Kpi.EBIT]
    closed = max(gained, 0.0) / context.missing if context.missing > 0 else None
    room = headroom_pct(context.uplift, line.place, context.settings)
    if kpis.lines[0].pooled:
        kind = OpportunityKind.NEVER_TRIED
    elif closed:
        kind = OpportunityKind.CLOSE_GAP
    elif season >= context.weights.peak_share:
        kind = OpportunityKind.SEASONAL_PEAK
    else:
        kind = OpportunityKind.STRONG_RESPONSE
    # The chance that EBIT rises, as if its draws were Normal.
    lower, upper = kpis.intervals[f"{Kpi.EBIT}_delta"]
    chance = float(norm.cdf(ebit / max((upper - lower) / WIDTHS, 1e-9)))
    names = (Kpi.SALES, Kpi.MARGIN, Kpi.EBIT)
    return Opportunity(
        rank=1,
        month=context.month,
        geo=context.geo,
        kind=kind,
        department=line.department,
        channel=line.channel,
        score=0.0,
        start=scenario.start,
        end=scenario.end,
        suggested=line,
        scenario_type=scenario.scenario_type,
        sales_value_gain=gained,
        margin_value_gain=kpis.deltas[Kpi.MARGIN],
        ebit_gain=ebit,
        intervals={name.value: kpis.intervals[f"{name}_delta"] for name in names},
        gap_closed_share=closed,
        headroom_pct=room,
        season_share=season,
        confidence=round(chance, 4),
        why=tuple(reasons(kpis, context.month, season, closed, room)),
    )


def reasons(kpis: PromoKpis, month: str, season: float, closed: float | None, room: float) -> Iterator[str]:
    """Why a promotion is suggested, in sentences for people who plan; the most important first."""
    line, name = kpis.lines[0], month_words(month)
    if closed:
        yield f"It would bring {_percent(100 * closed)} of the sales that are missing in {name}."
    span = f"{line.uplift_lower_pct:+.0f} to {line.uplift_upper_pct:+.0f} %"
    moves = f"its sales by {line.uplift_pct:+.0f} % (90 %: {span})"
    label = f"{line.department}, {line.channel}"
    if line.pooled:
        yield f"{label} never had a promotion; as others react, {line.discount_pct:g} % would move {moves}."
    else:
        yield f"In {label}, a discount of {line.discount_pct:g} % moves {moves}."
    if abs(season - 1) >= WORTH_SAYING:
        side, share = "above" if season > 1 else "below", _percent(100 * abs(season - 1))
        yield f"{name.split()[0]} is {share} {side} an average month of {line.department}."
    if room >= 1:
        yield f"{room:.0f} points of discount are allowed and not usually used."
    taken = {name: float(row["channel_share_pct"]) for name, row in kpis.cannibalised.items()}
    most = max(taken, key=lambda key: taken[key], default=None)
    if most is not None and taken[most] >= LEAST_TAKEN_PCT:
        channel = kpis.cannibalised[most]["channel"]
        yield f"It takes {_percent(taken[most])} of the sales of {most}, {channel}."
    dip = -float(kpis.dip["share"])
    if dip >= LEAST_DIP_SHARE:
        yield f"The two weeks after sell {_percent(100 * dip)} less."


def _percent(value: float) -> str:
    return f"{value:.0f} %" if value >= 10 else f"{value:.1f} %"
