import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.promo.baseline import Baseline
from tests.core.promo.made import made_sales
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


def with_new(days: pd.DataFrame) -> pd.DataFrame:
    """The made shop with another department, sold on `days` as TV is online."""
    return pd.concat([made_sales(), days.assign(department="New")], ignore_index=True)


def tv_online() -> pd.DataFrame:
    sales = made_sales()
    tv = sales[(sales["department"] == "TV") & (sales["channel"] == "online")]
    return tv.assign(promo_flag=False, discount_pct=np.nan)


def a_week(sales: pd.DataFrame, start: str = "2024-03-04", end: str = "2024-03-10") -> pd.Series:
    found = Baseline.fit(sales, "seasonal").forecast(start, end)
    return found[found["department"] == "New"][["sales_value", "margin_value", "units"]].sum()


def test_a_department_that_began_days_ago_is_forecast_at_its_level_and_none_before_it_began():
    usual = a_week(with_new(tv_online()))["sales_value"]
    late = tv_online()[lambda rows: rows["date"] > rows["date"].max() - pd.Timedelta(days=10)]
    assert a_week(with_new(late))["sales_value"] == pytest.approx(usual, rel=0.25)
    assert a_week(with_new(late), "2023-11-06", "2023-11-12")["sales_value"] == 0


def test_a_department_always_on_promotion_is_forecast_near_what_it_sells_and_says_so():
    always = with_new(tv_online().assign(promo_flag=True, discount_pct=10.0))
    usual = a_week(with_new(tv_online()))
    assert a_week(always)["sales_value"] == pytest.approx(usual["sales_value"], rel=0.25)
    assert a_week(always)["margin_value"] > 0
    assert any("New, online: never sold without" in note for note in Baseline.fit(always).notes)


def test_a_department_that_ended_eight_weeks_ago_is_closed_and_says_so():
    rows = tv_online()
    ended = with_new(rows[rows["date"] <= rows["date"].max() - pd.Timedelta(days=60)])
    assert a_week(ended)["sales_value"] == 0
    assert "New, online: nothing was sold for 8 weeks; it counts as closed." in Baseline.fit(ended).notes


def test_promotions_of_unknown_depth_are_no_usual_days():
    sales = made_sales()
    blank = sales.assign(discount_pct=sales["discount_pct"].where(sales["department"] != "TV"))
    week = [Baseline.fit(rows, "seasonal").forecast("2024-03-04", "2024-03-10") for rows in (sales, blank)]
    tv = [found[found["department"] == "TV"]["sales_value"].sum() for found in week]
    assert tv[1] == pytest.approx(tv[0], rel=0.02)


def test_what_is_not_counted_in_pieces_is_not_forecast_in_pieces():
    assert a_week(with_new(tv_online().assign(units=0)))["units"] == 0
