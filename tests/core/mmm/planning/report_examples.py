"""Reports of small plans with known figures, for the tests of exports and reasons."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from core.charts.formats import Wording
from core.mmm.planning.answers import BudgetAnswer, WhatIfAnswer
from core.mmm.planning.report import PlanReport, PlanTitle, budget_report, whatif_report
from core.mmm.planning.saved_plan import PlanOrigin
from core.mmm.planning.whatif_inputs import ALL_GEOS, WhatIfInputs
from tests.core.mmm.plan_examples import WORDING, budget_answer, draws, inputs, whatif_answer

ORIGIN = PlanOrigin(
    model_id=3, model_name="Spring", trained_at="2025-11-20T09:15:00+00:00", converged=True, draws=1000,
    seed=7, dataset_name="Weekly sales", dataset_version=2, rows=208, start_on="2022-01-03",
    end_on="2025-12-29", geos=1, period="week", checksum="abc", config={"date_column": "week"},
)  # fmt: skip
TITLE = PlanTitle(
    "Shop", "Plan for spring", dt.date(2025, 12, 30), "Frozen on 30 Dec 2025 by Ann", "Ask Ben."
)


def budget_with_draws() -> BudgetAnswer:
    """The example plan with the draws of what it is compared with."""
    return replace(budget_answer(), before_draws=tuple(draws().total.tolist()))


def of_budget(wording: Wording = WORDING, answer: BudgetAnswer | None = None, **title: Any) -> PlanReport:
    """The report of the example plan."""
    return budget_report(replace(TITLE, **title), answer or budget_with_draws(), inputs(), wording, ORIGIN)


def of_whatif(wording: Wording = WORDING) -> PlanReport:
    """The report of the example scenario over four weeks; thirds of cents are rounded together."""
    days = ("2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26")
    spend = {"tv_S": (25_000.0,) * 4, "search_S": (20_000.01, 10_000.33, 0.0, 29_999.66)}
    answer: WhatIfAnswer = replace(whatif_answer(), recent_draws=tuple(draws().total.tolist()))
    return whatif_report(TITLE, answer, WhatIfInputs(days, {ALL_GEOS: spend}, level=0.9), wording, ORIGIN)
