"""Which promotions would help a month: one for each department and sales channel, weighed and ranked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import norm

from core.promo.baseline import Baseline
from core.promo.days import ALL_GEOS
from core.promo.opportunities.gap import WIDTHS, gap
from core.promo.opportunities.heat_map import headroom_pct, places_of, season_shares
from core.promo.opportunities.values import Opportunity, OpportunityKind, month_words
from core.promo.scenarios.evaluate import evaluate, response_in
from core.promo.scenarios.kpis import Kpi, PromoKpis
from core.promo.scenarios.period import period_of
from core.promo.scenarios.response import Response
from core.promo.scenarios.scenario import Mechanic, PromoScenario, ScenarioType
from core.promo.scenarios.settings import BrandRuleKind, PromoSettings
from core.promo.scenarios.starting_points import allowed_pct
from core.promo.uplift import Uplift

Place = tuple[str, str]


WORTH_SAYING = 0.05  # of a season that differs from the average month
LEAST_TAKEN_PCT = 0.5
LEAST_DIP_SHARE = 0.005


def reasons(kpis: PromoKpis, month: str, season: float, closed: float | None, room: float) -> tuple[str, ...]:
    """Full sentences, the weightiest first."""
    return tuple(_sentences(kpis, month, season, closed, room))


def _sentences(
    kpis: PromoKpis, month: str, season: float, closed: float | None, room: float
) -> Iterator[str]:
    line = kpis.lines[0]
    if closed:
        share = _percent(100 * closed)
        yield f"It would bring {share} of the sales that are missing in {month_words(month)}."
    yield _response(kpis)
    if abs(season - 1) >= WORTH_SAYING:
        word = "above" if season > 1 else "below"
        name = month_words(month).split()[0]
        yield f"{name} is {_percent(100 * abs(season - 1))} {word} an average month of {line.department}."
    if room >= 1:
        yield f"{room:.0f} points of discount are allowed and not usually used."
    yield from _costs(kpis)


def _response(kpis: PromoKpis) -> str:
    line = kpis.lines[0]
    place = f"{line.department}, {line.channel}"
    span = f"{line.uplift_lower_pct:+.0f} to {line.uplift_upper_pct:+.0f} %"
    moves = f"its sales by {line.uplift_pct:+.0f} % (90 %: {span})"
    if line.pooled:
        return f"{place} never had a promotion; as others react, {line.discount_pct:g} % would move {moves}."
    return f"In {place}, a discount of {line.discount_pct:g} % moves {moves}."


def _costs(kpis: PromoKpis) -> Iterator[str]:
    """What it takes from others and from the weeks after, counted in its rank."""
    taken = {name: float(row["channel_share_pct"]) for name, row in kpis.cannibalised.items()}
    name = max(taken, key=lambda key: taken[key], default=None)
    if name is not None and taken[name] >= LEAST_TAKEN_PCT:
        channel = kpis.cannibalised[name]["channel"]
        yield f"It takes {_percent(taken[name])} of the sales of {name}, {channel}."
    dip = -float(kpis.after["share"])
    if dip >= LEAST_DIP_SHARE:
        yield f"The two weeks after sell {_percent(100 * dip)} less."


def _percent(value: float) -> str:
    return f"{value:.0f} %" if value >= 10 else f"{value:.1f} %"


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
    """What every suggestion stands on: the days still to come, `missing` sales (0 when none are)."""

    month: str
    geo: str
    first: dt.date
    last: dt.date
    missing: float
    baseline: Baseline
    uplift: Uplift
    settings: PromoSettings
    forecast: pd.DataFrame
    taste: OpportunityWeights


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
    taste: OpportunityWeights | None = None,
) -> tuple[Opportunity, ...]:
    """The best promotion of each department and sales channel in the days of the month still to come, ranked.

    Weighed by the expected EBIT of the whole shop, what it costs other departments and the two weeks after
    included, plus `gap_worth_share` of the missing sales it brings. Left out are places where no discount is
    worth anything or that have a promotion then already, and everything when the month is over. UserError as
    `gap` raises it.
    """
    taste = taste or OpportunityWeights()
    found = gap(sales, targets, month, geo, baseline, planned, forecast)
    if found.first_on is None or found.last_on is None:
        return ()
    missing = max(-(found.sales_value.gap or 0.0), 0.0)
    ahead = baseline.forecast(found.first_on, found.last_on) if forecast is None else forecast
    ground = OpportunityContext(
        month, geo, found.first_on, found.last_on, missing, baseline, uplift, settings, ahead, taste
    )
    season = dict(zip(uplift.days.cells, season_shares(uplift.regression, month), strict=True))
    period = period_of(found.first_on, found.last_on, geo, baseline, ahead)
    busy = _busy(planned, found.first_on, found.last_on)
    weighed = []
    for place in places_of(period.cells):
        if place in busy:
            continue
        mine = [share for cell, share in season.items() if (cell.department, cell.channel) == place]
        one = _of_place(ground, place, float(np.mean(mine)))
        if one is not None:
            weighed.append(one)
    return _ranked(weighed)


def _busy(planned: Sequence[PromoKpis], first: dt.date, last: dt.date) -> set[Place]:
    """Places that have a planned promotion in these days already: a second discount on the same goods is no
    opportunity."""
    there = [kpis for kpis in planned if kpis.period_start <= last and kpis.period_end >= first]
    lines = [line for kpis in there for line in kpis.lines if line.discount_pct > 0]
    return {(line.department, line.channel) for line in lines}


def _ranked(weighed: list[tuple[float, Opportunity]]) -> tuple[Opportunity, ...]:
    """By worth, with a score against the best of them."""
    order = sorted(weighed, key=lambda pair: (-pair[0], pair[1].department, pair[1].channel))
    top = order[0][0] if order else 1.0
    return tuple(
        replace(one, rank=rank, score=round(100 * worth / top, 1))
        for rank, (worth, one) in enumerate(order, start=1)
    )


def _of_place(ground: OpportunityContext, place: Place, season: float) -> tuple[float, Opportunity] | None:
    """The best promotion of a place with its worth; None where none is worth anything."""
    start, end = _window(ground, place)
    period = period_of(start, end, ground.geo, ground.baseline, ground.forecast)
    response = response_in(period, ground.uplift, ground.settings)
    discount = _best_discount(ground, response, place)
    if discount is None:
        return None
    line = Mechanic(*place, discount)
    kind = _type_of(discount, allowed_pct(place, ground.settings, ground.uplift), ground.taste)
    scenario = PromoScenario("Opportunity", start, end, kind, (line,), ground.geo)
    kpis = evaluate(scenario, ground.baseline, ground.uplift, ground.settings, forecast=ground.forecast)
    worth = _worth(ground, kpis.deltas[Kpi.SALES], kpis.deltas[Kpi.EBIT]) + _dip_ebit(ground, kpis)
    if worth <= 0:
        return None
    return worth, _opportunity(ground, scenario, kpis, season)


def _window(ground: OpportunityContext, place: Place) -> tuple[dt.date, dt.date]:
    """The best-selling run of days still to come, as long as the taste and the brand allow."""
    limits = [ground.taste.longest_days, (ground.last - ground.first).days + 1]
    for rule in ground.settings.brand_rules:
        if rule.kind == BrandRuleKind.LONGEST_DAYS and rule.concerns(place[0]):
            limits.append(int(float(rule.value or 1)))
    length, rows = min(limits), ground.forecast
    mine = rows[(rows["department"] == place[0]) & (rows["channel"] == place[1])]
    if "geo" in mine and ground.geo != ALL_GEOS:
        mine = mine[mine["geo"].astype(str) == ground.geo]
    inside = mine[(mine["date"] >= pd.Timestamp(ground.first)) & (mine["date"] <= pd.Timestamp(ground.last))]
    daily = inside.groupby("date")["sales_value"].sum().sort_index().to_numpy()
    runs = np.convolve(daily, np.ones(length), mode="valid")
    start = ground.first + dt.timedelta(days=int(runs.argmax()))
    return start, start + dt.timedelta(days=length - 1)


def _best_discount(ground: OpportunityContext, response: Response, place: Place) -> float | None:
    """The discount with most worth among whole percents that are allowed and keep the margin's floor."""
    most = allowed_pct(place, ground.settings, ground.uplift)
    if _pooled(ground.uplift, place):
        most = min(most, ground.taste.first_try_pct)
    usual = 100 * float(response.margin.sum()) / max(float(response.sales.sum()), 1e-9)
    floor, top = ground.settings.floor_pct(usual), (0.0, None)
    best: tuple[float, float | None] = top
    for discount in np.arange(ground.taste.least_pct, most + 1e-9, 1.0):
        sold = response.sold(response.aims([Mechanic(*place, float(discount))]))
        sales, margin = (float(part.sum()) for part in (sold.gain[0], sold.gain[1]))
        sales, margin = sales + float(sold.taken[0].sum()), margin + float(sold.taken[1].sum())
        whole = float(response.sales.sum()) + sales
        kept = 100 * (float(response.margin.sum()) + margin) >= floor * whole
        ebit = margin - ground.settings.cost_to_serve_share * sales
        worth = _worth(ground, sales, ebit)
        if kept and worth > best[0]:
            best = worth, float(discount)
    return best[1]


def _worth(ground: OpportunityContext, sales: float, ebit: float) -> float:
    return ebit + ground.taste.gap_worth_share * min(max(sales, 0.0), ground.missing)


def _dip_ebit(ground: OpportunityContext, kpis: PromoKpis) -> float:
    """What the two weeks after cost, at the shop's usual EBIT of sales."""
    usual = kpis.baseline[Kpi.EBIT] / max(kpis.baseline[Kpi.SALES], 1e-9)
    return float(kpis.after["sales_value"]) * usual


def _pooled(uplift: Uplift, place: Place) -> bool:
    at = [k for k, cell in enumerate(uplift.days.cells) if (cell.department, cell.channel) == place]
    return not any(uplift.events_of(k) for k in at)


def _type_of(discount: float, allowed: float, taste: OpportunityWeights) -> ScenarioType:
    """The posture that a discount stands for."""
    part = discount / allowed if allowed > 0 else 1.0
    if part <= taste.conservative_part:
        return ScenarioType.CONSERVATIVE
    return ScenarioType.BALANCED if part <= taste.balanced_part else ScenarioType.AGGRESSIVE


def _opportunity(
    ground: OpportunityContext, scenario: PromoScenario, kpis: PromoKpis, season: float
) -> Opportunity:
    line = scenario.mechanics[0]
    gained = kpis.deltas[Kpi.SALES]
    closed = max(gained, 0.0) / ground.missing if ground.missing > 0 else None
    names = (Kpi.SALES, Kpi.MARGIN, Kpi.EBIT)
    room = headroom_pct(ground.uplift, (line.department, line.channel), ground.settings)
    return Opportunity(
        rank=1,
        month=ground.month,
        geo=ground.geo,
        kind=_kind(kpis, season, closed, ground.taste),
        department=line.department,
        channel=line.channel,
        score=0.0,
        start=scenario.start,
        end=scenario.end,
        suggested=line,
        scenario_type=scenario.scenario_type,
        sales_value_gain=gained,
        margin_value_gain=kpis.deltas[Kpi.MARGIN],
        ebit_gain=kpis.deltas[Kpi.EBIT],
        intervals={name.value: kpis.intervals[f"{name}_delta"] for name in names},
        gap_closed_share=closed,
        headroom_pct=room,
        season_share=season,
        confidence=_chance(kpis),
        why=reasons(kpis, ground.month, season, closed, room),
    )


def _kind(kpis: PromoKpis, season: float, closed: float | None, taste: OpportunityWeights) -> OpportunityKind:
    if kpis.lines[0].pooled:
        return OpportunityKind.NEVER_TRIED
    if closed:
        return OpportunityKind.CLOSE_GAP
    return OpportunityKind.SEASONAL_PEAK if season >= taste.peak_share else OpportunityKind.STRONG_RESPONSE


def _chance(kpis: PromoKpis) -> float:
    """The chance that EBIT rises, as if its draws were Normal."""
    lower, upper = kpis.intervals[f"{Kpi.EBIT}_delta"]
    wide = max((upper - lower) / WIDTHS, 1e-9)
    return round(float(norm.cdf(kpis.deltas[Kpi.EBIT] / wide)), 4)
