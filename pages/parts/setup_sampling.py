"""How long to sample: a quick draft, the standard, or thorough, with the time each is expected to take."""

from __future__ import annotations

from collections.abc import Mapping as Plain

import pandas as pd
import streamlit as st

from core.mmm.config import Limits, MMMConfig
from core.mmm.model_info import ModelInfo
from pages.parts.setup_state import STANDARD, SetUp
from pages.parts.setup_words import duration_words

EFFORTS: dict[str, dict[str, int]] = {
    "Draft": {"draws": 300, "tune": 400, "chains": 2},
    "Standard": {"draws": 1000, "tune": 1000, "chains": 4},
    "Thorough": {"draws": 2000, "tune": 1500, "chains": 4},
}
OWN = "Own"
MEANING = (
    "Draft: a first look while you try things out. Standard: for results you show to others. "
    "Thorough: for decisions with a lot of money behind them."
)
FIXED_SECONDS = 6.0  # getting ready, compiling, writing the results
SECONDS_PER_STEP_AND_CELL = 1e-6  # one step of one chain on one (period, channel) cell, two cores
SAMPLED = ("tune", "sample")  # the stages that take longer with more steps


def expected_seconds(sampling: Plain[str, int], cells: int, past: ModelInfo | None) -> float:
    """Seconds a training takes for `cells` = periods x geos x channels.

    Where a training of this data set has ended, its own stages tell: those of the sampler are scaled by the
    steps; else a measured rate does.
    """
    took = dict(past.results["run"].get("seconds", {})) if past and past.results else {}
    if not took or past is None:
        return FIXED_SECONDS + SECONDS_PER_STEP_AND_CELL * _steps(sampling) * cells
    sampled = sum(took.pop(stage, 0.0) for stage in SAMPLED)
    return sum(took.values()) + sampled * _steps(sampling) / _steps(past.sampling)


def _steps(sampling: Plain[str, int]) -> int:
    return (sampling["draws"] + sampling["tune"]) * sampling["chains"]


def cells_of(frame: pd.DataFrame, config: MMMConfig) -> int:
    """Periods x geos x channels that each step of the sampler has to go through."""
    rows = len(frame) if config.use_geo or not config.geo_column else frame[config.date_column].nunique()
    return rows * len(config.channels)


def choose_effort(set_up: SetUp, cells: int, past: ModelInfo | None) -> None:
    """Draft, standard or thorough, with the time each takes."""
    present = _name_of(set_up.sampling)
    names = [*EFFORTS, *([OWN] if present == OWN else [])]
    times = {
        name: duration_words(expected_seconds({**set_up.sampling, **EFFORTS.get(name, {})}, cells, past))
        for name in names
    }
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
    """Holdout, seed, and the sampler's own numbers."""
    most = max(0, periods // 3)
    known = min(int(set_up.get("holdout", 0)), most)
    with st.grid(2, min_column_width=240):
        label = "Keep the last periods out, to test the model on them"
        holdout = st.number_input(label, 0, most, known, key=set_up.key("holdout"))
        label = "Seed: the same seed gives the same result"
        seed = st.number_input(label, 0, 2**31 - 1, set_up.sampling["seed"], key=set_up.key("seed"))
        numbers = _sampler_numbers(set_up)
    set_up.put("holdout", int(holdout), 0)
    set_up.sampling = {**set_up.sampling, **numbers, "seed": int(seed)}


def _sampler_numbers(set_up: SetUp) -> dict[str, int]:
    """Draws, tuning steps and chains; another effort gives the boxes its own numbers to start from."""
    limits, effort = Limits(), _name_of(set_up.sampling)
    boxes = (
        ("draws", "Draws kept per chain", 50, limits.draws),
        ("tune", "Tuning steps per chain", 50, limits.tune),
        ("chains", "Chains", 1, limits.chains),
    )
    return {
        name: st.number_input(label, least, most, set_up.sampling[name], key=set_up.key(f"{name}:{effort}"))
        for name, label, least, most in boxes
    }


def _name_of(sampling: dict[str, int]) -> str:
    for name, numbers in EFFORTS.items():
        if all(sampling.get(field, STANDARD[field]) == value for field, value in numbers.items()):
            return name
    return OWN
