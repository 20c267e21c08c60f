"""How long to sample: a quick look, the standard, or thorough, with the time each is expected to take."""

from __future__ import annotations

import os
from collections.abc import Mapping as Plain
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.mmm.choices import Engine
from core.mmm.config import ConfigLimits, MMMConfig
from core.mmm.model_info import ModelInfo
from core.mmm.sampling.expected_time import PastTraining, Work, expected_seconds
from pages.measure.model.labels import duration_words
from pages.measure.model.option import advanced, marked
from pages.measure.model.state import STANDARD, SetUp

EFFORTS: dict[str, dict[str, int]] = {
    "Quick": {"draws": 300, "tune": 400, "chains": 2},
    "Standard": {"draws": 1000, "tune": 1000, "chains": 4},
    "Thorough": {"draws": 2000, "tune": 1500, "chains": 4},
}
OWN = "Own"
MEANING = (
    "Quick: a first look while you try things out. Standard: for results you show to others. "
    "Thorough: for decisions with a lot of money behind them. The times are those of earlier trainings in "
    "this project, scaled by data and steps; before the first, a usual rate."
)
ENGINE_WORDS = {Engine.KERNEL: "Compiled for this model (usual)", Engine.PYMC: "PyMC, the reference"}
ENGINE_HELP = (
    "Both sample the same model and give the same answer. PyMC takes longer, because it compiles the model "
    "at each training; use it to verify."
)
HOLDOUT_HELP = (
    "The model does not see them, and Results compares what it forecasts with what happened. 0 by default: "
    "every period teaches. About an eighth of the data makes a good test."
)
BOXES = (
    ("draws", "Draws kept per chain", 50, "1,000 settle 90 % intervals; more make their ends steadier."),
    (
        "tune",
        "Tuning steps per chain",
        50,
        "The sampler learns its steps in them; more cure divergences.",
    ),
    ("chains", "Chains", 1, "Independent runs. 4, so that disagreement shows."),
)


def past_trainings(models: Sequence[ModelInfo], rows: Plain[int, int]) -> list[PastTraining]:
    """The project's ended trainings whose data are known; `rows` holds the rows by data set version."""
    found = []
    for info in models:
        seconds = dict(info.results["run"].get("seconds") or {}) if info.results else {}
        channels = len(info.config.get("channel_columns", ())) + len(info.config.get("organic_columns", ()))
        engine = info.sampling.get("engine", Engine.KERNEL)
        if seconds and info.dataset_id in rows and engine == Engine.KERNEL:
            found.append(PastTraining(_work(info.sampling, rows[info.dataset_id] * channels), seconds))
    return found


def _work(sampling: Plain[str, Any], cells: int) -> Work:
    return Work(cells, int(sampling["draws"]) + int(sampling["tune"]), int(sampling["chains"]))


def cells_of(frame: pd.DataFrame, config: MMMConfig) -> int:
    """Periods x geos x channels that each step of the sampler has to go through."""
    rows = len(frame) if config.use_geo or not config.geo_column else frame[config.date_column].nunique()
    return rows * len(config.channels)


def choose_effort(set_up: SetUp, cells: int, past: Sequence[PastTraining]) -> None:
    """Quick, standard or thorough, with the time each takes."""
    present, cores = _name_of(set_up.sampling), len(os.sched_getaffinity(0))
    names = [*EFFORTS, *([OWN] if present == OWN else [])]
    works = {name: _work({**set_up.sampling, **EFFORTS.get(name, {})}, cells) for name in names}
    times = {name: duration_words(expected_seconds(work, past, cores)) for name, work in works.items()}
    chosen = st.segmented_control(
        "How thorough",
        names,
        default=present,
        required=True,
        format_func=lambda name: f"{name} · {times[name]}",
        help=MEANING,
        wrap=True,
        key=set_up.key(f"effort:{present == OWN}"),
    )
    if chosen in EFFORTS:
        set_up.sampling = {**set_up.sampling, **EFFORTS[chosen]}


def adjust_sampling(set_up: SetUp, periods: int) -> None:
    """Holdout; seed, engine and the sampler's own numbers folded away."""
    most = max(0, periods // 3)
    known, key = min(int(set_up.get("holdout", 0)), most), set_up.key("holdout")
    holdout = st.number_input(
        marked("Keep the last periods out, to test the model on them", st.session_state.get(key, known) != 0),
        0,
        most,
        known,
        help=HOLDOUT_HELP,
        key=key,
        width=420,
    )
    set_up.put("holdout", int(holdout), 0)
    with advanced("sampling") as place:
        if place.open:
            set_up.sampling = {**set_up.sampling, **_sampler_numbers(set_up), **_seed_and_engine(set_up)}


def sampling_adjusted(set_up: SetUp) -> bool:
    """Whether draws, tuning, chains, seed or engine are the person's own."""
    others = (set_up.sampling.get("seed"), set_up.sampling.get("engine", Engine.KERNEL))
    return _name_of(set_up.sampling) == OWN or others != (STANDARD["seed"], Engine.KERNEL)


def _seed_and_engine(set_up: SetUp) -> dict[str, Any]:
    held = Engine(set_up.sampling.get("engine", Engine.KERNEL))
    with st.grid(2, min_column_width=240):
        seed = st.number_input(
            "Seed: the same seed gives the same result",
            0,
            2**31 - 1,
            set_up.sampling["seed"],
            help="Another seed should change results only a little; if it changes them a lot, sample longer.",
            key=set_up.key("seed"),
        )
        options = list(ENGINE_WORDS)
        engine = st.selectbox(
            "Sampled by",
            options,
            index=options.index(held),
            format_func=ENGINE_WORDS.__getitem__,
            help=ENGINE_HELP,
            key=set_up.key("engine"),
        )
    # The usual engine is not written down, so that a set-up reads as it did before there was a choice.
    set_up.sampling = {name: value for name, value in set_up.sampling.items() if name != "engine"}
    return {"seed": int(seed)} | ({} if engine == Engine.KERNEL else {"engine": engine.value})


def _sampler_numbers(set_up: SetUp) -> dict[str, int]:
    """Draws, tuning steps and chains; another effort gives the boxes its own numbers to start from."""
    limits, effort = ConfigLimits(), _name_of(set_up.sampling)
    with st.grid(3, min_column_width=180):
        return {
            name: st.number_input(
                label,
                least,
                getattr(limits, name),
                set_up.sampling[name],
                help=help,
                key=set_up.key(f"{name}:{effort}"),
            )
            for name, label, least, help in BOXES
        }


def _name_of(sampling: dict[str, Any]) -> str:
    for name, numbers in EFFORTS.items():
        if all(sampling.get(field, STANDARD[field]) == value for field, value in numbers.items()):
            return name
    return OWN
