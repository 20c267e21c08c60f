"""Charts of what promotions do: uplift by discount, the baseline's error, dip, cannibalisation, versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.base import (
    INK,
    NEUTRAL,
    Trace,
    band,
    days,
    dots,
    empty,
    error_bars,
    faded,
    figure,
    line,
    name_rows,
    rows_axis,
)
from core.charts.palette import COLOURS
from core.promo.effects import FAR_DAYS, NEAR_DAYS
from core.promo.post_mortem.values import PostMortem

CHANNEL_COLOURS = {"online": COLOURS[4], "offline": COLOURS[1]}
METHOD_COLOURS = {"seasonal": COLOURS[0], "weekday_mean": COLOURS[2]}
METHOD_WORDS = {"seasonal": "Seasonal", "weekday_mean": "Weekday mean", "auto": "Automatic"}
LOSS, GAIN = COLOURS[9], COLOURS[0]
PROMO_SHADE = "rgba(109,102,230,0.16)"
ROW = 38


FORECAST = COLOURS[0]
SHADE = "rgba(109,102,230,0.12)"


def post_mortem_chart(report: PostMortem, symbol: str = "") -> go.Figure:
    """Sales of the shop by day: forecast and 90 % interval, baseline, actual; the promotion is shaded."""
    rows = report.days
    dates = [row.on.isoformat() for row in rows]
    hover = f"%{{x|%a %d %b}}: {symbol}%{{y:,.0f}}<extra>%{{fullData.name}}</extra>"
    traces: list[Trace] = [
        band(dates, [row.lower for row in rows], [row.upper for row in rows], FORECAST, "90 % interval"),
        line(dates, [row.forecast for row in rows], "Forecast", FORECAST, hovertemplate=hover),
        line(
            dates,
            [row.baseline for row in rows],
            "Without promotion",
            NEUTRAL,
            dash="dot",
            hovertemplate=hover,
        ),
    ]
    known = [row for row in rows if row.actual is not None]
    on, sold = [row.on.isoformat() for row in known], [row.actual for row in known]
    traces.append(line(on, sold, "Actual", INK, width=2.2, hovertemplate=hover))
    traces.append(dots(on, sold, "Actual", {"color": INK, "size": 5}, showlegend=False, hoverinfo="skip"))
    promotion = {
        "type": "rect", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
        "x0": f"{report.period_start}T00:00:00", "x1": f"{report.period_end}T23:59:59", "fillcolor": SHADE,
        "line": {"width": 0},
    }  # fmt: skip
    inside = sum(row.lower <= float(row.actual or 0.0) <= row.upper for row in known)
    alt = f"Sales by day: {inside} of {len(known)} days lie inside the forecast's 90 % interval."
    axis = {"tickprefix": symbol, "rangemode": "tozero"}
    return figure(traces, alt=alt, shapes=[promotion], yaxis=axis, height=340)


def channel_colour(channel: str) -> str:
    """The colour of a sales channel, the same on every chart."""
    return CHANNEL_COLOURS.get(channel, NEUTRAL)


def uplift_curves(
    curves: pd.DataFrame,
    events: pd.DataFrame,
    seen: pd.DataFrame,
    ends: tuple[float, float] | None = None,
) -> go.Figure:
    """One department: uplift by discount for each sales channel, solid as far as discounts were seen.

    `curves` channel, discount_pct, mean, lower, upper; `events` the past promotions as points with their own
    intervals; `seen` channel, deepest_pct; `ends` of the uplift axis, shared by neighbours.
    """
    if curves.empty:
        return empty("There is no curve to draw.")
    deepest = seen.set_index("channel")["deepest_pct"].to_dict()
    traces: list[Trace] = []
    for channel, rows in curves.groupby("channel", sort=True):
        traces += _curve(rows, str(channel), float(deepest.get(channel, 0.0)))
    for channel, rows in events.groupby("channel", sort=True):
        traces.append(_points(rows, str(channel)))
    axis = {"ticksuffix": " %", "range": list(ends) if ends else None}
    discounts = {"title": {"text": "Discount"}, "ticksuffix": " %", "rangemode": "tozero"}
    last = curves.loc[curves.groupby("channel")["discount_pct"].idxmax()]
    reached = ", ".join(
        f"{row.channel} {row.mean:+.0f} % ({row.lower:+.0f} to {row.upper:+.0f}) at {row.discount_pct:.0f} %"
        for row in last.itertuples()
    )
    alt = f"Uplift of sales by discount with 90 % intervals: {reached} off."
    return figure(traces, alt=alt, xaxis=discounts, yaxis=axis)


def _curve(rows: pd.DataFrame, channel: str, deepest: float) -> list[Trace]:
    colour, label = channel_colour(channel), channel.capitalize()
    x, y = rows["discount_pct"].to_numpy(float), rows["mean"].to_numpy(float)
    group: Trace = {"legendgroup": label, "showlegend": False}
    shade = band(x.tolist(), rows["lower"], rows["upper"], colour, label, **group)
    words = "%{x:.0f} % off: %{y:+.0f} %<extra>" + label + "</extra>"
    seen = x <= np.ceil(deepest)
    solid = line(x[seen], y[seen], label, colour, width=2.4, legendgroup=label, hovertemplate=words)
    last = x[seen].max() if seen.any() else 0.0
    beyond = x >= last
    ahead = line(x[beyond], y[beyond], label, colour, dash="dot", hovertemplate=words, **group)
    return [shade, solid, ahead]


def _points(rows: pd.DataFrame, channel: str) -> Trace:
    colour, label = channel_colour(channel), channel.capitalize()
    bars = error_bars(rows["mean"], rows["lower"], rows["upper"], faded(colour, 0.45), 1.0) | {"width": 0}
    marker = {"color": faded(colour, 0.75), "size": 6}
    spans = [f"{first} to {last}" for first, last in zip(days(rows["start"]), days(rows["end"]), strict=True)]
    points = dots(rows["discount_pct"].to_numpy(float), rows["mean"].to_numpy(float), label, marker)
    words = "%{customdata}<br>%{x:.0f} % off: %{y:+.0f} %<extra>" + label + "</extra>"
    shown = {"legendgroup": label, "showlegend": False, "customdata": spans, "hovertemplate": words}
    return points | shown | {"error_y": bars}


def backtest(frame: pd.DataFrame) -> go.Figure:
    """The error of both methods in each window of the backtest: method, origin, mape (share)."""
    if frame.empty:
        return empty("The history is too short to test a forecast on it.")
    traces = []
    for method, rows in frame.groupby("method", sort=True):
        name, colour = METHOD_WORDS[str(method)], METHOD_COLOURS[str(method)]
        error = 100 * rows["mape"].to_numpy(float)
        marks: Trace = {"marker": {"color": colour, "size": 8}, "mode": "lines+markers"}
        words = "from %{x|%-d %b %Y}: %{y:.1f} %<extra>" + name + "</extra>"
        traces.append(line(days(rows["origin"]), error, name, colour, hovertemplate=words, **marks))
    title = {"title": {"text": "Mean absolute error, %"}, "rangemode": "tozero"}
    alt = f"Forecast error of each method in {frame['origin'].nunique()} windows of four weeks."
    return figure(traces, alt=alt, height=260, yaxis=title)


def dip(frame: pd.DataFrame) -> go.Figure:
    """Sales after a promotion against the baseline: department, when, mean, lower, upper (percent)."""
    labels = list(dict.fromkeys(frame["department"]))
    traces: list[Trace] = []
    for when, lane, colour in ((NEAR_DAYS, -0.13, COLOURS[0]), (FAR_DAYS, 0.18, NEUTRAL)):
        rows = frame[frame["when"] == when]
        places = np.array([labels.index(name) + lane for name in rows["department"]])
        bars = error_bars(rows["mean"], rows["lower"], rows["upper"], colour)
        trace = dots(rows["mean"].to_numpy(float), places, when, {"color": colour, "size": 9}, error_x=bars)
        name_rows([trace], [safe(name) for name in rows["department"]], "+.1f")
        traces.append(trace)
    alt = "Sales after a promotion against the baseline, in percent, with 90 % intervals."
    axis = {"title": {"text": "Sales against the baseline, %"}, "zeroline": True, "zerolinecolor": NEUTRAL}
    height = max(260, 100 + ROW * len(labels))
    names = rows_axis([safe(name) for name in labels])
    return figure(traces, alt=alt, height=height, xaxis=axis, yaxis=names)


def cannibalisation(frame: pd.DataFrame) -> go.Figure:
    """What a promotion of one department does to the others: by, on, mean, lower, upper, clear (percent).

    Fields whose interval includes 0 are pale: nothing is shown to be taken there.
    """
    if frame.empty:
        return empty("No promotion ran beside another department's plain sales, so nothing can be said.")
    by, on = sorted(frame["by"].unique()), sorted(frame["on"].unique())
    most = max(float(np.nanmax(np.abs(frame["mean"].to_numpy(float)))), 1.0)
    strength: list[list[float | None]] = [[None for _ in on] for _ in by]
    hover, notes = [["not measured" for _ in on] for _ in by], []
    rows: list[Any] = list(frame.itertuples())
    for row in rows:
        at = by.index(row.by), on.index(row.on)
        strength[at[0]][at[1]] = float(row.mean) if row.clear else 0.25 * float(row.mean)
        unsure = "" if row.clear else ", which may be nothing"
        hover[at[0]][at[1]] = (
            f"A promotion of {safe(row.by)} moves {safe(row.on)} by {row.mean:+.1f} % "
            f"({row.lower:+.1f} to {row.upper:+.1f}){unsure}"
        )
        # The theme's own ink, light or dark, is unreadable on the strongest fields.
        font = {"size": 12} | ({"color": "#ffffff"} if row.clear and abs(row.mean) > 0.6 * most else {})
        text = f"<b>{row.mean:+.1f}</b>" if row.clear else f"{row.mean:+.1f}"
        notes.append({"x": safe(row.on), "y": safe(row.by), "text": text, "showarrow": False, "font": font})
    heat = {
        "type": "heatmap",
        "x": [safe(name) for name in on],
        "y": [safe(name) for name in by],
        "z": strength,
        "zmin": -most,
        "zmax": most,
        "colorscale": [[0.0, LOSS], [0.5, "rgba(139,147,161,0.06)"], [1.0, GAIN]],
        "customdata": hover,
        "hovertemplate": "%{customdata}<extra></extra>",
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    clear = frame[frame["clear"]].sort_values("mean").head(4)
    pairs = "; ".join(f"{row.by} on {row.on} {row.mean:+.1f} %" for row in clear.itertuples())
    alt = f"Cannibalisation between departments, percent of the other's sales; clear: {pairs}."
    if clear.empty:
        alt = "Cannibalisation between departments: no pair differs clearly from nothing."
    axes = {"title": {"text": "Sales of"}, "showgrid": False}
    left = {"title": {"text": "Promotion of"}, "autorange": "reversed", "showgrid": False}
    height = max(280, 110 + 44 * len(by))
    return figure([heat], alt=alt, height=height, xaxis=axes, yaxis=left, annotations=notes)


def safe(text: str) -> str:
    """Plotly reads a little HTML; angle brackets stay text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def two_versions(
    earlier: pd.DataFrame, later: pd.DataFrame, names: tuple[str, str], discount_pct: float
) -> go.Figure:
    """Uplift at one discount in two versions, a row a cell: department, channel, mean, lower, upper."""
    keys = ["department", "channel"]
    both = later.merge(earlier, on=keys, how="outer", suffixes=("_now", "_before")).sort_values(keys)
    if both.empty:
        return empty("The two versions have no cell to compare.")
    labels = [safe(f"{row.department}, {row.channel}") for row in both[keys].itertuples()]
    colours = [channel_colour(channel) for channel in both["channel"]]
    rows, traces = np.arange(len(labels), dtype=float), list[Trace]()
    for which, name, lane in zip(("before", "now"), names, (-0.16, 0.16), strict=True):
        mean, low, high = (both[f"{end}_{which}"].astype(float) for end in ("mean", "lower", "upper"))
        symbol = "circle-open" if which == "before" else "circle"
        marker = {"color": colours, "symbol": symbol, "size": 9, "line": {"color": colours, "width": 2}}
        bars = error_bars(mean, low, high, NEUTRAL if which == "before" else INK, 1.2)
        traces.append(dots(mean.to_numpy(), rows + lane, name, marker, error_x=bars))
    name_rows(traces, labels, "+.0f")
    alt = f"Uplift at {discount_pct:.0f} % off in {names[0]} and {names[1]}, with 90 % intervals."
    axis = {"title": {"text": f"Uplift of sales at {discount_pct:.0f} % off, %"}, "rangemode": "tozero"}
    height = max(300, 110 + ROW * len(labels))
    return figure(traces, alt=alt, height=height, xaxis=axis, yaxis=rows_axis(labels))


def sales_by_week(
    sales: pd.DataFrame, periods: Sequence[tuple[object, object]] = (), unit: str = ""
) -> go.Figure:
    """Sales of each week by sales channel, stacked; days with a promotion are shaded behind.

    `sales` date, channel, sales_value; `periods` first and last day of each promotion. Weeks begin on Monday;
    a week that the facts hold only in part is left out at either end.
    """
    weeks = weekly(sales)
    if weeks.empty:
        return empty("There is not one whole week of sales yet.")
    traces: list[Trace] = []
    for channel in sorted(weeks.columns):
        colour, name = channel_colour(str(channel)), str(channel).capitalize()
        area = line(days(weeks.index), weeks[channel], name, colour, width=1.0, stackgroup="sales")
        traces.append(area | {"fillcolor": faded(colour, 0.35), "hovertemplate": "%{y:,.4~s} " + unit})
    axis = {"title": {"text": f"Sales per week{f', {unit}' if unit else ''}"}, "rangemode": "tozero"}
    first, last = weeks.index[0], weeks.index[-1]
    shapes = [
        {
            "type": "rect", "layer": "below", "fillcolor": PROMO_SHADE, "line": {"width": 0}, "yref": "paper",
            "x0": str(start.date()), "x1": str((end + pd.Timedelta(days=1)).date()), "y0": 0, "y1": 1,
        }
        for start, end in joined(periods)
        if end >= first and start <= last
    ]  # fmt: skip
    alt = f"Sales by week in {len(weeks)} weeks, {len(shapes)} stretches with promotions shaded."
    return figure(traces, alt=alt, hovermode="x unified", yaxis=axis | {"exponentformat": "B"}, shapes=shapes)


def weekly(sales: pd.DataFrame) -> pd.DataFrame:
    """Week (its Monday) x sales channel, sums of sales_value over whole weeks of the facts."""
    if sales.empty:
        return pd.DataFrame()
    dates = pd.to_datetime(sales["date"])
    monday = dates - pd.to_timedelta(dates.dt.weekday, unit="D")
    table = sales.assign(week=monday).pivot_table(
        index="week", columns="channel", values="sales_value", aggfunc="sum", observed=True
    )
    mondays = pd.DatetimeIndex(table.index)
    whole = (mondays >= dates.min()) & (mondays <= dates.max() - pd.Timedelta(days=6))
    return pd.DataFrame(table.loc[whole].fillna(0.0))


def joined(periods: Sequence[tuple[object, object]]) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Stretches of days (both ends inclusive), those that touch or overlap made one."""
    ordered = sorted((pd.Timestamp(str(start)), pd.Timestamp(str(end))) for start, end in periods)
    out: list[tuple[pd.Timestamp, pd.Timestamp]] = []
    for start, end in ordered:
        if out and start <= out[-1][1] + pd.Timedelta(days=1):
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out
