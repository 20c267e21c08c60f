import numpy as np
import pandas as pd
import pytest

from core.promo import effects
from core.promo.baseline import Baseline
from core.promo.days import cell_days
from core.promo.regression import explain
from tests.core.promo.made import made_baseline, made_uplift
from tests.core.promo.samples import shop


def test_curves_begin_at_nothing_and_agree_with_the_model():
    uplift = made_uplift()
    table = effects.curve_table(uplift)
    assert (table.loc[table["discount_pct"] == 0, ["mean", "lower", "upper"]] == 0).all(axis=None)
    row = (
        table[(table["department"] == "TV") & (table["channel"] == "online")]
        .set_index("discount_pct")
        .loc[18]
    )
    assert tuple(row[["mean", "lower", "upper"]]) == pytest.approx(uplift.curve("TV", "online", 18.0))
    assert len(table) == len(uplift.days.cells) * (effects.range_of(uplift) + 1)


def test_every_past_promotion_is_a_row_inside_its_own_interval():
    uplift = made_uplift()
    table = effects.event_table(uplift)
    assert len(table) == len(uplift.regression.events)
    assert ((table["lower"] < table["mean"]) & (table["mean"] < table["upper"])).all()
    assert (table["end"] - table["start"]).dt.days.add(1).tolist() == table["days"].tolist()
    cells = effects.cell_table(uplift)
    assert cells["promotions"].sum() == len(table)
    assert cells["days"].sum() == table["days"].sum()


def test_a_known_dip_is_read_back_with_its_interval():
    days = cell_days(shop(noise=0.01, dip=0.3))
    table = effects.dip_table(explain(days, days.sales)).set_index(["department", "when"])
    own = table.loc[("a", effects.NEAR_DAYS)]
    assert own["lower"] < -30 < own["upper"] or own["mean"] == pytest.approx(-30, abs=2)
    assert own["upper"] - own["lower"] < 8
    assert table.loc[(effects.ALL_DEPARTMENTS, effects.FAR_DAYS), "mean"] == pytest.approx(0, abs=2)


def test_a_known_cannibalisation_is_clear_and_the_rest_is_not():
    facts = shop(noise=0.01, gain=0.5)
    promo_days = facts.loc[facts["promo_flag"], "date"].unique()
    struck = (facts["department"] == "b") & facts["date"].isin(promo_days)
    facts.loc[struck, "sales_value"] *= 0.9
    days = cell_days(facts)
    table = effects.cannibalisation_table(explain(days, days.sales)).set_index(["by", "on"])
    assert table.loc[("a", "b"), "clear"]
    assert table.loc[("a", "b"), "mean"] == pytest.approx(-10, abs=1.5)
    assert ("b", "a") not in table.index


def test_effects_without_uncertainty_are_the_plain_change():
    assert effects.percent_of(np.log(0.9), 0.0) == pytest.approx((-10.0, -10.0, -10.0))


def test_the_error_of_both_methods_is_weighted_by_days():
    baseline = made_baseline()
    table = effects.error_table(baseline).set_index("method")
    frame = baseline.backtest[baseline.backtest["method"] == "seasonal"]
    assert table.loc["seasonal", "error_pct"] == pytest.approx(
        100 * np.average(frame["mape"], weights=frame["days"])
    )
    assert table["used"].sum() == 1
    assert effects.error_table(Baseline.fit(shop(60))).empty


def test_two_versions_stand_side_by_side_also_where_a_cell_is_new():
    table = made_uplift().table
    earlier = table[table["department"] != "TV"].assign(uplift_sales_pct=lambda t: t["uplift_sales_pct"] - 2)
    both = effects.changes_between(earlier, table)
    assert len(both) == len(table)
    known = both[both["department"] != "TV"]
    assert known["uplift_sales_pct_change"].tolist() == pytest.approx([2.0] * len(known))
    assert both.loc[both["department"] == "TV", "uplift_sales_pct_before"].isna().all()
    assert pd.notna(both["uplift_sales_pct_now"]).all()
