import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.json_values import from_json, to_json
from core.mmm import ChannelPrior, LiftTest, Priors
from core.mmm.panel.panel import read_panel
from core.mmm.validation import Fold, time_slices
from core.mmm.validation.folds import config_of_past
from tests.core.mmm.samples import ROBYN, plain, robyn, weekly

CUT = pd.Timestamp("2023-01-02") + pd.Timedelta(weeks=39)


def test_media_that_had_not_run_yet_are_left_out_with_all_that_names_them() -> None:
    late = np.where(np.arange(60) < 45, 0.0, 10.0)
    config = plain(
        adstock={"zeta": "delayed", "alpha": "weibull"},
        priors=Priors(channels={"alpha": ChannelPrior(roas_mean=2.0, roas_sd=1.0)}),
        display_names={"alpha": "Radio"},
        holdout=5,
    )
    frame = weekly(60, alpha=late)
    then, told = config_of_past(config, read_panel(frame, config), CUT)
    assert then.channels == ("zeta",) and then.holdout == 0
    assert then.adstock == {"zeta": "delayed"} and not then.priors.channels
    assert told == ("Radio had not run yet.",)


def test_lift_tests_that_ended_later_were_not_known() -> None:
    known = LiftTest("zeta", "2023-03-06", "2023-03-27", 100.0, 20.0)
    later = LiftTest("zeta", "2023-09-25", "2023-10-30", 100.0, 20.0)
    config = plain(lift_tests=[known, later])
    then, told = config_of_past(config, read_panel(weekly(60), config), CUT)
    assert then.lift_tests == (known,) and told == ("1 lift test ended later and was not used.",)


def test_a_past_without_media_teaches_nothing() -> None:
    silent = np.where(np.arange(60) < 45, 0.0, 10.0)
    frame, config = weekly(60, zeta=silent, alpha=silent), plain()
    with pytest.raises(UserError, match="No media channel ran before 2023-10-02"):
        config_of_past(config, read_panel(frame, config), CUT)


def test_slices_follow_one_another_up_to_the_end_of_the_data() -> None:
    parts = time_slices(robyn(), ROBYN)
    days = list(pd.to_datetime(robyn()["DATE"]).dt.date)
    assert [part.fold for part in parts] == [1, 2, 3, 4]
    forecast = [day for day in days if any(part.start_on <= day <= part.end_on for part in parts)]
    assert forecast == days[-32:] and {part.periods for part in parts} == {8}
    for part in parts:
        assert days.index(part.start_on) == days.index(part.last_on) + 1


def test_every_slice_knows_the_periods_over_which_channels_are_compared() -> None:
    parts = time_slices(robyn(), ROBYN)
    assert {(part.common_start_on, part.common_end_on) for part in parts} == {
        (parts[0].common_start_on, parts[0].last_on)
    }
    assert (parts[0].last_on - parts[0].common_start_on).days == 51 * 7


@pytest.mark.parametrize(("weeks", "slices"), [(53 + 32, 4), (53 + 16, 2), (60, 2), (35, 1)])
def test_short_data_give_fewer_slices_and_keep_a_past_worth_learning_from(weeks: int, slices: int) -> None:
    assert len(time_slices(weekly(weeks), plain())) == slices


def test_too_short_data_are_refused_with_what_is_needed() -> None:
    with pytest.raises(UserError, match=r"cover 34 weeks.*At least 35 are needed"):
        time_slices(weekly(34), plain())


@pytest.mark.parametrize(("freq", "rows", "horizon"), [("D", 600, 56), ("MS", 40, 2)])
def test_the_horizon_is_about_eight_weeks_at_any_frequency(freq: str, rows: int, horizon: int) -> None:
    dates = pd.date_range("2021-01-01", periods=rows, freq=freq).strftime("%Y-%m-%d")
    parts = time_slices(weekly(rows, date=dates), plain())
    assert {part.periods for part in parts} == {horizon} and len(parts) == 4


def test_the_holdout_of_the_set_up_is_forecast_like_the_rest() -> None:
    assert time_slices(weekly(120), plain(holdout=10)) == time_slices(weekly(120), plain())


def test_every_wrong_wish_is_named_at_once() -> None:
    with pytest.raises(UserError) as error:
        time_slices(weekly(120), plain(), folds=0, horizon=60)
    assert len(error.value.faults) == 2


def test_a_slice_survives_being_kept() -> None:
    part = time_slices(robyn(), ROBYN)[0]
    assert from_json(Fold, to_json(part)) == part
