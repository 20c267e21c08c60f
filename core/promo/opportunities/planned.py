"""The month whose opportunities are searched: the question, what is planned already, and what was found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.orm import Session

from core.access import Person
from core.promo.days import ALL_GEOS
from core.promo.opportunities.values import Gap, Opportunity, month_span
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.verdict import VerdictStatus
from core.promo.store import scenarios


@dataclass(frozen=True)
class MonthAsked:
    """A month (YYYY-MM) and geo, the project's targets, and figures of the promotions planned there."""

    month: str
    geo: str
    targets: pd.DataFrame
    planned: tuple[PromoKpis, ...]


@dataclass(frozen=True)
class Discovered:
    """The gap of the month, its departments side by side, and what could be done, best first."""

    gap: Gap
    departments: pd.DataFrame
    opportunities: tuple[Opportunity, ...]


def planned_in(s: Session, person: Person, project_id: int, month: str, geo: str) -> tuple[PromoKpis, ...]:
    """Figures of the saved promotions that run in the month. Drafts that are blocked do not count. Of
    several for the same days and places the one changed last counts: the others are its alternatives."""
    first, last = month_span(month)
    running = [
        promo
        for promo in scenarios.promos(s, person, project_id)
        if promo.start <= last and promo.end >= first and promo.status != VerdictStatus.BLOCK
        if geo in (ALL_GEOS, promo.geo)
    ]
    newest = sorted(running, key=lambda promo: promo.updated_at, reverse=True)
    found = [scenarios.promo(s, person, promo.id) for promo in newest]
    counted: list[PromoScenario] = []
    for scenario in (one.scenario for one in found if one.kpis is not None):
        if not any(_overlap(scenario, other) for other in counted):
            counted.append(scenario)
    return tuple(one.kpis for one in found if one.kpis is not None and one.scenario in counted)


def _overlap(one: PromoScenario, other: PromoScenario) -> bool:
    """Whether two promotions discount the same department and channel on the same day."""
    meet = one.start <= other.end and other.start <= one.end
    geos = ALL_GEOS in (one.geo, other.geo) or one.geo == other.geo
    cells = [{(line.department, line.channel) for line in plan.mechanics} for plan in (one, other)]
    return meet and geos and bool(cells[0] & cells[1])


def months_of(targets: pd.DataFrame, next_day: dt.date) -> tuple[list[str], str]:
    """Months to choose from, the latest first, and the one shown at first: that of the first day without
    sales where it has a target or nothing has; else the last with a target."""
    coming = f"{next_day:%Y-%m}"
    with_target = set(targets["month"].astype(str))
    named = sorted({*with_target, coming}, reverse=True)
    return named, coming if not with_target or coming in with_target else max(with_target)
