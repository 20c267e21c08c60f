import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.mmm import apply_repair, check
from tests.core.mmm.samples import plain, weekly


def repaired(frame, code, **changes):
    config = plain(**changes)
    problem = next(problem for problem in check(frame, config) if problem.code == code)
    mended = apply_repair(frame, config, problem)
    assert code not in {problem.code for problem in check(mended, config)} or code == "all_zero"
    return mended


def test_identical_duplicates_are_dropped():
    frame = weekly()
    pd.testing.assert_frame_equal(repaired(pd.concat([frame, frame.iloc[[4]]]), "duplicate"), frame)


def test_differing_duplicates_are_summed_and_their_controls_averaged():
    frame = weekly()
    mended = repaired(pd.concat([frame, frame.iloc[[4]].assign(sales=1.0, price=0.0)]), "duplicate")
    assert mended.sales[4] == pytest.approx(frame.sales[4] + 1)
    assert mended.zeta[4] == pytest.approx(2 * frame.zeta[4])
    assert mended.price[4] == pytest.approx(frame.price[4] / 2)


def test_empty_spend_becomes_zero_and_an_empty_control_lies_between_its_neighbours():
    frame = weekly()
    frame.loc[3, "zeta"], frame.loc[5, "price"] = np.nan, np.nan
    config = plain()
    for problem in check(frame, config):
        frame = apply_repair(frame, config, problem)
    assert frame.zeta[3] == 0
    assert frame.price[5] == pytest.approx((frame.price[4] + frame.price[6]) / 2)


def test_geos_are_cut_to_their_common_calendar():
    frame = pd.concat([weekly().assign(geo="north"), weekly(seed=1).assign(geo="south").iloc[:-5]])
    assert len(repaired(frame, "uneven_geos", geo_column="geo", use_geo=True)) == 110


def test_a_dropped_channel_leaves_the_configuration_with_it():
    frame = repaired(weekly(alpha=0.0), "all_zero")
    assert "alpha" not in frame and check(frame, plain(channel_columns=["zeta"])) == []


def test_a_problem_without_a_safe_repair_is_refused():
    problem = next(p for p in check(weekly(sales=5.0), plain()) if p.code == "constant_target")
    with pytest.raises(UserError, match="no safe repair"):
        apply_repair(weekly(), plain(), problem)
