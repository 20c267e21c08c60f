"""A report as tables: one readable table of channels, and a workbook with everything behind the charts."""

from __future__ import annotations

import pandas as pd

from core.charts.formats import Wording
from core.documents.tables import to_csv_bytes, to_xlsx_bytes
from core.mmm.results.evidence import Estimate
from core.mmm.results.report import Report

ENDS = (("", ""), ("_lower", ", lower"), ("_upper", ", upper"))


def channel_table(
    channels: pd.DataFrame, wording: Wording, year_before: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The channel summary with the reader's words as headings, full precision kept.

    With the summary of the year before, its spend, effect and return stand in columns at the end.
    """
    money, kpi = wording.currency, wording.kpi_label
    columns = {"channel": "Channel", "spend": f"Spend ({money})"}
    names = {"contribution": f"{kpi} caused", "roas": wording.return_name, "mroas": "Marginal return"}
    for column, name in names.items():
        columns |= {f"{column}{end}": f"{name}{words}" for end, words in ENDS}
    columns |= {"share": f"Share of {kpi}", "half_life": f"Half-life ({wording.period}s)"}
    present = {column: name for column, name in columns.items() if column in channels.columns}
    table = channels[list(present)].rename(columns=present)
    table = table.assign(Channel=[wording.label(name) for name in channels["channel"]])
    if year_before is None:
        return table
    old = year_before.set_index("channel").reindex(channels["channel"])
    for column in ("spend", *names):
        table[f"{columns[column]}, a year before"] = old[column].to_numpy(float)
    return table


def channels_csv(report: Report) -> bytes:
    """The table of channels as CSV, safe to open in a spreadsheet."""
    return to_csv_bytes(channel_table(report.channels, report.wording))


def frame_csv(frame: pd.DataFrame, wording: Wording) -> bytes:
    """The data behind one chart as CSV; channels and components under the names a reader sees."""
    return to_csv_bytes(_labelled(frame, wording))


def to_xlsx(report: Report) -> bytes:
    """The workbook: summary, channels, fit, contribution over time, curves, hints and method."""
    words = report.wording
    sheets = {
        "Summary": summary_table(report),
        "Channels": channel_table(report.channels, words),
        "Actual and model": report.fitted,
        "Over time": _labelled(report.decomposition, words),
        "Waterfall": _labelled(report.parts, words),
        "Curves": _labelled(report.curves, words),
        "Budget hints": _labelled(report.hints, words),
        "Best frequency": frequency_table(report),
        "What it cannot tell": limitations_table(report),
        "Method": pd.DataFrame({"How this was computed": list(report.method)}),
    }
    return to_xlsx_bytes({name: sheet for name, sheet in sheets.items() if len(sheet.columns)})


def frequency_table(report: Report) -> pd.DataFrame:
    """Contacts a head by channel, today and at their best, and what the best would change; empty without
    channels that have a frequency."""
    if report.frequency.empty:
        return pd.DataFrame()
    names = {"channel": "Channel", "now": "Contacts a head now", "top": "Most that was looked at"}
    names |= {f"best{end}": f"Best{words}" for end, words in ENDS}
    names |= {f"gain{end}": f"Change of its effect at the best (share){words}" for end, words in ENDS}
    return _labelled(report.frequency, report.wording).rename(columns=names)


def limitations_table(report: Report) -> pd.DataFrame:
    """What the model cannot tell, the evidence, and what would help."""
    rows = [(own.what, own.evidence, own.cure) for own in report.limitations]
    return pd.DataFrame(rows, columns=["What the model cannot tell", "Evidence", "What would help"])


def summary_table(report: Report) -> pd.DataFrame:
    """What, value, lower, upper: the totals of the range, the verdict and the findings."""
    totals, words = report.totals, report.wording
    rows: list[tuple[str, object, object, object]] = [
        ("Project", report.project, None, None),
        ("Model", report.model, None, None),
        ("Range", report.range_words, None, None),
        ("Interval", report.interval_words, None, None),
        (f"{words.kpi_label}", totals.kpi, None, None),
        (f"Spend ({words.currency})", totals.spend, None, None),
        _spread(f"{words.kpi_label} caused by media", totals.media),
        _spread("Share caused by media", totals.media_share),
        _spread(words.return_name, totals.roas),
        ("Verdict", report.judgement.sentence, None, None),
    ]
    rows += [(f"Finding {at}", text, None, None) for at, text in enumerate(report.insights.texts, start=1)]
    return pd.DataFrame(rows, columns=["What", "Value", "Lower", "Upper"], dtype=object)


def _spread(name: str, estimate: Estimate) -> tuple[str, object, object, object]:
    if not estimate.known:
        return name, None, None, None
    return name, estimate.mean, estimate.lower, estimate.upper


def _labelled(frame: pd.DataFrame, wording: Wording) -> pd.DataFrame:
    changed = frame.copy()
    for column in ("channel", "component"):
        if column in changed:
            changed[column] = [wording.label(str(name)) for name in changed[column]]
    if "hint" in changed:
        changed["hint"] = changed["hint"].astype(str)
    return changed
