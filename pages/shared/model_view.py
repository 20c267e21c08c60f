"""What a results screen looks at: one model, a range of dates, an interval level; and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.access import Membership
from core.charts.formats import Wording
from core.mmm.fitted import FittedMMM
from core.mmm.model_info import ModelInfo
from core.mmm.results import summary
from core.mmm.results.summary import Range, ResultSummary, Timelines, cut, moved_by_a_year, spend_marks


@dataclass(frozen=True)
class ModelView:
    """The choices above a results screen; `compare` asks for the year before beside each figure."""

    project: Membership
    info: ModelInfo
    model: FittedMMM
    wording: Wording
    span: Range
    level: float
    compare: bool

    @cached_property
    def key(self) -> tuple[int, str, str]:
        """What every kept answer about this model depends on: project, fit, words."""
        return self.project.project_id, self.info.cache_key, repr(self.wording)

    @cached_property
    def days(self) -> tuple[str, str]:
        """Both ends of the range as text."""
        return str(self.span.start.date()), str(self.span.end.date())

    @cached_property
    def summary(self) -> ResultSummary:
        """What the range says."""
        return _summary(*self.key, self.level, *self.days, self.model, self.wording)

    @cached_property
    def lines(self) -> Timelines:
        """Lines over the whole data."""
        return _lines(*self.key[:2], self.level, self.model)

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Response curves with intervals."""
        return _curves(*self.key[:2], self.level, self.model)

    @cached_property
    def carry_over(self) -> pd.DataFrame:
        """Carry-over weights with intervals."""
        return _carry_over(*self.key[:2], self.level, self.model)

    @cached_property
    def geos(self) -> pd.DataFrame:
        """The channel summary by geography."""
        return _geos(*self.key[:2], self.level, *self.days, self.model)

    @cached_property
    def marks(self) -> pd.DataFrame:
        """Mean spend of the range and the most ever spent, by channel."""
        return spend_marks(self.lines.spend, self.span)

    @property
    def holdout_start(self) -> pd.Timestamp | None:
        """The first period that training did not see, when it lies in the range."""
        held = self.model.config.holdout
        if not held or self.model.dates[-held] > self.span.end:
            return None
        return max(self.model.dates[-held], self.span.start)

    def cut(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of a dated frame inside the range."""
        return cut(frame, self.span)

    def figure(self, name: str, make: Callable[[], go.Figure]) -> go.Figure:
        """The figure of this view under a name that tells all its own choices; made once, then kept.

        Whoever gets it draws it as it is: it is shared by all who look at the same range.
        """
        return _figure(*self.key, self.level, *self.days, self.compare, name, make)

    def before(self, frame: pd.DataFrame) -> pd.DataFrame | None:
        """The rows of the year before, moved onto the range; None when not asked for or not there."""
        if not self.compare or self.summary.before is None:
            return None
        return moved_by_a_year(frame, self.model.frequency, self.span)


@st.cache_resource(max_entries=200, show_spinner="Reading the model")
def _summary(
    project_id: int,
    fit: str,
    words: str,
    level: float,
    start: str,
    end: str,
    _model: FittedMMM,
    _wording: Wording,
) -> ResultSummary:
    return summary.summarise_results(_model, _wording, level, Range(pd.Timestamp(start), pd.Timestamp(end)))


@st.cache_resource(max_entries=60, show_spinner="Reading the model")
def _lines(project_id: int, fit: str, level: float, _model: FittedMMM) -> Timelines:
    return summary.timelines(_model, level)


@st.cache_resource(max_entries=60, show_spinner=False)
def _curves(project_id: int, fit: str, level: float, _model: FittedMMM) -> pd.DataFrame:
    return summary.curve_frame(_model, level)


@st.cache_resource(max_entries=60, show_spinner=False)
def _carry_over(project_id: int, fit: str, level: float, _model: FittedMMM) -> pd.DataFrame:
    return _model.carry_over(level=level)


@st.cache_resource(max_entries=60, show_spinner="Reading the geographies")
def _geos(project_id: int, fit: str, level: float, start: str, end: str, _model: FittedMMM) -> pd.DataFrame:
    return _model.geo_summary(level, start, end)


@st.cache_resource(max_entries=300, show_spinner=False)
def _figure(
    project_id: int,
    fit: str,
    words: str,
    level: float,
    start: str,
    end: str,
    compare: bool,
    name: str,
    _make: Callable[[], go.Figure],
) -> go.Figure:
    return _make()
