"""Drafts made beside the screens: one at a time, once for all who ask for the same, given up if outdated."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.data.dataset_info import DatasetInfo
from core.mmm import fit_quick
from core.mmm.config import MMMConfig
from core.mmm.fitted import FittedMMM
from core.mmm.model.structure import Structure
from core.mmm.quick_fit.answer import QuickFitResult, answer_of
from core.mmm.quick_fit.model import quick_fit_of

# One thread: a draft keeps one core busy for its second, and the other screens need the rest.
_WORKER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="draft")
LONGEST = 12.0  # seconds a screen waits for a draft: a machine may be busy, or still compile
_BEAT = 0.1  # seconds between two looks at whether a newer change has come


@dataclass
class _Known:
    """The structure of the latest draft on one table, so that the next need not read it again."""

    structure: Structure | None = None


def drafted(info: DatasetInfo, frame: pd.DataFrame, config: MMMConfig) -> QuickFitResult | None:
    """The draft of a set-up, kept by its data and configuration; None where it is not ready after a while.

    Raises DatasetProblem and UserError as `fit_quick` does. While it waits, a newer change of the form ends
    the run; the draft is then not begun, unless it is under way already.
    """
    key = (info.project_id, info.cache_key, config.to_json())
    while True:
        asked = _asked(*key, frame)
        try:
            _wait(asked)
        except BaseException:
            if asked.cancel():
                _asked.clear(*key, frame)
            raise
        if not asked.done():
            return None
        if not asked.cancelled():
            return asked.result()
        # Another browser had asked for the same and gave up.
        _asked.clear(*key, frame)


def draft_of_model(project_id: int, cache_key: str, model: FittedMMM) -> QuickFitResult:
    """The draft that a trained model's set-up would have had, on the data it was trained on."""
    return _looked_back(project_id, cache_key, model)


def _wait(asked: Future[QuickFitResult]) -> None:
    """Until it is done, or has taken too long; each beat tells the screen, which is where Streamlit lets a
    newer run take over."""
    begun = time.monotonic()
    if asked.done():
        return
    with st.empty():
        while not asked.done() and time.monotonic() - begun < LONGEST:
            st.caption(":material/hourglass_top: The draft is being made …")
            wait([asked], timeout=_BEAT)
        st.empty()


@st.cache_resource(max_entries=64, show_spinner=False)
def _asked(project_id: int, cache_key: str, config: str, _frame: pd.DataFrame) -> Future[QuickFitResult]:
    return _WORKER.submit(_answer, _known(project_id, cache_key), config, _frame)


@st.cache_resource(max_entries=8, show_spinner=False)
def _known(project_id: int, cache_key: str) -> _Known:
    return _Known()


def _answer(known: _Known, config: str, frame: pd.DataFrame) -> QuickFitResult:
    draft = fit_quick(frame, MMMConfig.from_json(config), known=known.structure)
    known.structure = draft.structure
    return answer_of(draft)


@st.cache_resource(max_entries=24, show_spinner="Making the draft")
def _looked_back(project_id: int, cache_key: str, _model: FittedMMM) -> QuickFitResult:
    return _WORKER.submit(lambda: answer_of(quick_fit_of(_model.structure))).result()
