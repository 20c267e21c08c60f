"""The choices above the results: model, dates, width of the intervals, with or without the year before."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from core.access import Membership, NotFound, Person
from core.charts.palette import channel_colours
from core.data.calendar import Granularity
from core.database import read_session
from core.mmm.fitted import FittedMMM
from core.mmm.model_info import ModelInfo
from core.mmm.results.summary import Range, wording_for
from core.mmm.store import models as store
from core.queue.job import JobStatus
from pages.shared.cached import fitted
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import empty_state
from pages.shared.model_view import ModelView
from pages.shared.progress import training_card
from pages.shared.screens import Screen, choose, chosen_id

LEVELS = (0.5, 0.8, 0.9, 0.95)
YEAR, HALF, QUARTER, ALL, CUSTOM = (
    "Last 12 months",
    "Last 6 months",
    "Last 3 months",
    "All data",
    "Other dates",
)
_MONTHS = {YEAR: 12, HALF: 6, QUARTER: 3}
_STATES = {
    JobStatus.QUEUED: "waiting",
    JobStatus.RUNNING: "training",
    JobStatus.FAILED: "failed",
    JobStatus.CANCELLED: "cancelled",
}


def known_models(person: Person, project: Membership) -> tuple[ModelInfo, ...]:
    """The project's models, newest first; without any, the way to the first one ends the run."""
    with read_session() as s:
        models = store.models(s, person, project.project_id)
        asked = chosen_id("model")
        if asked is not None and all(info.id != asked for info in models):
            models = (*models, *_beyond_the_list(s, person, project, asked))
    if not models:
        empty_state(
            "No model yet",
            "Results come from a trained model. Set one up on your data; training takes a minute or two.",
            icon=":material/monitoring:",
            button="Set up a model",
            screen=Screen.MODEL,
            key="results_no_model",
        )
        st.stop()
    return models


def _beyond_the_list(s: object, person: Person, project: Membership, model_id: int) -> tuple[ModelInfo, ...]:
    """An archived model that the address names, when it is of this project; else a word and nothing."""
    try:
        info = store.model(s, person, model_id)  # type: ignore[arg-type]
    except NotFound:
        info = None
    if info is None or info.project_id != project.project_id or info.deleted:
        st.warning("The model in the address is not part of this project, or it was deleted.")
        return ()
    return (info,)


def choose_model(models: tuple[ModelInfo, ...]) -> ModelInfo:
    """The model in the address, else the newest completed one, else the newest."""
    by_id = {info.id: info for info in models}
    ready = next((info.id for info in models if info.status == JobStatus.COMPLETED), models[0].id)
    asked = chosen_id("model")
    wanted = asked if asked in by_id else ready
    if st.session_state.get("results_model") not in by_id:
        st.session_state["results_model"] = wanted
    picked = st.selectbox(
        "Model",
        list(by_id),
        format_func=lambda number: model_title(by_id[number]),
        key="results_model",
        width=330,
    )
    choose("model", picked)
    return by_id[picked]


def model_title(info: ModelInfo) -> str:
    """A model in a list: name, day, and what is not as it should be."""
    state = _STATES.get(info.status, "not converged" if info.converged is False else "")
    parts = [day(info.created_at.date()), state, "archived" if info.archived else ""]
    return f"{info.name} ({', '.join(part for part in parts if part)})"


def stop_unless_ready(info: ModelInfo) -> None:
    """A model without results shows why there are none, and ends the run."""
    if info.status == JobStatus.COMPLETED:
        return
    if info.active:
        training_card(info, key="results_training")
    elif info.status == JobStatus.CANCELLED:
        st.info("The training of this model was cancelled, so there are no results.", icon=":material/block:")
    else:
        st.error(plain(info.message or "The training of this model failed."), icon=":material/error:")
        if info.error_reference:
            st.caption(f"Reference: {plain(info.error_reference)}")
    st.stop()


def choose_view(project: Membership, info: ModelInfo) -> ModelView:
    """The view after all choices; a range without any period says so and ends the run."""
    model = fitted(info)
    span = _choose_range(model)
    level = st.selectbox(
        "Intervals",
        LEVELS,
        index=LEVELS.index(0.9),
        format_func=lambda share: f"{share * 100:.0f} %",
        key="level",
        bind="query-params",
        width=110,
    )
    compare = st.toggle("Year before", value=True, key="yoy", bind="query-params")
    if not ((model.dates >= span.start) & (model.dates <= span.end)).any():
        st.warning(
            "No period of the data lies in this range. Choose other dates.", icon=":material/date_range:"
        )
        st.stop()
    config = model.config
    wording = wording_for(
        config, project.kpi_label, project.currency, channel_colours(config.channels), model.frequency.noun
    )
    return ModelView(project, info, model, wording, span, level, compare)


def _choose_range(model: FittedMMM) -> Range:
    first, last = model.dates[0], model.dates[-1]
    years = [str(year) for year in range(last.year, first.year - 1, -1)]
    long_enough = (last - first).days > 2 * 365
    options = [YEAR, HALF, QUARTER, *years, ALL, CUSTOM]
    name = st.selectbox(
        "Dates",
        options,
        index=options.index(YEAR if long_enough else ALL),
        key="range",
        bind="query-params",
        width=170,
    )
    if name == CUSTOM:
        low, high = first.date(), last.date()
        chosen = st.date_input(
            "From and to",
            value=(max(low, high - dt.timedelta(days=364)), high),
            min_value=low,
            max_value=high,
            key="dates",
            bind="query-params",
            width=230,
        )
        if not isinstance(chosen, tuple) or len(chosen) != 2:
            st.caption("Choose the second date, too.")
            st.stop()
        return Range(pd.Timestamp(chosen[0]), pd.Timestamp(chosen[1]))
    return range_of(name, model.dates, model.frequency)


def range_of(name: str, dates: pd.DatetimeIndex, frequency: Granularity) -> Range:
    """The range behind a name, inside the data: the last whole periods, a calendar year, or everything."""
    first, last = dates[0], dates[-1]
    if name in _MONTHS:
        count = round(frequency.periods_per_year * _MONTHS[name] / 12)
        return Range(dates[-min(count, len(dates))], last)
    if name.isdigit():
        return Range(max(first, pd.Timestamp(int(name), 1, 1)), min(last, pd.Timestamp(int(name), 12, 31)))
    return Range(first, last)
