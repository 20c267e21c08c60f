"""Charts of what is believed before training: intervals drawn, words for those who cannot see them."""

import numpy as np
import pandas as pd
import pytest

from core.charts.base import alt_text
from core.charts.formats import Wording
from core.mmm.charts.priors import carry_over_shapes, channel_shares, prior_shares, saturation_shapes

WORDING = Wording(kpi_label="Sales", labels={"tv": "TV"}, colours={"tv": "#12897d", "ooh": "#d9660b"})


def curves(along: str) -> pd.DataFrame:
    rows = [(name, x, 0.5, 0.2, 0.8) for name in ("tv", "ooh") for x in range(4)]
    return pd.DataFrame(rows, columns=["channel", along, "mean", "lower", "upper"])


def test_shares_are_drawn_as_beliefs_that_add_up_to_one():
    draws = np.random.default_rng(1).beta(3, 7, 4000)
    chart = prior_shares(draws, 1 - draws, WORDING)
    assert [sum(trace.y) for trace in chart.data] == pytest.approx([1.0, 1.0])
    low, high = np.quantile(draws, [0.05, 0.95])
    assert f"{low * 100:.0f} % to {high * 100:.0f} %" in alt_text(chart)


def test_shares_beyond_the_whole_are_shown_where_the_belief_allows_them():
    draws = np.full(100, 1.2)
    assert max(prior_shares(draws, 1 - draws, WORDING).data[1].x) > 1.2


@pytest.mark.parametrize(("draw", "along"), [(carry_over_shapes, "lag"), (saturation_shapes, "exposure")])
def test_every_channel_gets_its_line_its_band_and_its_colour(draw, along):
    chart = draw(curves(along), WORDING)
    lines = [trace for trace in chart.data if trace.fill is None]
    bands = [trace for trace in chart.data if trace.fill == "toself"]
    assert [trace.name for trace in lines] == ["TV", "ooh"]
    assert len(bands) == 2
    assert lines[0].line.color == "#12897d"


def test_channel_shares_have_error_bars():
    table = pd.DataFrame({"channel": ["tv"], "mean": [0.1], "lower": [0.04], "upper": [0.3]})
    bars = channel_shares(table, WORDING).data[0].error_x
    assert (bars.array[0], bars.arrayminus[0]) == pytest.approx((0.2, 0.06))


@pytest.mark.parametrize("draw", [carry_over_shapes, saturation_shapes, channel_shares])
def test_without_media_the_chart_says_so(draw):
    assert draw(pd.DataFrame(columns=["channel", "mean"]), WORDING).layout.annotations
