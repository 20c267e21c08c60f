"""What stands between a set-up and its training: errors block, warnings are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.data import MappingProblem
from core.errors import UserError
from core.mmm.checks import check
from core.mmm.config import MMMConfig
from core.mmm.problem import Problem
from pages.parts.plain import plain
from pages.parts.setup_state import SetUp


def configured(set_up: SetUp, frame: pd.DataFrame) -> tuple[MMMConfig | None, list[str]]:
    """The configuration, or None with every fault of the set-up."""
    try:
        return set_up.config(frame), []
    except (MappingProblem, UserError) as problem:
        return None, list(problem.faults)


def checked(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> list[Problem]:
    """Every problem of the data under this configuration, looked for once per change."""
    text = config.to_json()
    key = f"checked:{set_up.dataset.id}"
    kept: tuple[str, list[Problem]] | None = st.session_state.get(key)
    if kept is None or kept[0] != text:
        kept = (text, check(frame, config))
        st.session_state[key] = kept
    return kept[1]


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
