"""Pictures of a data set before it is modelled."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from core.charts.palette import channel_colours
from core.data import ColumnMap, ColumnRole, Mapping
from core.data.charts import correlation_map, kpi_and_spend, missing_map

MAPPING = Mapping(
    (
        ColumnMap("date", ColumnRole.DATE),
        ColumnMap("sales", ColumnRole.TARGET, "Sales"),
        ColumnMap("tv", ColumnRole.SPEND, "TV <b>"),
        ColumnMap("radio", ColumnRole.SPEND),
    )
)
FRAME = pd.DataFrame(
    {
        "date": pd.date_range("2024-01-01", periods=20, freq="7D"),
        "sales": np.arange(20.0),
        "tv": np.arange(20.0) * 2,
        "radio": [np.nan, *np.arange(19.0)[::-1]],
    }
)


def test_kpi_and_every_channel_are_drawn_in_their_colours() -> None:
    chart = kpi_and_spend(FRAME, MAPPING)
    assert [trace.name for trace in chart.data] == ["Sales, EUR", "TV &lt;b&gt;", "radio"]
    colours = channel_colours(["tv", "radio"])
    assert [trace.line.color for trace in chart.data[1:]] == [colours["tv"], colours["radio"]]
    assert chart.data[1].stackgroup == "spend"
    assert kpi_and_spend(FRAME, MAPPING, stacked=False).data[1].stackgroup is None


def test_regions_are_summed() -> None:
    two = pd.concat([FRAME.assign(geo="a"), FRAME.assign(geo="b")])
    chart = kpi_and_spend(two, Mapping((*MAPPING.columns, ColumnMap("geo", ColumnRole.GEO))))
    assert list(chart.data[1].y) == [4.0 * n for n in range(20)]


def test_correlations_are_pandas_own() -> None:
    chart = correlation_map(FRAME, MAPPING)
    assert chart.data[0].z[0][1] == pytest.approx(1.0)
    assert "strongest is Sales with TV" in chart.layout.meta["alt"]


def test_missing_cells_are_counted_and_placed() -> None:
    chart = missing_map(FRAME, MAPPING)
    assert "1 missing cells" in chart.layout.meta["alt"]
    assert chart.data[0].z[2][0] == 1.0


@pytest.mark.parametrize("draw", [kpi_and_spend, correlation_map, missing_map])
def test_a_mapping_without_columns_gives_a_picture_that_says_so(draw: object) -> None:
    chart = draw(FRAME, Mapping(()))  # type: ignore[operator]
    assert isinstance(chart, go.Figure)
    assert chart.layout.annotations[0].text


@pytest.mark.parametrize("draw", [kpi_and_spend, correlation_map, missing_map])
def test_backgrounds_are_left_to_the_theme(draw: object) -> None:
    chart = draw(FRAME, MAPPING)  # type: ignore[operator]
    assert chart.layout.paper_bgcolor is None
    assert chart.layout.plot_bgcolor is None
