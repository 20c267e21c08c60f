import numpy as np
import pandas as pd
import pytest

from core.charts.base import faded
from core.mmm import charts
from tests.core.mmm import hand_made as made


def colours_in(trace) -> str:
    """All colours of a trace as one text."""
    return str(trace.to_plotly_json())


def every_chart() -> dict:
    words, summary = made.WORDING, made.channels()
    geo = pd.concat([summary.assign(geo=name) for name in ("north", "south")])
    effect = made.decomposition().query("component in @made.CHANNELS")
    effect = effect.rename(columns={"component": "channel", "value": "mean"})
    effect = effect.assign(lower=effect["mean"] * 0.8, upper=effect["mean"] * 1.2)
    parts = pd.DataFrame(
        {
            "component": ["Baseline", *made.CHANNELS],
            "value": [4.4e6, 9e5, 6e5, 6e4],
            "lower": [4.2e6, 7e5, 3.5e5, 5e3],
            "upper": [4.6e6, 1.1e6, 8.2e5, 1.5e5],
        }
    )
    learned = pd.DataFrame({"channel": made.CHANNELS, "contraction": [0.8, 0.4, 0.02]})
    return {
        "roas": charts.roas(summary, words),
        "spend_and_effect": charts.spend_and_effect(summary, words),
        "contribution": charts.contribution(summary, words),
        "waterfall": charts.waterfall(parts, words),
        "geo": charts.geo_returns(geo, words),
        "curves": charts.response_curves(made.curves(), made.marks(), words),
        "carry_over": charts.carry_over(made.carry_over(), words),
        "media": charts.media_over_time(effect, words),
        "over_time": charts.contribution_over_time(made.decomposition(), words),
        "contraction": charts.contraction(learned, words),
    }


@pytest.mark.parametrize("name", every_chart())
def test_each_channel_wears_its_own_colour(name):
    drawn = " ".join(colours_in(trace) for trace in every_chart()[name].data)
    for colour in made.WORDING.colours.values():
        red_green_blue = faded(colour, 1)[5:-3]
        assert colour in drawn or red_green_blue in drawn


@pytest.mark.parametrize(
    "name", ["roas", "spend_and_effect", "contribution", "waterfall", "geo", "carry_over"]
)
def test_charts_by_channel_draw_their_intervals_as_error_bars(name):
    bars = [trace for trace in every_chart()[name].data if trace.error_x.array is not None]
    bars += [trace for trace in every_chart()[name].data if trace.error_y.array is not None]
    assert bars
    lengths = [bar for trace in bars for bar in (trace.error_x.array, trace.error_y.array) if bar is not None]
    assert all(np.nanmax(np.asarray(bar, float)) > 0 for bar in lengths)


@pytest.mark.parametrize("name", ["curves", "media"])
def test_charts_with_lines_draw_their_intervals_as_bands(name):
    bands = [trace for trace in every_chart()[name].data if trace.fill == "toself"]
    assert len(bands) == len(made.CHANNELS)


@pytest.mark.parametrize("name", every_chart())
def test_every_chart_has_alt_text_and_the_houses_frame(name):
    chart = every_chart()[name]
    assert len(charts.alt_text(chart)) > 20
    assert (chart.layout.margin.l, chart.layout.margin.r) == (8, 8)
    assert chart.layout.legend.orientation == "h"
    assert chart.layout.height >= 240


def test_the_fitted_line_comes_with_its_band_the_actual_values_and_the_year_before():
    before = made.fitted()[["date", "actual"]]
    chart = charts.actual_and_fitted(made.fitted(), made.WORDING, level=0.8, year_before=before)
    assert [trace.name for trace in chart.data] == ["80 % interval", "A year before", "Model", "Actual"]
    assert chart.data[0].fill == "toself"
    assert len(chart.data[0].x) == 2 * len(made.fitted())


def test_held_out_periods_are_shaded_and_named():
    start = pd.Timestamp("2024-03-04")
    chart = charts.actual_and_fitted(made.fitted(), made.WORDING, holdout_start=start)
    assert chart.layout.shapes[0].x0 == "2024-03-04"
    assert chart.layout.annotations[0].text == "not seen in training"
    assert not charts.actual_and_fitted(made.fitted(), made.WORDING).layout.shapes


def test_residuals_outside_the_interval_stand_out():
    chart = charts.residuals(made.fitted(), made.WORDING)
    colours = chart.data[1].marker.color
    assert len(set(colours)) == 2
    assert [at for at, colour in enumerate(colours) if colour == "#e4572e"] == [2]


def test_parts_below_zero_stack_downwards_so_that_the_top_is_the_kpi():
    chart = charts.contribution_over_time(made.decomposition(), made.WORDING)
    groups = {trace.stackgroup for trace in chart.data}
    assert groups == {"above", "below"}
    total = sum(np.asarray(trace.y, float) for trace in chart.data)
    expected = made.decomposition().groupby("date")["value"].sum().to_numpy()
    np.testing.assert_allclose(total, expected)


def test_the_curve_is_dashed_beyond_the_largest_spend_seen_and_marks_today():
    chart = charts.response_curves(made.curves(), made.marks(), made.WORDING)
    solid, dashed, dot = chart.data[1:4]
    assert max(solid.x) <= 12_000 < max(dashed.x)
    assert dashed.line.dash == "dash"
    assert dashed.x[0] == solid.x[-1]
    assert list(dot.x) == [8000.0]


def test_the_waterfall_ends_at_the_total():
    steps = every_chart()["waterfall"].data[0]
    assert steps.base[-2] + steps.x[-2] == pytest.approx(steps.x[-1])
    assert steps.base[-1] == 0


def test_the_waterfall_cuts_into_a_baseline_that_would_hide_the_steps_and_says_so():
    parts = made.parts()
    chart = charts.waterfall(parts, made.WORDING)
    start = chart.layout.xaxis.range[0]
    assert 0 < start < parts["lower"].iloc[0]
    assert "the axis begins at" in chart.layout.xaxis.title.text
    parts.loc[0, ["value", "lower", "upper"]] = [1e6, 9e5, 1.1e6]
    assert charts.waterfall(parts, made.WORDING).layout.xaxis.range[0] == 0


def test_channels_without_spend_have_no_return_and_the_chart_says_so():
    chart = charts.roas(made.channels(spend=(0.0, 0.0, 0.0)), made.WORDING)
    assert not chart.data
    assert "No money was spent" in charts.alt_text(chart)


def test_break_even_is_marked_only_where_returns_are_money():
    from dataclasses import replace

    assert charts.roas(made.channels(), made.WORDING).layout.shapes
    counted = replace(made.WORDING, kpi_in_money=False, returns_in_money=False)
    assert not charts.roas(made.channels(), counted).layout.shapes


def test_shares_add_up_to_one():
    frame = charts.shares(made.channels())
    assert frame["spend_share"].sum() == pytest.approx(1)
    assert frame["effect_share"].sum() == pytest.approx(1)


def test_a_channel_the_data_barely_taught_is_drawn_hollow():
    chart = every_chart()["contraction"]
    fill = chart.data[0].marker.color
    assert fill[0] == made.WORDING.colour("tv_S")
    assert fill[-1] == faded(made.WORDING.colour("print_S"), 0.25)
