import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.promo import Baseline, Mechanic, PromoScenario, evaluate, post_mortem
from core.promo.post_mortem import PostMortem
from tests.core.promo.made import made_baseline, made_sales, made_settings, made_uplift
from tests.core.promo.post_mortem.outcomes import END, START, kpis, outcome, scenario


def report(sales: pd.DataFrame, **other: object) -> PostMortem:
    return post_mortem(scenario(), kpis(), sales, made_baseline(), **other)  # type: ignore[arg-type]


def test_forecast_and_actual_are_those_of_the_whole_shop_over_the_promotion():
    sales, found = outcome(), report(outcome())
    during = sales[sales["date"] <= END]
    assert found.forecast == pytest.approx(dict(kpis().totals))
    assert found.actual["sales_value"] == pytest.approx(during["sales_value"].sum())
    assert found.actual["units"] == pytest.approx(during["units"].sum())
    cost = 0.10 * during["sales_value"].sum()
    assert found.actual["ebit"] == pytest.approx(during["margin_value"].sum() - cost)
    assert found.complete


def test_the_error_is_the_difference_over_the_forecast():
    found = report(outcome(gain=0.6))
    was, now = found.forecast["sales_value"], found.actual["sales_value"]
    assert found.errors["sales_value"] == pytest.approx(100 * (now - was) / was)
    assert found.errors["margin_pct"] == pytest.approx(
        found.actual["margin_pct"] - found.forecast["margin_pct"]
    )
    assert found.inside_interval["sales_value"] is False
    assert any("above the 90 % interval" in line for line in found.insights)
    assert any("TV, online brought +" in line and "will rise" in line for line in found.learning_points)


def test_a_promotion_that_did_as_forecast_says_so():
    found = report(outcome(gain=0.30))
    assert found.inside_interval["sales_value"]
    assert not found.post_promo_dip.flagged
    assert not any(one.flagged for one in found.cannibalization_signals)
    assert found.learning_points[0].startswith("The forecast held")
    assert any("less EBIT than no promotion" in line for line in found.learning_points)


def test_a_miss_is_told_with_department_and_amount():
    found = report(outcome(gain=0.05), currency="EUR")
    assert any(
        line.startswith("TV missed its forecast by €") and "outside" in line for line in found.insights
    )
    assert any("will fall" in line for line in found.learning_points)


def test_a_dip_is_found_flagged_and_its_interval_holds_the_truth():
    found = report(outcome(dip=0.2)).post_promo_dip
    assert found.flagged
    assert found.lower < -0.2 < found.upper < 0
    assert (found.worst_from.isoformat(), found.worst_to.isoformat()) == ("2024-03-11", "2024-03-17")
    assert not report(outcome(dip=0.07)).post_promo_dip.flagged


def test_cannibalisation_is_told_by_department():
    found = {one.department: one for one in report(outcome(rival=0.2)).cannibalization_signals}
    assert set(found) == {"Audio", "Gaming"}
    assert found["Audio"].flagged
    assert found["Audio"].lower < -0.2 < found["Audio"].upper
    assert not found["Gaming"].flagged


def test_departments_with_a_promotion_of_their_own_those_days_are_not_called_cannibalised():
    sales = outcome(rival=0.2)
    audio = (sales["department"] == "Audio") & (sales["date"] <= END)
    sales["promo_flag"] = sales["promo_flag"] | audio
    assert {one.department for one in report(sales).cannibalization_signals} == {"Gaming"}


def test_what_the_shop_did_otherwise_than_planned_is_told():
    sales = outcome()
    gaming = (sales["department"] == "Gaming") & (sales["channel"] == "online") & (sales["date"] <= END)
    tv = (sales["department"] == "TV") & (sales["channel"] == "offline")
    flags = (sales["promo_flag"] | gaming) & ~tv
    changed = sales.assign(promo_flag=flags, discount_pct=sales["discount_pct"].fillna(10.0).where(flags))
    found = report(changed).insights
    assert any(line.startswith("Not in the plan: Gaming (online) had promotions") for line in found)
    assert "Planned, but the sales show no promotion in TV (offline) on these days." in found
    assert not any("Not in the plan" in line for line in report(sales).insights)


def test_noise_alone_raises_a_flag_seldom():
    found = [report(outcome(noise=0.04, seed=seed)) for seed in range(20)]
    flags = [
        one.post_promo_dip.flagged or any(c.flagged for c in one.cannibalization_signals) for one in found
    ]
    held = [one.post_promo_dip.upper >= 0 for one in found]
    assert sum(flags) <= 2
    assert sum(held) >= 15


def test_days_that_are_not_there_yet_are_left_out_on_both_sides():
    sales = outcome()
    found = report(sales[sales["date"] <= "2024-03-07"])
    assert not found.complete
    assert found.covered_until.isoformat() == "2024-03-07"
    assert found.forecast["sales_value"] < 0.7 * kpis().totals["sales_value"]
    assert abs(found.errors["sales_value"]) < 3
    assert found.post_promo_dip is None
    assert any("3 of 7 days have no actual sales yet" in line for line in found.insights)
    assert any("measure the dip" in line for line in found.insights)


def test_a_sales_channel_whose_file_is_missing_does_not_count_as_a_failure():
    sales = outcome()
    found = report(sales[sales["channel"] == "online"])
    assert abs(found.errors["sales_value"]) < 3
    assert "TV, offline: no actual sales yet; left out." in found.insights
    assert [part.name for part in found.by_channel] == ["online"]


def test_the_baseline_does_not_learn_from_the_promotion_itself():
    later = pd.concat([made_sales(), outcome(gain=2.0, dip=0.5)], ignore_index=True)
    knowing = post_mortem(scenario(), kpis(), later, Baseline.fit(later, "seasonal"))
    before = post_mortem(scenario(), kpis(), later, Baseline.fit(made_sales(), "seasonal"))
    assert np.allclose(
        [row.baseline for row in knowing.days], [row.baseline for row in before.days], rtol=1e-3
    )


def test_the_course_covers_the_two_weeks_after():
    days = report(outcome()).days
    assert (days[0].on.isoformat(), days[-1].on.isoformat()) == (START, "2024-03-24")
    assert sum(row.forecast for row in days[:7]) == pytest.approx(kpis().totals["sales_value"])
    assert all(row.lower < row.forecast < row.upper for row in days)


def test_parts_add_up_and_small_forecasts_have_no_error_in_percent():
    from core.promo.post_mortem.forecast_errors import error_pct

    found = report(outcome())
    for parts in (found.by_department, found.by_channel):
        assert sum(part.actual for part in parts) == pytest.approx(found.actual["sales_value"])
        assert sum(part.forecast for part in parts) == pytest.approx(found.forecast["sales_value"])
    assert error_pct(5.0, 0.2) is None
    assert error_pct(-5.0, -10.0) == pytest.approx(50.0)


def test_no_sales_of_the_promotion_are_a_sentence():
    with pytest.raises(UserError, match="hold no day of the promotion"):
        report(made_sales())


def test_a_sales_channel_whose_file_ends_earlier_ends_the_comparison_there():
    sales = outcome()
    early = sales[(sales["channel"] == "online") | (sales["date"] <= "2024-03-07")]
    found = report(early)
    assert any("3 of 7 days have no actual sales yet" in line for line in found.insights)
    assert found.errors["sales_value"] == pytest.approx(0, abs=6)


def test_a_promotion_that_ran_otherwise_than_planned_teaches_nothing_about_the_plan():
    sales = outcome(gain=0.05)
    other = sales.assign(discount_pct=sales["discount_pct"].where(~sales["promo_flag"], 5.0))
    lines = report(other).learning_points
    assert any("TV, online ran at 5 % instead of 20 %" in line for line in lines)
    never = sales.assign(promo_flag=False, discount_pct=np.nan)
    assert not any("its next forecast will" in line for line in report(never).learning_points)


def test_a_department_that_began_with_the_promotion_is_left_out_also_by_a_model_learned_since():
    new = outcome()[lambda rows: rows["department"] == "Gaming"].assign(department="New")
    actual = pd.concat([outcome(), new], ignore_index=True)
    since = Baseline.fit(pd.concat([made_sales(), actual], ignore_index=True))
    found = post_mortem(scenario(), kpis(), actual, since)
    assert found.errors["sales_value"] == pytest.approx(0, abs=6)
    assert any(line.startswith("New, online: not sold before the promotion") for line in found.insights)


def test_returns_that_exceed_sales_are_a_share_below_minus_one_and_no_failure():
    sales = outcome()
    audio = (sales["department"] == "Audio") & (sales["date"] == START)
    sales.loc[audio, "sales_value"] = -60_000.0
    (one,) = [one for one in report(sales).cannibalization_signals if one.department == "Audio"]
    assert one.lower <= one.share <= one.upper < -1


def test_forecasts_by_sales_channel_are_those_of_the_plan():
    lines = [Mechanic("TV", "online", 40, ["LAPSED"]), Mechanic("TV", "offline", 20)]
    plan = PromoScenario("Mixed", START, END, "balanced", lines)
    planned = evaluate(plan, made_baseline(), made_uplift(), made_settings())
    found = post_mortem(plan, planned, outcome(), made_baseline())
    told = {part.name: part.forecast for part in found.by_channel}
    wanted = {row["channel"]: row["sales_value"] for row in planned.breakdown["by_channel"]}
    assert told == pytest.approx(wanted, rel=1e-4)


def test_a_promotion_that_never_ran_teaches_one_thing():
    sales = outcome(gain=0.0)
    (only,) = report(sales.assign(promo_flag=False, discount_pct=np.nan)).learning_points
    assert only.startswith("The sales show no promotion on these days")
