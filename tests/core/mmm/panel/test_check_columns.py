"""Faults of reach and frequency are named with column, number and row."""

import numpy as np
import pytest

from core.mmm import DatasetProblem, RepairKind, apply_repair, check
from tests.core.mmm.samples import prior_model, video, weekly, with_video


def problems(frame, **changes):
    return {problem.code: problem for problem in check(frame, with_video(**changes))}


def test_clean_reach_and_frequency_have_no_problems():
    assert problems(weekly(**video())) == {}


def test_less_than_one_contact_of_somebody_reached_is_an_error():
    frame = weekly(**video())
    row = int(np.flatnonzero(frame.reach > 0)[3])
    frame.loc[row, "often"] = 0.4
    found = problems(frame)["frequency_below_one"]
    assert found.blocks and found.row == row + 1 and found.column == "often"
    assert f"first 0.4 in row {row + 1}" in found.message and "'reach'" in found.message


def test_negative_reach_is_an_error():
    frame = weekly(**video())
    frame.loc[6, "reach"] = -5.0
    found = problems(frame)["negative"]
    assert found.blocks and found.column == "reach" and "first -5 in row 7" in found.message


def test_more_people_than_there_are_is_a_warning():
    frame = weekly(**video(), people=np.full(60, 9000.0))
    found = problems(frame, population_column="people")["reach_above_population"]
    assert not found.blocks and "of 9,000" in found.message and found.column == "reach"


def test_a_frequency_that_never_changes_teaches_nothing():
    found = problems(weekly(**(video() | {"often": np.full(60, 3.0)})))["constant_frequency"]
    assert not found.blocks and "is 3 wherever" in found.message


def test_the_cost_in_the_column_of_the_channels_own_name_is_checked():
    frame = weekly(**video()).rename(columns={"cost": "video"})
    assert problems(frame, spend_columns={}) == {}
    frame.loc[2, "video"] = np.nan
    assert problems(frame, spend_columns={})["cost"].row == 3


def test_the_future_is_checked_too():
    frame = weekly(**video())
    model = prior_model(frame, with_video(), draws=4)
    with pytest.raises(DatasetProblem, match="Column 'often' is below 1 in 1 rows"):
        model.predict(frame.tail(3).assign(reach=10.0, often=[1.0, 0.9, 2.0]))
    with pytest.raises(DatasetProblem, match="Column 'reach' is negative"):
        model.predict(frame.tail(3).assign(reach=-1.0, often=2.0))


def test_duplicate_rows_are_merged_without_losing_an_impression():
    frame = weekly(**video())
    row = int(np.flatnonzero(frame.reach > 0)[0])
    twice = frame.loc[[*range(60), row]].reset_index(drop=True)
    twice.loc[60, ["reach", "often", "sales"]] = [1000.0, 7.0, 1.0]
    problem = next(p for p in check(twice, with_video()) if p.repair == RepairKind.SUM_DUPLICATES)
    merged = apply_repair(twice, with_video(), problem)
    impressions = frame.reach * frame.often
    assert (merged.reach * merged.often)[row] == pytest.approx(impressions[row] + 7000)
    assert len(merged) == 60
