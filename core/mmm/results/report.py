"""One reading of a model as a report: what the slides, the one-pager and the tables are made of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd

from core.charts.formats import KpiTile, Wording, percent, written_day
from core.mmm.results.evidence import Estimate, Totals
from core.mmm.results.insights import Insights
from core.mmm.results.judgement import Judgement
from core.mmm.results.limitations import Limitation
from core.mmm.results.summary import Range, ResultSummary, Timelines, cut, spend_marks


@dataclass(frozen=True)
class Report:
    """A model's results for one range of dates and one interval level.

    Frames are those the charts take: `channels` (channel summary), `fitted`, `decomposition`, `parts` (the
    waterfall: component, value, lower, upper), `curves`, `marks`, `hints` (budget hints), `frequency` (the
    best frequency of channels that have one; empty without). `method` says in sentences how it was computed;
    `limitations` what the model cannot tell.
    """

    project: str
    model: str
    wording: Wording
    level: float
    totals: Totals
    before: Totals | None
    insights: Insights
    judgement: Judgement
    channels: pd.DataFrame
    fitted: pd.DataFrame
    decomposition: pd.DataFrame
    parts: pd.DataFrame
    curves: pd.DataFrame
    marks: pd.DataFrame
    hints: pd.DataFrame
    method: tuple[str, ...]
    made_on: dt.date
    limitations: tuple[Limitation, ...] = ()
    frequency: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def range_words(self) -> str:
        """The dates of the report, e.g. 1 Jan 2024 to 29 Dec 2024."""
        return f"{written_day(self.totals.start)} to {written_day(self.totals.end)}"

    @property
    def interval_words(self) -> str:
        """The name of its intervals, e.g. 90 % interval."""
        return f"{self.level * 100:.0f} % interval"

    def kpi_tiles(self) -> tuple[KpiTile, ...]:
        """The four figures on top of every report."""
        words, totals = self.wording, self.totals
        share = Estimate(totals.media_share.mean, totals.media_share.lower, totals.media_share.upper)
        return (
            KpiTile(words.kpi_label, words.kpi(totals.kpi), _change(totals, self.before, "kpi")),
            KpiTile(
                "Caused by media", percent(share.mean), f"{percent(share.lower)} to {percent(share.upper)}"
            ),
            KpiTile("Media spend", words.money(totals.spend), _change(totals, self.before, "spend")),
            KpiTile(words.return_name, words.per_money(totals.roas.mean), _span(totals.roas, words)),
        )


@dataclass(frozen=True)
class Title:
    """Whose report it is and how its numbers came about."""

    project: str
    model: str
    method: tuple[str, ...]
    made_on: dt.date


def report_of(
    title: Title,
    summary: ResultSummary,
    lines: Timelines,
    curves: pd.DataFrame,
    span: Range,
    frequency: pd.DataFrame | None = None,
) -> Report:
    """The report of a range from what is on the screen: the same figures, cut to the same dates."""
    return Report(
        project=title.project,
        model=title.model,
        wording=summary.wording,
        level=summary.evidence.level,
        totals=summary.totals,
        before=summary.before,
        insights=summary.insights,
        judgement=summary.judgement,
        channels=summary.channels,
        fitted=cut(lines.fitted, span),
        decomposition=cut(lines.decomposition, span),
        parts=summary.parts,
        curves=curves,
        marks=spend_marks(lines.spend, span),
        hints=summary.hints,
        method=title.method,
        made_on=title.made_on,
        limitations=summary.limitations,
        frequency=pd.DataFrame() if frequency is None else frequency,
    )


def change_share(now: float, before: float | None) -> float | None:
    """Relative change against the range a year before; none where there was nothing."""
    return None if not before else now / before - 1


def _change(now: Totals, before: Totals | None, name: str) -> str:
    change = change_share(getattr(now, name), getattr(before, name) if before else None)
    return "" if change is None else f"{change * 100:+.0f} % on the year before"


def _span(estimate: Estimate, words: Wording) -> str:
    if not estimate.known:
        return "nothing was spent"
    return f"{words.per_money(estimate.lower)} to {words.per_money(estimate.upper)}"
