"""What the retailer's demo has to show once its promotions are learned: plans, a brief, a look back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import product

import pandas as pd

from core.promo.brief.generation import generate_brief
from core.promo.brief.values import CreativeBrief
from core.promo.model_files import PromoModel
from core.promo.post_mortem.report import post_mortem
from core.promo.post_mortem.values import PostMortem
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.scenario import Mechanic, PromoScenario, ScenarioType
from core.promo.scenarios.settings import PromoSettings
from core.promo.scenarios.starting_points import starting_point
from core.promo.scenarios.validate import validate
from core.promo.scenarios.verdict import Verdict

DAYS = 7
AFTER_DAYS = 14  # a look back needs the two weeks behind a promotion
PLANS = (
    (ScenarioType.BEST_DEAL, "October: the best deal"),
    (ScenarioType.AGGRESSIVE, "October: as deep as allowed"),
)
HINDSIGHT = "Forecast in hindsight: the uplift was learned from this promotion too."


@dataclass(frozen=True, eq=False)
class Shown:
    """One promotion with its figures and verdict, and its brief or its look back where it has one."""

    scenario: PromoScenario
    kpis: PromoKpis
    verdict: Verdict
    brief: CreativeBrief | None = None
    review: PostMortem | None = None


def showcase(
    model: PromoModel, settings: PromoSettings, catalog: pd.DataFrame, sales: pd.DataFrame, currency: str
) -> tuple[Shown, ...]:
    """Two ways to promote the three largest departments soon, the first with a brief, and the last promotion
    of the catalogue that is over with its two weeks behind it, looked back at."""
    last = model.baseline.days.dates[-1].date()
    coming = last + dt.timedelta(days=7 + (7 - last.weekday()) % 7)
    plans = [_plan(model, settings, kind, label, coming, sales) for kind, label in PLANS]
    first = _judged(model, settings, plans[0])
    brief = generate_brief(first.scenario, first.kpis, settings, currency)
    shown = [Shown(first.scenario, first.kpis, first.verdict, brief=brief)]
    shown += [_judged(model, settings, plan) for plan in plans[1:]]
    return (*shown, *_looked_back(model, settings, catalog, sales, last, currency))


def _plan(
    model: PromoModel,
    settings: PromoSettings,
    kind: ScenarioType,
    label: str,
    first: dt.date,
    sales: pd.DataFrame,
) -> PromoScenario:
    largest = sales.groupby("department")["sales_value"].sum().nlargest(3).index
    places = [cell for cell in model.baseline.days.cells if cell.department in set(largest)]
    end = first + dt.timedelta(days=DAYS - 1)
    return starting_point(
        kind, first, end, places, settings, model.uplift, baseline=model.baseline, label=label
    )


def _judged(model: PromoModel, settings: PromoSettings, scenario: PromoScenario) -> Shown:
    kpis = evaluate(scenario, model.baseline, model.uplift, settings)
    return Shown(scenario, kpis, validate(scenario, kpis, settings))


def _looked_back(
    model: PromoModel,
    settings: PromoSettings,
    catalog: pd.DataFrame,
    sales: pd.DataFrame,
    last: dt.date,
    currency: str,
) -> list[Shown]:
    over = catalog[pd.to_datetime(catalog["date_end"]) + pd.Timedelta(days=AFTER_DAYS) <= pd.Timestamp(last)]
    over = over[over["avg_discount_pct"].astype(float) <= settings.default_discount_cap_pct]
    rows = [row for _, row in over.sort_values("date_end").iterrows() if _is_alone(row, catalog)]
    sold = {(cell.department, cell.channel) for cell in model.baseline.days.cells}
    rows = [row for row in rows if set(product(row["departments"], row["channels"])) <= sold]
    if not rows:
        return []
    row = rows[-1]
    lines = tuple(
        Mechanic(department, channel, float(row["avg_discount_pct"]), notes=HINDSIGHT)
        for department, channel in product(row["departments"], row["channels"])
    )
    label = f"{row['promo_name']}, looked back at"
    past = PromoScenario(label, row["date_start"], row["date_end"], ScenarioType.BALANCED, lines)
    seen = _judged(model, settings, past)
    report = post_mortem(past, seen.kpis, sales, model.baseline, settings=settings, currency=currency)
    return [Shown(seen.scenario, seen.kpis, seen.verdict, review=report)]


def _is_alone(row: pd.Series, catalog: pd.DataFrame) -> bool:
    """Whether no other promotion of the catalogue ran on any of its days."""
    meanwhile = (catalog["date_start"] <= row["date_end"]) & (catalog["date_end"] >= row["date_start"])
    return int(meanwhile.sum()) == 1
