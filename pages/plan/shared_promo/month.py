"""The month an opportunity is looked for in: what is asked, what is planned there already, what was found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from core.access import Membership, Person
from core.database import session
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


def planned_in(person: Person, project: Membership, month: str, geo: str) -> tuple[PromoKpis, ...]:
    """Figures of the saved promotions that run in the month. Drafts that are blocked do not count. Of
    several for the same days and places the one changed last counts: the others are its alternatives."""
    first, last = month_span(month)
    with session() as s:
        there = [
            promo
            for promo in scenarios.promos(s, person, project.project_id)
            if promo.start <= last and promo.end >= first and promo.status != VerdictStatus.BLOCK
            if geo in (ALL_GEOS, promo.geo)
        ]
        newest = sorted(there, key=lambda promo: promo.updated_at, reverse=True)
        kept = [scenarios.promo(s, person, promo.id) for promo in newest]
    taken: list[PromoScenario] = []
    for scenario in (one.scenario for one in kept if one.kpis is not None):
        if not any(_same_shelf(scenario, other) for other in taken):
            taken.append(scenario)
    return tuple(one.kpis for one in kept if one.kpis is not None and one.scenario in taken)


def _same_shelf(one: PromoScenario, other: PromoScenario) -> bool:
    """Whether two promotions discount something at the same place on the same day."""
    meet = one.start <= other.end and other.start <= one.end
    geos = ALL_GEOS in (one.geo, other.geo) or one.geo == other.geo
    shelves = [{(line.department, line.channel) for line in plan.mechanics} for plan in (one, other)]
    return meet and geos and bool(shelves[0] & shelves[1])


def months_of(targets: pd.DataFrame, next_day: dt.date) -> tuple[list[str], str]:
    """Months to choose from, the latest first, and the one shown at first: that of the first day without
    sales where it has a target or nothing has; else the last with a target."""
    coming = f"{next_day:%Y-%m}"
    with_target = set(targets["month"].astype(str))
    named = sorted({*with_target, coming}, reverse=True)
    return named, coming if not with_target or coming in with_target else max(with_target)
