"""What stands between a set-up and its training: errors block, warnings are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.mmm.config import MMMConfig
from core.mmm.model.experiments import experiments_of
from core.mmm.model.structure import scales_of
from core.mmm.panel.checks import check
from core.mmm.panel.panel import read_panel
from core.mmm.problem import DatasetProblem, Problem
from pages.measure.model.state import SetUp
from pages.shared.escape import plain

OFTEN_AT_FAULT = ("lift_tests", "reach_frequency", "priors", "adstock", "saturation")


def configured(set_up: SetUp, frame: pd.DataFrame) -> tuple[MMMConfig | None, list[str]]:
    """The configuration, or None with every fault of the set-up."""
    try:
        return set_up.config(frame), []
    except UserError as problem:
        return None, list(problem.faults)


def as_far_as_possible(set_up: SetUp, frame: pd.DataFrame) -> MMMConfig | None:
    """The configuration without the adjustments that are at fault, so that they can be put right."""
    for without in ((), *((name,) for name in OFTEN_AT_FAULT), OFTEN_AT_FAULT):
        try:
            return set_up.config(frame, without)
        except UserError:
            continue
    return None


def checked(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> list[Problem]:
    """Every problem of the data under this configuration, looked for once per change."""
    text = config.to_json()
    key = f"checked:{set_up.dataset.id}"
    kept: tuple[str, list[Problem]] | None = st.session_state.get(key)
    if kept is None or kept[0] != text:
        kept = (text, check(frame, config))
        if not any(problem.blocks for problem in kept[1]):
            kept[1].extend(_lift_problems(frame, config))
        st.session_state[key] = kept
    return kept[1]


def _lift_problems(frame: pd.DataFrame, config: MMMConfig) -> list[Problem]:
    """What is wrong with the lift tests as seen from the data, such as a window outside of them."""
    if not config.lift_tests:
        return []
    panel = read_panel(frame, config)
    train = panel.periods - config.holdout
    try:
        experiments_of(panel, config, scales_of(panel, config, train), train)
    except DatasetProblem as fault:
        return list(fault.problems)
    return []


def show_checks(faults: Sequence[str], problems: Sequence[Problem]) -> None:
    """Faults and errors in the open; warnings folded away when there are many."""
    for fault in faults:
        st.error(plain(fault), icon=":material/error:")
    for problem in problems:
        if problem.blocks:
            st.error(plain(problem.message), icon=":material/error:")
    warnings = [problem for problem in problems if not problem.blocks]
    if warnings:
        _warnings(warnings)


def _warnings(warnings: Sequence[Problem]) -> None:
    words = "1 thing to know" if len(warnings) == 1 else f"{len(warnings)} things to know"
    with st.expander(f"{words} about these data", icon=":material/warning:"):
        for problem in warnings:
            st.markdown(f":orange[:material/warning:] {plain(problem.message)}")


def blocking(faults: Sequence[str], problems: Sequence[Problem]) -> str:
    """The first sentence that stands in the way of training, empty when nothing does."""
    sentences: list[Any] = [*faults, *(problem.message for problem in problems if problem.blocks)]
    return str(sentences[0]) if sentences else ""
