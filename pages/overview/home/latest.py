"""What the newest trained model says about the last year: figures, sentences and two charts."""

from __future__ import annotations

import streamlit as st

from core.access import Membership
from core.charts.palette import channel_colours
from core.errors import UserError
from core.mmm import charts
from core.mmm.model_info import ModelInfo
from core.mmm.results.summary import wording_for
from pages.measure.results.summary import show_figures, show_insights
from pages.shared.actions import show_faults
from pages.shared.cached import fitted
from pages.shared.escape import plain
from pages.shared.layout import card, chart, section
from pages.shared.model_choice import ALL, YEAR, range_of
from pages.shared.model_view import ModelView

LEVEL = 0.9
TWO_YEARS = 2 * 365


def show_latest(info: ModelInfo, project: Membership) -> None:
    """Findings, figures and charts of a completed model; says so when its files can't be read."""
    try:
        view = _view(info, project)
    except UserError as error:
        show_faults(error)
        return
    start, end = (day.date() for day in (view.span.start, view.span.end))
    section(
        f"What media did, {start.day} {start:%b %Y} to {end.day} {end:%b %Y}",
        f"By the model “{info.name}”. Everything is incremental: caused by media, not merely beside it.",
    )
    show_figures(view)
    show_insights(view)
    with st.grid(2, min_column_width=340):
        with card():
            st.markdown(f"**{plain(view.wording.return_name)} by channel**")
            chart(charts.roas(view.summary.channels, view.wording, LEVEL), key="home_returns")
        with card():
            st.markdown("**Share of spend, share of effect**")
            chart(charts.spend_and_effect(view.summary.channels, view.wording, LEVEL), key="home_shares")


def _view(info: ModelInfo, project: Membership) -> ModelView:
    """The last twelve months where there is a year before to compare with, else all data."""
    model = fitted(info)
    config, first, last = model.config, model.dates[0], model.dates[-1]
    name = YEAR if (last - first).days > TWO_YEARS else ALL
    span = range_of(name, model.dates, model.frequency)
    colours = channel_colours(config.channels)
    words = wording_for(config, project.kpi_label, project.currency, colours, model.frequency.noun)
    return ModelView(project, info, model, words, span, LEVEL, compare=True)
