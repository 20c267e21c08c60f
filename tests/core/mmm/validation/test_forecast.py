from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from core.mmm import Cancelled
from core.mmm.validation import Fold, FoldResult, Naive, time_slices, validate_slice
from tests.core.mmm.samples import plain, weekly

QUICK = {"draws": 60, "tune": 150, "chains": 2, "seed": 1}


@cache
def market() -> pd.DataFrame:
    """Two years in which a channel earns what its spend and carry-over say, growing beyond last year."""
    generator = np.random.default_rng(5)
    spend = generator.gamma(2, 50, 110)
    carried = np.convolve(spend, [0.7, 0.2, 0.1])[:110]
    sales = 1000 + 4 * np.arange(110) + 500 * carried / (carried + 100) + generator.normal(0, 15, 110)
    return weekly(110, zeta=spend, sales=sales)


@cache
def part() -> Fold:
    return time_slices(market(), plain(), folds=2)[0]


@cache
def found() -> FoldResult:
    return validate_slice(market(), plain(), part(), **QUICK)


def test_a_model_that_knows_the_media_beats_repeating_last_year() -> None:
    result = found()
    assert result.naive is Naive.LAST_YEAR and result.skill > 0.3
    assert result.scores.cases == 8 and 0 <= result.scores.coverage <= 1
    assert result.scores.wmape < result.naive_scores.wmape


def test_the_path_holds_what_happened_and_what_was_forecast() -> None:
    path = found().path_frame
    rows = market()[market()["date"].between(str(part().start_on), str(part().end_on))]
    np.testing.assert_allclose(path["actual"], rows["sales"])
    assert (path["lower"] < path["forecast"]).all() and (path["forecast"] < path["upper"]).all()
    year_before = market()["sales"].shift(52)[rows.index]
    np.testing.assert_allclose(path["naive"], year_before)


def test_nothing_after_the_cutoff_but_media_and_controls_reaches_the_forecast() -> None:
    frame = market().copy()
    later = frame["date"] > str(part().last_on)
    frame.loc[later, "sales"] = 10 * frame.loc[later, "sales"]
    beyond = frame["date"] > str(part().end_on)
    frame.loc[beyond, ["zeta", "alpha", "price"]] *= 7
    changed = validate_slice(frame, plain(), part(), **QUICK)
    pd.testing.assert_series_equal(changed.path_frame["forecast"], found().path_frame["forecast"])
    assert changed.channels == found().channels
    assert changed.scores.crps > found().scores.crps


def test_spend_before_the_cutoff_is_carried_into_the_forecast() -> None:
    """With the same fit, media of the slice's rows count from the earlier rows' exposure on."""
    frame = market().copy()
    inside = frame["date"].between(str(part().start_on), str(part().end_on))
    frame.loc[inside, "zeta"] = 0.0
    silent = validate_slice(frame, plain(), part(), **QUICK).path_frame["forecast"]
    lost = (found().path_frame["forecast"] - silent).to_numpy()
    assert (lost > -1e-6).all() and lost[0] < lost[2:].mean()


def test_geos_are_forecast_one_by_one_and_shown_together() -> None:
    east = market().assign(geo="east")
    west = market().assign(geo="west", sales=2 * market()["sales"])
    frame = pd.concat([west, east], ignore_index=True)
    config = replace(plain(), geo_column="geo", use_geo=True)
    result = validate_slice(frame, config, part(), **QUICK)
    assert result.scores.cases == 16 and len(result.path) == 8
    np.testing.assert_allclose(result.path_frame["actual"], 3 * found().path_frame["actual"])


def test_a_result_survives_being_kept() -> None:
    assert FoldResult.from_json(found().to_json()) == replace(found(), seconds=round(found().seconds, 2))


def test_a_slice_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        validate_slice(market(), plain(), part(), progress=lambda *_: False, **QUICK)
