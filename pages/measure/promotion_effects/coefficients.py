"""The tab of coefficients: the table `uplift_coefficients` of the chosen version."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.access import Person
from core.database import session
from core.promo.store import models
from core.promo.store.models import PromoModelInfo
from pages.measure.promotion_effects.view import EffectsView

COLUMNS = {
    "department": "Department",
    "channel": "Sales channel",
    "discount_band": "Discount, %",
    "uplift_sales_pct": "Uplift of sales",
    "uplift_units_pct": "Uplift of units",
    "margin_impact_pct": "Margin impact, points",
    "confidence": "Confidence",
    "sample_size": "Promo days",
    "model_version": "Version",
}


def coefficients_of(person: Person, project_id: int, info: PromoModelInfo) -> pd.DataFrame:
    """The rows of `uplift_coefficients` of one version."""
    with session() as s:
        return models.coefficients(s, person, project_id, version=info.version)


def show_coefficients(view: EffectsView, person: Person) -> None:
    """By cell and band of discounts; bands without a promotion of their own are marked as pooled."""
    table = coefficients_of(person, view.project.project_id, view.info)
    names = sorted(table["department"].unique())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect("Departments", names, key="coefficient_departments", placeholder="All")
        own = st.toggle("Only where promotions ran", key="coefficient_own")
    shown = table[table["department"].isin(chosen or names)]
    shown = shown[shown["sample_size"] > 0] if own else shown
    st.dataframe(
        shown[list(COLUMNS)].rename(columns=COLUMNS),
        hide_index=True,
        column_config=_formats(),
        alt="Uplift, margin impact and confidence by department, sales channel and band of discounts",
    )
    st.caption(
        "Confidence: the probability that a promotion of this band raises sales (or lowers them, where the "
        "uplift is negative). Without promo days of its own a band shows what the curve of all cells says."
    )


def _formats() -> dict[str, object]:
    percent = st.column_config.NumberColumn(format="%+.1f %%")
    return {
        "Uplift of sales": percent,
        "Uplift of units": percent,
        "Margin impact, points": st.column_config.NumberColumn(format="%+.1f"),
        "Confidence": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
    }
