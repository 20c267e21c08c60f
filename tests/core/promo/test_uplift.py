import json
from functools import partial

import numpy as np
import pytest

from core.errors import UserError
from core.promo.uplift import Uplift, margin_slope
from tests.core.promo.samples import DATA, sample_uplift, shop


def true_curve(department: str, channel: str, discount: float) -> float:
    truth = json.loads((DATA / "truth.json").read_text())
    steep = truth["elasticity"][department] * truth["channel_shift"][channel]
    return 100 * steep * discount / 100 * (1 - 0.3 * discount / 100)


@pytest.mark.slow
def test_intervals_hold_the_truth_of_the_sample_and_means_lie_near_it():
    uplift, held, missed = sample_uplift(), [], []
    for cell in uplift.days.cells:
        for discount in (5, 8, 10, 15, 20, 25, 30, 35):
            mean, lower, upper = uplift.curve(cell.department, cell.channel, discount)
            true = true_curve(cell.department, cell.channel, discount)
            held.append(lower <= true <= upper)
            missed.append(abs(mean / true - 1))
    assert np.mean(held) >= 0.85
    assert np.median(missed) <= 0.10


@pytest.mark.slow
def test_curves_start_at_nothing_never_fall_and_have_no_jump_at_bands():
    uplift = sample_uplift()
    draws = uplift.curves.uplift
    assert (draws[:, :, 0] == 0).all()
    assert (np.diff(draws, axis=2) >= 0).all()
    for edge in (10, 20, 30):
        before, after = (uplift.curve("TV", "online", edge + step)[0] for step in (-0.01, 0.01))
        assert after - before < 0.2


@pytest.mark.slow
def test_the_table_has_a_row_for_each_band_with_its_evidence():
    table = sample_uplift().table
    assert len(table) == 12 * 4
    assert table["confidence"].between(0.5, 1).all()
    truth = json.loads((DATA / "truth.json").read_text())
    deep = table[(table["discount_band"] == "20-30") & (table["sample_size"] > 0)]
    assert (deep["margin_impact_pct"] / 25).mean() == pytest.approx(
        truth["margin_impact_pp_per_discount_pp"], abs=0.08
    )
    assert (table["uplift_units_pct"] > table["uplift_sales_pct"]).all()


@pytest.mark.slow
def test_unknown_cells_and_discounts_are_refused_in_words():
    with pytest.raises(UserError, match="Nothing was ever sold in Books, online"):
        sample_uplift().curve("Books", "online", 10)
    with pytest.raises(UserError, match="not 120 %"):
        sample_uplift().curve("TV", "online", 120)


def test_chains_that_do_not_agree_are_said_so_in_words():
    from core.promo.days import cell_days
    from core.promo.pooled_curve import KNOTS, CurveDraws
    from core.promo.regression import explain

    days = cell_days(shop(200))
    found = explain(days, days.sales)
    made = partial(Uplift, days, found, margin=margin_slope(days, found.events), version="1")
    slopes, scatter = np.ones((2000, 2, len(KNOTS) - 1)), np.zeros(2000)
    good, split = made(CurveDraws(slopes, scatter, 1.01, 3)), made(CurveDraws(slopes, scatter, 1.4, 3))
    assert good.converged
    assert good.warnings == ("Without a promotion of their own, shown as all others react: b, online.",)
    assert not split.converged
    assert "R-hat 1.40" in split.warnings[0]
    assert not made(CurveDraws(slopes, scatter, 1.01, 30)).converged


def test_margin_falls_by_what_the_discount_costs():
    from core.promo.days import cell_days
    from core.promo.events import events_of

    days = cell_days(shop(noise=0.0))
    found = margin_slope(days, events_of(days))
    assert found.mean[0] == pytest.approx((14 - 25) / 20, abs=0.02)
    assert found.price == pytest.approx(1.0, abs=0.02)
    assert found.sd[1] > found.sd[0]
