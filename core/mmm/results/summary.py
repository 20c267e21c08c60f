"""A fitted model read for one range of dates: totals, channels, findings, verdict, and lines over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.charts.formats import Wording
from core.data.calendar import Granularity
from core.data.mapping import KpiKind
from core.mmm.results.channel_summary import STEP, Effects, effects, interval, summarise_channels, window
from core.mmm.results.evidence import Estimate, Evidence, Totals
from core.mmm.results.insights import Insights, budget_hints, insights_of
from core.mmm.results.judgement import Judgement, judge
from core.mmm.results.limitations import Limitation, limitations_of

if TYPE_CHECKING:
    from core.mmm.config import MMMConfig
    from core.mmm.fitted import FittedMMM

Floats = NDArray[np.float64]
WEEKS_A_YEAR = 52  # a year before means the same weekdays, so 364 days; months move by the calendar


@dataclass(frozen=True)
class Range:
    """A range of dates, both ends inclusive."""

    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True)
class ResultSummary:
    """What one range of a model says at one interval level.

    `channels` and `channels_before` are channel summaries (the latter of the range a year before, None where
    the data do not reach back); `parts` the steps of the waterfall: component, value, lower, upper;
    `limitations` what the whole fit, not only the range, cannot tell.
    """

    wording: Wording
    evidence: Evidence
    insights: Insights
    channels: pd.DataFrame
    channels_before: pd.DataFrame | None
    parts: pd.DataFrame
    hints: pd.DataFrame
    limitations: tuple[Limitation, ...] = ()

    @property
    def judgement(self) -> Judgement:
        """How far the fit can be trusted."""
        return self.evidence.judgement

    @property
    def totals(self) -> Totals:
        """The totals of the range."""
        return self.evidence.totals

    @property
    def before(self) -> Totals | None:
        """The totals of the same range a year before, None where the data do not reach back."""
        return self.evidence.before


@dataclass(frozen=True)
class Timelines:
    """Lines over the whole data, to be cut to any range.

    `fitted`: date, actual, fitted, fitted_lower, fitted_upper. `decomposition`: date, component, value,
    lower, upper. `media`: date, channel ("All media" first, then each channel), mean, lower, upper.
    `border`: date, lower, upper of the whole baseline. `spend`: dates by channel.
    """

    fitted: pd.DataFrame
    decomposition: pd.DataFrame
    media: pd.DataFrame
    border: pd.DataFrame
    spend: pd.DataFrame


ALL_MEDIA = "All media"
PART_LABELS = {"base": "Base level", "trend": "Trend", "season": "Season", "outliers": "Unusual periods"}


def wording_for(
    config: MMMConfig, kpi_label: str, currency: str, colours: Mapping[str, str], period: str
) -> Wording:
    """The words of a model's figures: the project's KPI and currency, its channels' names and colours."""
    return Wording(
        kpi_label=kpi_label,
        currency=currency,
        kpi_in_money=config.kpi_kind == KpiKind.MONEY,
        returns_in_money=config.kpi_is_money,
        labels={**PART_LABELS, **config.display_names},
        colours=dict(colours),
        period=period,
    )


def year_before(frequency: Granularity, span: Range, first: pd.Timestamp) -> Range | None:
    """The same range a year before; None where the data begin later than it does."""
    shift = pd.DateOffset(years=1) if frequency == Granularity.MONTHLY else pd.Timedelta(weeks=WEEKS_A_YEAR)
    moved = Range(span.start - shift, span.end - shift)
    slack = pd.Timedelta(days=365.25 / frequency.periods_per_year)
    return moved if moved.start > first - slack else None


def summarise_results(model: FittedMMM, wording: Wording, level: float, span: Range) -> ResultSummary:
    """Everything that is said of a range at an interval level; UserError where no period lies in it."""
    earlier = year_before(model.structure.panel.frequency, span, model.structure.panel.dates[0])
    judgement = judge_model(model, wording)
    found, total = _totals(model, level, span)
    channels = _channels(model, found, level, total)
    old, before, rose = None, None, None
    if earlier is not None:
        old, before = _totals(model, level, earlier)
        rose = float((_media_share(found, total) > _media_share(old, before)).mean())
    evidence = Evidence(
        totals=total,
        channels=channels,
        mroas_draws=_marginal(model, found),
        judgement=judgement,
        level=level,
        before=before,
        share_rose=rose,
    )
    return ResultSummary(
        wording,
        evidence,
        insights_of(evidence, wording),
        channels,
        None if old is None or before is None else _channels(model, old, level, before),
        _parts(found, total, model.structure.config.channels, level),
        budget_hints(evidence),
        limitations_of(model, wording, judgement),
    )


def judge_model(model: FittedMMM, wording: Wording) -> Judgement:
    """The judgement of a fit, with channels called by the names a reader sees."""
    structure = model.structure
    return judge(model.diagnostics, wording.label, structure.train * len(structure.panel.geos))


def _totals(model: FittedMMM, level: float, span: Range) -> tuple[Effects, Totals]:
    structure = model.structure
    first, last = window(structure, span.start, span.end)
    found = effects(structure, model.posterior.media, first, last)
    found = Effects(*(values.sum(axis=-2) for values in vars(found).values()))
    kpi, spend = float(structure.panel.kpi[:, first:last].sum()), float(found.spend.sum())
    media = found.contribution.sum(axis=1)
    paid = len(structure.config.channel_columns)
    roas = Estimate.of(found.earned[:, :paid].sum(axis=1) / spend, level) if spend else Estimate.none()
    dates = structure.panel.dates
    share = Estimate.of(media / kpi, level) if kpi else Estimate.none()
    start, end = dates[first].date(), dates[last - 1].date()
    return found, Totals(start, end, kpi, spend, Estimate.of(media, level), share, roas)


def _media_share(found: Effects, total: Totals) -> Floats:
    return np.asarray(found.contribution.sum(axis=1) / total.kpi)


def _channels(model: FittedMMM, found: Effects, level: float, total: Totals) -> pd.DataFrame:
    whole = Effects(*(np.expand_dims(values, -2) for values in vars(found).values()))
    table = summarise_channels(model.structure, model.posterior.natural, whole, level)
    return table.assign(share=table["contribution"] / total.kpi)


def _marginal(model: FittedMMM, found: Effects) -> pd.DataFrame:
    """Draws of marginal return by paid channel with spend."""
    paid = model.structure.config.channel_columns
    spent = [at for at in range(len(paid)) if found.spend[at] > 0]
    draws = found.extra[:, spent] / (STEP * found.spend[spent])
    return pd.DataFrame(draws, columns=[paid[at] for at in spent])


def _parts(found: Effects, total: Totals, channels: tuple[str, ...], level: float) -> pd.DataFrame:
    """What was not caused by media, then each channel: the steps add up to the KPI that happened."""
    draws = np.column_stack([total.kpi - found.contribution.sum(axis=1), found.contribution])
    value, lower, upper = interval(draws, level)
    table = pd.DataFrame(
        {"component": ["Baseline", *channels], "value": value, "lower": lower, "upper": upper}
    )
    order = [0, *(1 + np.argsort(-value[1:]))]
    return table.iloc[order].reset_index(drop=True)


def timelines(model: FittedMMM, level: float, draws: int = 200) -> Timelines:
    """Lines over the whole data at an interval level; bands of sums come from `draws` draws."""
    terms = model.contributions(draws=draws).sum("geo").transpose("draw", "date", "channel")
    base = model.baseline(draws=draws).sum("geo").transpose("draw", "date")
    dates, names = model.structure.panel.dates, [str(name) for name in terms["channel"].values]
    values = np.concatenate([terms.values.sum(axis=2, keepdims=True), terms.values], axis=2)
    media = [_line(dates, name, values[..., at], level) for at, name in enumerate([ALL_MEDIA, *names])]
    _, lower, upper = interval(base.values, level)
    return Timelines(
        model.fitted(level=level),
        model.decomposition(level=level),
        pd.concat(media, ignore_index=True),
        pd.DataFrame({"date": dates, "lower": lower, "upper": upper}),
        model.frame,
    )


def _line(dates: pd.DatetimeIndex, name: str, draws: Floats, level: float) -> pd.DataFrame:
    mean, lower, upper = interval(draws, level)
    return pd.DataFrame({"date": dates, "channel": name, "mean": mean, "lower": lower, "upper": upper})


def cut(frame: pd.DataFrame, span: Range) -> pd.DataFrame:
    """The rows of a frame with a `date` inside a range."""
    return frame[(frame["date"] >= span.start) & (frame["date"] <= span.end)]


def moved_by_a_year(frame: pd.DataFrame, frequency: Granularity, span: Range) -> pd.DataFrame:
    """Rows of a year before, with their dates moved onto the range they are compared with."""
    shift = pd.DateOffset(years=1) if frequency == Granularity.MONTHLY else pd.Timedelta(weeks=WEEKS_A_YEAR)
    return cut(frame.assign(date=frame["date"] + shift), span)


def curve_frame(model: FittedMMM, level: float, points: int = 40) -> pd.DataFrame:
    """channel, spend, mean, lower, upper: KPI per period at steady spend, with intervals."""
    curves = model.response_curves(points=points)
    frames = []
    for name in curves["channel"].values:
        own = curves.sel(channel=name)
        mean, lower, upper = interval(own.transpose("draw", "point").values, level)
        columns = {"spend": own["spend"].values, "mean": mean, "lower": lower, "upper": upper}
        frames.append(pd.DataFrame({"channel": str(name), **columns}))
    return pd.concat(frames, ignore_index=True)


def spend_marks(spend: pd.DataFrame, span: Range) -> pd.DataFrame:
    """channel, spend_now, spend_max: mean spend per period in the range, and the most of any period."""
    inside = spend.loc[span.start : span.end]
    now = inside.mean() if len(inside) else spend.mean() * 0
    frame = pd.DataFrame({"spend_now": now, "spend_max": spend.max()})
    return frame.rename_axis("channel").reset_index()
