"""Where the planning of a promotion begins: seven types, each with its own way of choosing discounts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.errors import UserError
from core.promo.baseline import Baseline, recent_rates
from core.promo.days import ALL_GEOS, Cell, Place
from core.promo.opportunities.values import Opportunity
from core.promo.scenarios.best_discounts import best_discounts
from core.promo.scenarios.scenario import ALL_SEGMENTS, Mechanic, PromoScenario, ScenarioType, day_of, without
from core.promo.scenarios.settings import BrandRuleKind, PromoSettings
from core.promo.uplift import Uplift

ONLINE = "online"
LOYAL = re.compile(r"loyal|member|vip|club|stamm|premium", re.IGNORECASE)
NAMED = 3  # departments that a label names one by one


@dataclass(frozen=True)
class Posture:
    """`part` of the allowed discount (a share), never more than `most_pct`; at most `days` long."""

    part: float
    most_pct: float = 100.0
    days: int | None = None


POSTURES = {
    ScenarioType.CONSERVATIVE: Posture(0.4, 10.0),
    ScenarioType.BALANCED: Posture(0.6, 15.0),
    ScenarioType.AGGRESSIVE: Posture(0.9),
    ScenarioType.FLASH: Posture(1.0, days=3),
    ScenarioType.BEST_DEAL: Posture(1.0),
    ScenarioType.COUPON: Posture(0.8),
    ScenarioType.MEMBER_ONLY: Posture(0.6, 15.0),
}


def starting_point(
    scenario_type: ScenarioType | str,
    start: object,
    end: object,
    places: Sequence[Place | Cell],
    settings: PromoSettings,
    uplift: Uplift,
    *,
    baseline: Baseline | None = None,
    forecast: pd.DataFrame | None = None,
    opportunity: Opportunity | None = None,
    geo: str = ALL_GEOS,
    label: str = "",
) -> PromoScenario:
    """A promotion of a type to begin with, on the departments and sales channels of `places` or of an
    opportunity.

    conservative, balanced, aggressive: 40, 60, 90 % of what each department allows (its cap, and nothing sold
    at a loss), at most 10 %, at most 15 %, without limit. flash: all of it, online, three days. best_deal:
    the most sales under the margin floor (needs `baseline`). coupon: segments that react most. member_only:
    the loyal segments. UserError where no department may have a discount.
    """
    kind = ScenarioType(scenario_type)
    first, last = day_of(start), day_of(end)
    if first is None or last is None:
        raise UserError(f"A promotion needs its first and last day, not {start!r} and {end!r}.")
    wanted = _places(kind, places, opportunity, settings)
    lines = [_line(kind, place, settings, uplift) for place in wanted]
    lines = [line for line in lines if line.discount_pct > 0]
    if not lines:
        raise UserError("None of these departments may have a discount; choose others or raise their caps.")
    end_on = _end(kind, first, last, lines, settings)
    names = sorted({line.department for line in lines})
    where = opportunity.geo if opportunity else geo
    scenario = PromoScenario(_label(label, kind, names, settings), first, end_on, kind, tuple(lines), where)
    if kind != ScenarioType.BEST_DEAL:
        return scenario
    if baseline is None:
        raise UserError("A best deal is searched on the baseline, which was not handed over.")
    deal = best_discounts(scenario, baseline, uplift, settings, forecast=forecast).scenario
    # Lines that the best deal leaves out are dropped, unless it leaves out all.
    lines = [line for line in deal.mechanics if line.discount_pct > 0]
    return replace(deal, mechanics=tuple(lines)) if lines else deal


def _places(
    kind: ScenarioType,
    places: Sequence[Place | Cell],
    opportunity: Opportunity | None,
    settings: PromoSettings,
) -> list[Place]:
    """Where the promotion runs, each place once; online alone for a flash, and what the chosen segments like
    best where they are known to like any of it."""
    if opportunity is not None:
        return [(opportunity.department, opportunity.channel)]
    pairs = [p.place if isinstance(p, Cell) else (p[0], p[1]) for p in places]
    found = sorted(set(pairs))
    if kind == ScenarioType.FLASH:
        found = [place for place in found if place[1] == ONLINE] or found
    liked = _liked(_segments(kind, settings), settings)
    return [place for place in found if place[0] in liked] or found


def _line(kind: ScenarioType, place: Place, settings: PromoSettings, uplift: Uplift) -> Mechanic:
    posture = POSTURES[kind]
    wanted = min(posture.part * allowed_pct(place, settings, uplift), posture.most_pct)
    step = settings.discount_step_pct
    discount = round(int(wanted / step + 1e-9) * step, 6)
    return Mechanic(place[0], place[1], discount, _segments(kind, settings))


def allowed_pct(place: Place, settings: PromoSettings, uplift: Uplift) -> float:
    """The deepest discount that a department may have in a sales channel: its cap, no deeper than where goods
    would sell at a loss, none where the brand forbids any."""
    department, channel = place
    for rule in settings.brand_rules:
        if rule.kind == BrandRuleKind.NEVER_DISCOUNTED and rule.concerns(department):
            return 0.0
    at = [k for k, c in enumerate(uplift.days.cells) if c.place == place]
    if not at:
        raise UserError(f"{department}, {channel}: nothing was ever sold there.")
    rate, _ = recent_rates(uplift.days)
    slope = float(uplift.margin.mean[at].mean())
    edge = 100 * float(rate[at].mean()) / -slope if slope < 0 else np.inf
    return float(max(min(settings.cap_pct(department), edge), 0.0))


def _segments(kind: ScenarioType, settings: PromoSettings) -> tuple[str, ...]:
    """Whom the type targets; everybody where no segments are known."""
    if kind == ScenarioType.COUPON:
        known = settings.known_segments
        most = max((segment.weight for segment in known), default=0.0)
        return tuple(segment.segment_id for segment in known if segment.weight == most) or (ALL_SEGMENTS,)
    if kind == ScenarioType.MEMBER_ONLY:
        return _loyal(settings) or (ALL_SEGMENTS,)
    return (ALL_SEGMENTS,)


def _loyal(settings: PromoSettings) -> tuple[str, ...]:
    """Segments that call themselves so; else those that buy more often than most, or spend more than their
    number."""
    known, frame = settings.known_segments, settings.segments
    named = tuple(s.segment_id for s in known if LOYAL.search(f"{s.segment_id} {s.name}"))
    if named or frame is None:
        return named
    for above, below in (("purchase_frequency", None), ("share_of_revenue", "share_of_customers")):
        if above in frame and (below is None or below in frame):
            value = frame[above].astype(float) / (frame[below].astype(float) if below else 1.0)
            best = frame.loc[value > value.median(), "segment_id"].astype(str)
            if len(best):
                return tuple(best)
    return ()


def _liked(segments: tuple[str, ...], settings: PromoSettings) -> set[str]:
    """Departments that the segments name as their favourites."""
    frame = settings.segments
    if frame is None or "fav_categories" not in frame or segments == (ALL_SEGMENTS,):
        return set()
    rows = frame.loc[frame["segment_id"].astype(str).isin(segments), "fav_categories"]
    found: set[str] = set()
    for words in rows:
        found |= set(words.split(";") if isinstance(words, str) else list(words or ()))
    return {word.strip() for word in found}


def _end(
    kind: ScenarioType, first: dt.date, last: dt.date, lines: Sequence[Mechanic], settings: PromoSettings
) -> dt.date:
    """The last day, as early as the type and the brand ask."""
    limits = [POSTURES[kind].days or 10**6]
    for rule in settings.brand_rules:
        if rule.kind == BrandRuleKind.LONGEST_DAYS and any(rule.concerns(line.department) for line in lines):
            limits.append(int(float(rule.value or 1)))
    days = min((last - first).days + 1, *limits)
    return first + dt.timedelta(days=days - 1)


def _label(label: str, kind: ScenarioType, names: Sequence[str], settings: PromoSettings) -> str:
    title = kind.value.replace("_", " ").capitalize()
    where = ", ".join(names) if len(names) <= NAMED else f"{len(names)} departments"
    found = label.strip() or f"{title}: {where}"
    for rule in settings.brand_rules:
        if rule.kind == BrandRuleKind.FORBIDDEN_WORD:
            found = without(found, str(rule.value))
    return (found or where)[:100]
