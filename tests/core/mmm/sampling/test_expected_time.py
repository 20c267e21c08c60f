"""The expected time of a training: more work takes longer, and earlier trainings tell best."""

import pytest

from core.mmm.sampling.expected_time import PastTraining, Rates, Work, expected_seconds

WEEKLY = Work(cells=1248, steps=2000, chains=4)


def test_before_any_training_the_stated_rate_holds():
    rates = Rates(fixed_seconds=2.0, seconds_per_amount=1e-6)
    assert expected_seconds(WEEKLY, [], cores=2, rates=rates) == pytest.approx(2 + 1e-6 * 1248 * 2000 * 2)


def test_more_steps_data_or_chains_take_longer():
    less = expected_seconds(Work(1000, 700, 2), [], cores=2)
    assert less < expected_seconds(Work(1000, 3500, 2), [], cores=2)
    assert less < expected_seconds(Work(9000, 700, 2), [], cores=2)
    assert less < expected_seconds(Work(1000, 700, 4), [], cores=2)
    assert less == expected_seconds(Work(1000, 700, 1), [], cores=2)


def test_a_training_of_the_same_data_tells_its_own_time_again():
    past = [PastTraining(WEEKLY, {"prepare": 1.0, "compile": 2.0, "sample": 8.0, "saving": 1.0})]
    assert expected_seconds(WEEKLY, past, cores=2) == pytest.approx(12.0)
    assert expected_seconds(Work(1248, 4000, 4), past, cores=2) == pytest.approx(20.0)


def test_trainings_of_the_same_data_go_before_others():
    other = PastTraining(Work(99, 2000, 4), {"sample": 500.0})
    same = PastTraining(WEEKLY, {"sample": 4.0})
    assert expected_seconds(WEEKLY, [other, same], cores=2) == pytest.approx(4.0)
    assert expected_seconds(Work(198, 2000, 4), [other], cores=2) == pytest.approx(1000.0)
