from functools import cache

import numpy as np
import pandas as pd
import pytest

from core.charts.palette import channel_colours
from core.data.calendar import Granularity
from core.mmm import FittedMMM
from core.mmm.results.summary import (
    ALL_MEDIA,
    Range,
    curve_frame,
    cut,
    moved_by_a_year,
    spend_marks,
    summarise_results,
    timelines,
    wording_for,
    year_before,
)
from tests.core.mmm.samples import ROBYN, plain, prior_model, robyn, weekly


@cache
def model() -> FittedMMM:
    return prior_model(robyn(), ROBYN, draws=80)


def words():
    return wording_for(ROBYN, "Revenue", "EUR", channel_colours(ROBYN.channels), "week")


def last_year() -> Range:
    return Range(model().dates[-52], model().dates[-1])


def read(level: float = 0.9):
    return summarise_results(model(), words(), level, last_year())


def test_channels_are_those_of_the_models_own_summary():
    own = model().channel_summary(0.9, last_year().start, last_year().end)
    shown = read().channels
    shared = [column for column in own.columns if column in shown.columns]
    assert len(shared) > 12
    pd.testing.assert_frame_equal(shown[shared], own[shared])


def test_the_steps_from_baseline_to_total_add_up_to_the_kpi_that_happened():
    found = read()
    kpi = robyn()["revenue"].iloc[-52:].sum()
    assert found.totals.kpi == pytest.approx(kpi)
    assert found.parts["value"].sum() == pytest.approx(kpi)
    assert found.parts["component"].iloc[0] == "Baseline"
    steps = found.parts["value"].iloc[1:].to_numpy()
    assert (np.diff(steps) <= 0).all()


def test_totals_are_ratios_of_sums():
    totals = read().totals
    channels = read().channels
    assert totals.media.mean == pytest.approx(channels["contribution"].sum())
    assert totals.media_share.mean == pytest.approx(totals.media.mean / totals.kpi)
    assert totals.spend == pytest.approx(channels["spend"].sum())
    paid = channels[channels["spend"] > 0]
    assert totals.roas.mean == pytest.approx((paid["roas"] * paid["spend"]).sum() / totals.spend)


def test_a_wider_level_gives_wider_intervals_around_the_same_means():
    narrow, wide = read(0.5).totals.media, read(0.95).totals.media
    assert narrow.mean == wide.mean
    assert wide.lower < narrow.lower < narrow.upper < wide.upper


def test_the_year_before_is_the_same_weeks_and_missing_where_the_data_begin_later():
    found = read()
    before = robyn()["revenue"].iloc[-104:-52].sum()
    assert found.before.kpi == pytest.approx(before)
    assert found.channels_before is not None
    first_year = Range(model().dates[0], model().dates[51])
    none = summarise_results(model(), words(), 0.9, first_year)
    assert none.before is None
    assert none.channels_before is None


def test_months_of_the_year_before_follow_the_calendar():
    span = Range(pd.Timestamp("2024-02-01"), pd.Timestamp("2024-03-31"))
    moved = year_before(Granularity.MONTHLY, span, pd.Timestamp("2020-01-01"))
    assert moved == Range(pd.Timestamp("2023-02-01"), pd.Timestamp("2023-03-31"))


def test_the_probability_of_a_rise_counts_draws():
    found = read()
    assert 0 <= found.evidence.share_rose <= 1
    draws = found.evidence.mroas_draws
    assert list(draws.columns) == list(ROBYN.channel_columns)
    assert draws.mean().to_numpy() == pytest.approx(found.channels["mroas"].iloc[:5].to_numpy())


def test_lines_over_time_add_up():
    lines = timelines(model(), 0.9, draws=40)
    total = lines.decomposition.groupby("date")["value"].sum().to_numpy()
    np.testing.assert_allclose(total, lines.fitted["fitted"], rtol=0.02)
    by_date = lines.media.pivot(index="date", columns="channel", values="mean")
    np.testing.assert_allclose(by_date[ALL_MEDIA], by_date.drop(columns=ALL_MEDIA).sum(axis=1))
    assert (lines.border["lower"] <= lines.border["upper"]).all()


def test_last_years_line_lies_on_this_years_dates():
    lines = timelines(model(), 0.9, draws=10)
    now = cut(lines.fitted, last_year())
    moved = moved_by_a_year(lines.fitted, Granularity.WEEKLY, last_year())
    assert moved["date"].tolist() == now["date"].tolist()
    assert moved["actual"].tolist() == robyn()["revenue"].iloc[-104:-52].tolist()


def test_curves_rise_from_zero_and_carry_their_intervals():
    frame = curve_frame(model(), 0.9, points=12)
    for _, rows in frame.groupby("channel"):
        assert rows["mean"].iloc[0] == 0
        assert (np.diff(rows["mean"]) >= 0).all()
        assert (rows["lower"] <= rows["upper"]).all()


def test_marks_tell_mean_spend_of_the_range_and_the_most_of_any_week():
    marks = spend_marks(model().frame, last_year()).set_index("channel")
    assert marks.loc["tv_S", "spend_now"] == pytest.approx(robyn()["tv_S"].iloc[-52:].mean())
    assert marks.loc["tv_S", "spend_max"] == pytest.approx(robyn()["tv_S"].max())


def test_a_range_in_which_nothing_was_spent_is_read_without_a_return():
    silent = weekly(zeta=np.r_[np.full(30, 5.0), np.zeros(30)], alpha=np.r_[np.full(30, 5.0), np.zeros(30)])
    fitted = prior_model(silent, plain(), draws=20)
    span = Range(fitted.dates[-10], fitted.dates[-1])
    found = summarise_results(fitted, wording_for(plain(), "Sales", "EUR", {}, "week"), 0.9, span)
    assert not found.totals.roas.known
    assert "No money was spent" in " ".join(found.insights.texts)
    assert found.hints.empty
