"""A promotion's outcome against its forecast."""

from __future__ import annotations

import pandas as pd

from core.charts.formats import Wording
from core.promo.baseline import Baseline
from core.promo.post_mortem.course import course_of
from core.promo.post_mortem.results import days_of, errors_of, intervals_of, parts_of, results_of
from core.promo.post_mortem.signals import cannibalised, dip_of, last_known
from core.promo.post_mortem.story import PostMortemText, insights_of, learning_of
from core.promo.post_mortem.values import PostMortem
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.settings import PromoSettings


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
    course = course_of(scenario, kpis, actual_sales, baseline)
    lines = [line for line in scenario.mechanics if line.discount_pct > 0]
    channels = {line.channel for line in lines}
    places = {(line.department, line.channel) for line in lines}
    promoted = course.among(places)
    results = results_of(course, kpis)
    told = PostMortemText(
        kpis, course, results, errors_of(results), intervals_of(results, kpis),
        parts_of(course, kpis, "department"), parts_of(course, kpis, "channel"),
        dip_of(course, promoted, rules.dip_limit_pct),
        cannibalised(course, {place[0] for place in places}, channels, rules.cannibalisation_limit_pct),
        Wording(currency=currency).symbol if currency else "",
    )  # fmt: skip
    return PostMortem(
        period_start=scenario.start,
        period_end=scenario.end,
        covered_until=last_known(course),
        forecast=results.forecast,
        actual=results.actual,
        errors=told.errors,
        intervals=told.intervals,
        by_channel=told.by_channel,
        by_department=told.by_department,
        post_promo_dip=told.dip,
        cannibalization_signals=told.rivals,
        insights=insights_of(told),
        learning_points=learning_of(told),
        days=days_of(course, kpis),
        left_out=course.left_out,
        model_version=kpis.model_version,
    )
