from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.promo import Baseline, fit_uplift
from core.promo.model_files import PromoModel
from core.promo.post_mortem import re_estimate
from tests.core.promo.made import made_baseline, made_settings, made_uplift
from tests.core.promo.post_mortem.outcomes import scenario
from tests.core.promo.samples import shop


def model(version: str, times: float = 1.0) -> PromoModel:
    """The made shop's model with curves that are steeper by a factor."""
    curves = replace(made_uplift().curves, slopes=made_uplift().curves.slopes * times)
    return PromoModel(version, made_baseline(), replace(made_uplift(), curves=curves, version=version))


def test_steeper_curves_raise_the_next_forecast_and_words_say_by_how_much():
    found = re_estimate(scenario(), model("1"), model("2", 1.2), made_settings(), currency="EUR")
    assert found.after.totals["sales_value"] > found.before.totals["sales_value"]
    assert found.before.baseline == pytest.approx(dict(found.after.baseline))
    assert found.text[0].startswith("The next forecast of this promotion is €")
    assert "20 % on TV, online: the expected uplift rises from" in " ".join(found.text)
    assert all(now.uplift_pct == pytest.approx(1.2 * was.uplift_pct, rel=1e-6) for was, now in found.lines)


def test_the_same_curves_are_no_news():
    found = re_estimate(scenario(), model("1"), model("2"), made_settings())
    assert found.text[1:] == ("No line's expected uplift moved by half a point or more.",)


@pytest.mark.slow
def test_a_promotion_that_beat_its_forecast_raises_the_coefficient_once_learned_from():
    before, after = shop(280), shop(300)
    late = (after["date"] >= before["date"].max()) & after["promo_flag"]
    assert late.sum() == 5
    after.loc[late, ["sales_value", "margin_value", "units"]] *= 1.3
    found = [_row(fit_uplift(facts, Baseline.fit(facts, "seasonal"))) for facts in (before, after)]
    assert found[1]["uplift_sales_pct"] > found[0]["uplift_sales_pct"] + 1
    assert found[1]["sample_size"] == found[0]["sample_size"] + 5
    assert np.isfinite(found[1]["uplift_units_pct"])


def _row(uplift: object) -> pd.Series:
    table = uplift.table  # type: ignore[attr-defined]
    return table[(table["department"] == "a") & (table["discount_band"] == "20-30")].iloc[0]
