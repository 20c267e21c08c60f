"""The uplift curve of a department, with the promotion's own lines marked on it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.charts.base import INK
from core.promo.charts import uplift_curves
from core.promo.days import ALL_GEOS
from core.promo.scenarios.kpis import LineKpis, PromoKpis
from pages.plan.shared_promo.cached import curves
from pages.plan.shared_promo.context import PromoContext
from pages.shared.layout import chart


def show_curve(kpis: PromoKpis, ground: PromoContext, key: str) -> None:
    """Folded: what each discount brings in one department, and where the lines stand."""
    box = st.expander("Uplift curve", icon=":material/show_chart:", key=f"{key}_curve_box", on_change="rerun")
    if not box.open:
        return
    with box:
        names = list(dict.fromkeys(line.department for line in kpis.lines))
        picked = str(st.selectbox("Department", names, key=f"{key}_curve_department", width=320))
        tables = [_of(table, picked, _geo(ground)) for table in curves(ground.info)]
        drawn = uplift_curves(*tables)
        drawn.add_trace(_lines([line for line in kpis.lines if line.department == picked]))
        chart(drawn, key=f"{key}_curve", height=320)
        st.caption(
            "Dots are past promotions with their own intervals; dotted beyond the deepest discount tried."
        )


def _geo(ground: PromoContext) -> str:
    """Curves are shown of the first geo where there are several."""
    return ALL_GEOS if len(ground.geos) == 1 else ground.geos[1]


def _of(table: pd.DataFrame, department: str, geo: str) -> pd.DataFrame:
    return table[(table["department"] == department) & (table["geo"] == geo)]


def _lines(lines: list[LineKpis]) -> go.Scatter:
    return go.Scatter(
        x=[line.discount_pct for line in lines], y=[line.uplift_pct for line in lines], mode="markers",
        name="This promotion", marker={"color": INK, "size": 11, "symbol": "diamond"},
        hovertemplate="%{x:g} % off: %{y:+.0f} %<extra>This promotion</extra>",
    )  # fmt: skip
