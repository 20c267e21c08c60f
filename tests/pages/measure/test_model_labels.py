"""The plain quantities of the set-up: half-life against retention, the likely range, the expected time."""

import math

import numpy as np
import pytest

from core.mmm.priors import half_life_of, likely_range, retention_of
from pages.measure.model.labels import duration_words


@pytest.mark.parametrize("weeks", [0.05, 0.66, 2.0, 26.0])
def test_half_life_and_retention_undo_each_other(weeks):
    assert half_life_of(retention_of(weeks)) == pytest.approx(weeks)


def test_after_one_half_life_half_is_left():
    assert retention_of(4.0) ** 4 == pytest.approx(0.5)


def test_the_likely_range_holds_90_percent_of_the_belief():
    mean, sd = 0.30, 0.15
    variance = math.log1p((sd / mean) ** 2)
    draws = np.random.default_rng(1).lognormal(math.log(mean) - variance / 2, math.sqrt(variance), 200_000)
    low, high = likely_range(mean, sd)
    assert np.mean((draws > low) & (draws < high)) == pytest.approx(0.90, abs=0.005)


def test_durations_read_as_a_person_says_them():
    assert duration_words(2.2) == "about 2 s"
    assert duration_words(12) == "about 10 s"
    assert duration_words(170) == "about 3 min"
    assert duration_words(3 * 3600) == "about 3.0 h"
