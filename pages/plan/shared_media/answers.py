"""What plans are computed from, kept between runs: the basis, its forecast, its curves; keyed by the fit."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.mmm import FittedMMM
from core.mmm.model_info import ModelInfo
from core.mmm.planning.basis import PlanBasis, horizon_curves, read_basis
from core.mmm.planning.whatif import SpendForecast, forecast_recent
from pages.shared.cached import fitted


def trained(info: ModelInfo) -> FittedMMM:
    """The trained model with its draws, loaded once."""
    return fitted(info)


def plan_basis(info: ModelInfo, periods: int | None = None) -> PlanBasis:
    """The basis of a plan over `periods` periods, about a quarter when not given."""
    return _basis(info.project_id, info.cache_key, periods, info)


def spend_forecast(info: ModelInfo, basis: PlanBasis) -> SpendForecast:
    """The forecast at recent spend, which every scenario of the same horizon is compared with."""
    return _forecast(info.project_id, info.cache_key, basis.periods, info, basis)


def plan_curves(info: ModelInfo, basis: PlanBasis, level: float) -> pd.DataFrame:
    """Response of each channel over the horizon, with its interval."""
    return _curves(info.project_id, info.cache_key, basis.periods, level, info, basis)


@st.cache_resource(max_entries=64, show_spinner="Reading recent spend")
def _basis(project_id: int, cache_key: str, periods: int | None, _info: ModelInfo) -> PlanBasis:
    return read_basis(fitted(_info), periods)


@st.cache_resource(max_entries=32, show_spinner="Forecasting at recent spend")
def _forecast(
    project_id: int, cache_key: str, periods: int, _info: ModelInfo, _basis: PlanBasis
) -> SpendForecast:
    return forecast_recent(fitted(_info), _basis)


@st.cache_data(max_entries=32, show_spinner="Drawing the curves")
def _curves(
    project_id: int, cache_key: str, periods: int, level: float, _info: ModelInfo, _basis: PlanBasis
) -> pd.DataFrame:
    return horizon_curves(fitted(_info), _basis, level)
