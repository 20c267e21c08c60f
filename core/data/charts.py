"""Charts of a data set before it is modelled: KPI over spend, correlations, missing cells."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.base import empty, figure
from core.charts.palette import KPI_COLOUR, channel_colours
from core.data.mapping import ColumnRole, KpiKind, Mapping

DIVERGING = ((0.0, "#c2570c"), (0.5, "rgba(139,147,161,0.08)"), (1.0, "#0b7a70"))
PRESENT, MISSING = "rgba(18,137,125,0.35)", "#d63a3a"
CELL, MOST_CELLS = 26, 30


def kpi_and_spend(
    frame: pd.DataFrame, mapping: Mapping, colours: Dictionary[str, str] | None = None, stacked: bool = True
) -> go.Figure:
    """KPI as a line above the spend of every channel (stacked areas, or lines), summed over geos.

    `colours` by column name; by default those of `channel_colours` in the mapping's order.
    """
    date, target = mapping.date_column, mapping.target_column
    channels = [
        column for column in mapping.columns_of(ColumnRole.SPEND, ColumnRole.EXPOSURE) if column in frame
    ]
    channels = [c for c in channels if mapping.role_of(c) is ColumnRole.SPEND] or channels
    if date is None or date not in frame or not (channels or target in frame):
        return empty("Mark a date, a KPI and media columns to see them over time.")
    totals = frame.groupby(date, sort=True)[[*([target] if target in frame else []), *channels]].sum(
        min_count=1
    )
    colours = colours or channel_colours(channels)
    line = {"type": "scatter", "mode": "lines", "x": totals.index}
    traces: list[dict[str, Any]] = []
    if target in totals:
        kpi = {"y": totals[target], "name": _plain(_kpi_label(mapping)), "hovertemplate": "%{y:,.4~s}"}
        traces.append(line | kpi | {"line": {"color": KPI_COLOUR, "width": 2}})
    for column in channels:
        spend = {
            "y": totals[column],
            "name": _plain(mapping.label_of(column)),
            "yaxis": "y2",
            "line": {"color": colours[column], "width": 0.5 if stacked else 1.5},
            "hovertemplate": "%{y:,.4~s} " + mapping.currency,
        }
        traces.append(line | spend | ({"stackgroup": "spend"} if stacked else {}))
    return figure(
        traces,
        alt=f"{_kpi_label(mapping)} over time, and the spend of {len(channels)} channels below it.",
        height=420,
        hovermode="x unified",
        yaxis={"domain": [0.55, 1.0], "title": {"text": _kpi_label(mapping)}, "rangemode": "tozero"},
        yaxis2={
            "domain": [0.0, 0.45],
            "title": {"text": f"Spend, {mapping.currency}"},
            "rangemode": "tozero",
            "automargin": True,
        },
        xaxis={"anchor": "y2"},
    )


def _kpi_label(mapping: Mapping) -> str:
    label = mapping.kpi_label or mapping.label_of(mapping.target_column or "KPI")
    return f"{label}, {mapping.currency}" if mapping.kpi_kind is KpiKind.MONEY else label


def _plain(text: str) -> str:
    """Plotly reads a little HTML into names; angle brackets stay text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def correlation_map(frame: pd.DataFrame, mapping: Mapping) -> go.Figure:
    """Pearson correlations between KPI, media, controls and treatments, -1..1."""
    roles = (
        ColumnRole.TARGET,
        ColumnRole.SPEND,
        ColumnRole.EXPOSURE,
        ColumnRole.ORGANIC,
        ColumnRole.TREATMENT,
        ColumnRole.CONTROL,
    )
    columns = [c for role in roles for c in mapping.columns_of(role) if c in frame][:MOST_CELLS]
    moving = [c for c in columns if frame[c].nunique() > 1]
    if len(moving) < 2:
        return empty("Correlations need at least two columns that vary.")
    table = frame[moving].corr().to_numpy()
    names = [_plain(mapping.label_of(column)) for column in moving]
    heat = {
        "type": "heatmap",
        "z": table,
        "x": names,
        "y": names,
        "zmin": -1,
        "zmax": 1,
        "colorscale": [list(step) for step in DIVERGING],
        "hovertemplate": "%{y} with %{x}: %{z:.2f}<extra></extra>",
        "colorbar": {"thickness": 10, "title": {"text": "r"}},
    }
    pairs = np.abs(np.nan_to_num(np.triu(table, k=1)))
    first, second = divmod(int(pairs.argmax()), pairs.shape[1])
    strongest = f"the strongest is {names[first]} with {names[second]}, {table[first, second]:.2f}"
    height = max(300, CELL * len(names) + 120)
    return figure(
        [heat],
        alt=f"Correlations of {len(names)} columns; {strongest}.",
        height=height,
        yaxis={"autorange": "reversed"},
    )


def missing_map(frame: pd.DataFrame, mapping: Mapping) -> go.Figure:
    """Where cells are missing: columns over dates, the share of regions without a value."""
    date = mapping.date_column
    columns = [
        c.column
        for c in mapping.columns
        if c.role not in (ColumnRole.IGNORE, ColumnRole.DATE, ColumnRole.GEO, ColumnRole.EVENT)
        and c.column in frame
    ]
    if date is None or date not in frame or not columns:
        return empty("Mark a date and media columns to see which cells are missing.")
    share = frame[columns].isna().groupby(frame[date]).mean()
    count = int(frame[columns].isna().to_numpy().sum())
    heat = {
        "type": "heatmap",
        "z": share.to_numpy().T,
        "x": share.index,
        "y": [_plain(mapping.label_of(column)) for column in columns],
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0.0, PRESENT], [1.0, MISSING]],
        "showscale": False,
        "ygap": 1,
        "hovertemplate": "%{y}, %{x|%Y-%m-%d}: %{z:.0%} missing<extra></extra>",
    }
    alt = (
        f"{count:,} missing cells in {len(columns)} columns."
        if count
        else f"No cell is missing in {len(columns)} columns."
    )
    return figure([heat], alt=alt, height=max(200, 22 * len(columns) + 80), yaxis={"autorange": "reversed"})
