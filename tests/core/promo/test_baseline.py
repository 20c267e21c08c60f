import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.promo.baseline import Baseline
from tests.core.promo.samples import sample_baseline, sample_sales, shop


def test_the_sample_is_forecast_with_little_more_than_its_noise():
    table = sample_baseline().backtest.groupby("method")["mape"].mean()
    assert sample_baseline().method == "seasonal"
    assert table["seasonal"] < 0.065 < table["weekday_mean"]


def test_the_weekday_mean_is_the_mean_of_plain_days_of_that_weekday():
    facts = shop(noise=0.0)
    found = Baseline.fit(facts, "weekday_mean").forecast("2024-02-05", "2024-02-11")
    a = found[found["department"] == "a"].set_index("date")["sales_value"]
    assert a["2024-02-06"] == pytest.approx(1000)
    assert a["2024-02-10"] == pytest.approx(1200)


def test_promotions_and_their_dips_do_not_bend_either_baseline():
    for method in ("weekday_mean", "seasonal"):
        found = Baseline.fit(shop(gain=3.0, dip=0.3), method).forecast("2024-02-06", "2024-02-06")
        assert found.loc[found["department"] == "a", "sales_value"].item() == pytest.approx(1000, rel=0.06)


def test_a_weekday_without_sales_for_eight_weeks_is_closed():
    facts = shop(200)
    facts = facts[pd.to_datetime(facts["date"]).dt.weekday != 6]
    for method in ("weekday_mean", "seasonal"):
        baseline = Baseline.fit(facts, method)
        found = baseline.forecast("2023-07-24", "2023-07-30").groupby("date")["sales_value"].sum()
        assert found["2023-07-30"] == 0 < found["2023-07-29"]
        assert any("count as closed" in note for note in baseline.notes)


def test_a_forecast_of_the_past_does_not_look_ahead():
    whole, cut = sample_sales(), sample_sales().query("date < '2025-06-01'")
    late, early = (
        Baseline.fit(facts, "seasonal").forecast("2025-06-01", "2025-06-10") for facts in (whole, cut)
    )
    assert np.allclose(late["sales_value"], early["sales_value"])


def test_a_year_of_history_says_that_its_season_is_a_guess():
    assert any(
        "12 months" in note for note in Baseline.fit(sample_sales().query("date < '2024-10-01'")).notes
    )


def test_wrong_questions_get_a_sentence():
    with pytest.raises(UserError, match="'mean'"):
        Baseline.fit(shop(60), "mean")
    with pytest.raises(UserError, match="before it begins"):
        sample_baseline().forecast("2025-10-02", "2025-10-01")


def test_a_shop_that_promotes_without_end_is_still_forecast():
    facts = shop(200)
    late = facts["date"] >= pd.Timestamp("2023-05-15")
    facts["promo_flag"] = facts["promo_flag"] | late
    facts.loc[facts["promo_flag"], "discount_pct"] = 20.0
    found = Baseline.fit(facts).forecast("2023-07-21", "2023-07-22")
    assert (found["sales_value"] > 0).all()


def test_days_before_the_history_are_not_known():
    with pytest.raises(UserError, match="Nothing is known of the days before 2020-01-01"):
        sample_baseline().forecast("2020-01-01", "2020-01-02")
