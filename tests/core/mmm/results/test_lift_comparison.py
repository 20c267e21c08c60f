"""Lift tests beside what the model says: the same sums as the contributions, and a verdict that can fail."""

from __future__ import annotations

import pytest

from core.mmm.lift import LiftTest
from core.mmm.results.lift_comparison import lift_comparison
from tests.core.mmm.samples import plain, prior_model, weekly

WINDOW = {"channel": "zeta", "start": "2023-03-06", "end": "2023-04-02"}


def answered(**changes: float):
    test = LiftTest(**WINDOW, **{"lift": 0.0, "lift_sd": 1.0, **changes})
    model = prior_model(weekly(80), plain(lift_tests=[test], max_lag=1))
    return model, lift_comparison(model).iloc[0]


def test_without_carry_over_switching_off_is_the_whole_contribution() -> None:
    model, row = answered()
    own = model.contributions(draws=300).sel(channel="zeta", date=slice(WINDOW["start"], WINDOW["end"]))
    assert row["model"] == pytest.approx(float(own.sum(["geo", "date"]).mean()))
    assert row["model_lower"] < row["model"] < row["model_upper"]


def test_a_test_that_the_model_contradicts_stands_apart() -> None:
    _, near = answered()
    _, far = answered(lift=-1e7)
    assert abs(far["apart"]) > 100 > abs(near["apart"])


def test_without_tests_there_is_nothing_to_say() -> None:
    assert lift_comparison(prior_model(weekly(80), plain())).empty
