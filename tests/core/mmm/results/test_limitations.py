"""What a model cannot tell: each gap appears where the data have it, and only there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.charts.formats import Wording
from core.mmm import FittedMMM
from core.mmm.lift import LiftTest
from core.mmm.results.judgement import FitThresholds, judge
from core.mmm.results.limitations import LimitationKind, limitations_of
from tests.core.mmm.samples import plain, prior_model, weekly

WORDS = Wording(kpi_label="Sales")


def told(
    model: FittedMMM, rules: FitThresholds | None = None, **diagnostics: object
) -> dict[LimitationKind, list[str]]:
    """The channels of each gap found, after the diagnostics were changed."""
    model.diagnostics = {"converged": True, **diagnostics}
    found: dict[LimitationKind, list[str]] = {}
    for unknown in limitations_of(model, WORDS, judge(model.diagnostics, thresholds=rules)):
        found.setdefault(unknown.kind, []).extend(unknown.channels)
    return found


def long(weeks: int = 130, **columns: object) -> pd.DataFrame:
    """Media that come and go, so that only what a test changes is a gap."""
    generator = np.random.default_rng(4)
    bursts = {
        name: generator.gamma(1, 60, weeks) * (generator.random(weeks) < 0.5) for name in ("zeta", "alpha")
    }
    return weekly(weeks, **{**bursts, **columns})


LIFT = {"channel": "zeta", "start": "2023-03-06", "end": "2023-04-02", "lift": 900.0, "lift_sd": 300.0}


def sound_config(**changes: object):
    """A configuration with an experiment and a holdout."""
    return plain(lift_tests=[LiftTest(**LIFT)], holdout=13, **changes)


@pytest.fixture(scope="module")
def sound() -> FittedMMM:
    return prior_model(long(), sound_config())


def test_a_channel_that_hardly_changes_cannot_be_told_from_the_base_level() -> None:
    model = prior_model(long(zeta=np.linspace(99, 101, 130)), sound_config())
    assert told(model)[LimitationKind.ALWAYS_ON] == ["zeta"]


def test_a_channel_that_follows_the_season_cannot_be_told_from_it() -> None:
    wave = 100 + 90 * np.cos(2 * np.pi * np.arange(130) * 7 / 365.25)
    assert told(prior_model(long(alpha=wave), sound_config()))[LimitationKind.LIKE_BASELINE] == ["alpha"]


def test_media_that_come_and_go_are_no_gap(sound: FittedMMM) -> None:
    found = told(sound, FitThresholds(ceiling=1.1, cut_off=1.1))
    assert found == {}


def test_pairs_come_from_the_draws_and_the_baseline_is_told_apart(sound: FittedMMM) -> None:
    pairs = [
        {"first": "zeta", "second": "alpha", "correlation": -0.9},
        {"first": "alpha", "second": "baseline", "correlation": -0.8},
    ]
    found = told(sound, confounded=pairs)
    assert found[LimitationKind.PAIR] == ["zeta", "alpha"]
    assert found[LimitationKind.LIKE_BASELINE] == ["alpha"]


def test_a_quiet_channel_says_how_wide_its_interval_is(sound: FittedMMM) -> None:
    found = told(sound, contraction={"zeta": 0.05, "alpha": 0.8})
    assert found[LimitationKind.QUIET] == ["zeta"]
    texts = [
        unknown.evidence
        for unknown in limitations_of(sound, WORDS, judge(sound.diagnostics))
        if unknown.kind is LimitationKind.QUIET
    ]
    assert texts == ["Its interval is 97 % as wide as the belief's."]


def test_a_straight_line_and_a_ceiling_never_seen_are_told() -> None:
    model = prior_model(long(), sound_config(saturation={"zeta": "none"}))
    model.posterior.natural.half[:, 1] = 1e6
    found = told(model)
    assert found[LimitationKind.STRAIGHT] == ["zeta"]
    assert found[LimitationKind.CEILING] == ["alpha"]


def test_an_effect_cut_off_by_its_window_is_told() -> None:
    assert LimitationKind.WINDOW in told(prior_model(long(), sound_config(max_lag=2)))


def test_short_data_without_test_or_holdout_say_so_last() -> None:
    model = prior_model(long(60), replace(plain(), lift_tests=()))
    kinds = list(told(model))
    assert kinds[-3:] == [LimitationKind.SHORT, LimitationKind.NO_TEST, LimitationKind.NO_HOLDOUT]


def test_a_baseline_below_zero_comes_first(sound: FittedMMM) -> None:
    assert next(iter(told(sound, negative_baseline_probability=0.3))) is LimitationKind.BASELINE_BELOW_ZERO
