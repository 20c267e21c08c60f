"""What the retailer's demo shows once its promotions are learned."""

import datetime as dt

import pandas as pd
import pytest

from core.demo.showcase import HINDSIGHT, Shown, showcase
from tests.core.promo.made import made_sales, made_settings
from tests.pages.plan.learned import made_model


def catalog(*rows: tuple[str, str, str, list[str], list[str], float]) -> pd.DataFrame:
    names = ["promo_name", "date_start", "date_end", "departments", "channels", "avg_discount_pct"]
    frame = pd.DataFrame(rows, columns=names)
    for name in ("date_start", "date_end"):
        frame[name] = [dt.date.fromisoformat(day) for day in frame[name]]
    return frame


def shown(promotions: pd.DataFrame) -> tuple[Shown, ...]:
    return showcase(made_model(), made_settings(), promotions, made_sales(), "EUR")


def test_the_plans_lie_ahead_with_figures_a_verdict_and_one_brief() -> None:
    plans = shown(catalog())
    last = made_sales()["date"].max().date()
    assert len(plans) == 2 and all(plan.scenario.start > last for plan in plans)
    assert all(plan.kpis.deltas["sales_value"] > 0 for plan in plans)
    assert [plan.brief is not None for plan in plans] == [True, False]


def test_the_last_promotion_that_ran_alone_is_looked_back_at_and_says_that_it_is_hindsight() -> None:
    *_, past = shown(
        catalog(
            ("Winter", "2023-12-01", "2023-12-05", ["TV"], ["online"], 10.0),
            ("Crowded", "2024-01-03", "2024-01-08", ["TV"], ["online"], 10.0),
            ("Crowd", "2024-01-05", "2024-01-06", ["Gaming"], ["offline"], 10.0),
            ("Not sold here", "2024-01-20", "2024-01-22", ["Shoes"], ["online"], 10.0),
            ("Too new", "2024-02-20", "2024-02-24", ["TV"], ["online"], 10.0),
        )
    )
    assert past.review is not None and past.scenario.label == "Winter, looked back at"
    assert all(line.notes == HINDSIGHT for line in past.scenario.mechanics)
    during = made_sales().query("'2023-12-01' <= date <= '2023-12-05'")
    assert past.review.actual["sales_value"] == pytest.approx(during["sales_value"].sum())
