"""Reads that are worth keeping between runs: keyed by project and content, bounded."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.data import store as data_store
from core.data.dataset_info import DatasetInfo
from core.mmm.fitted import FittedMMM
from core.mmm.model_info import ModelInfo
from core.mmm.store import models as model_store


def dataset_frame(info: DatasetInfo) -> pd.DataFrame:
    """The table of this version of a data set; a copy of one's own."""
    return _frame(info.project_id, info.cache_key, info)


def fitted(info: ModelInfo) -> FittedMMM:
    """The trained model with its draws; shared by all sessions, so nobody changes it."""
    return _fitted(info.project_id, info.cache_key, info)


@st.cache_data(max_entries=24, show_spinner="Reading the data set")
def _frame(project_id: int, cache_key: str, _info: DatasetInfo) -> pd.DataFrame:
    return data_store.dataset_frame(_info)


@st.cache_resource(max_entries=6, show_spinner="Opening the model")
def _fitted(project_id: int, cache_key: str, _info: ModelInfo) -> FittedMMM:
    return model_store.fitted(_info)
