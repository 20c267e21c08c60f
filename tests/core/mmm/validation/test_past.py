import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.mmm import ChannelPrior, LiftTest, Priors
from core.mmm.panel.panel import read_panel
from core.mmm.validation.past import config_of_past
from tests.core.mmm.samples import plain, weekly

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
