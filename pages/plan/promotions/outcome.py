"""Line by line: what each adds, how much its discount lifts, and the curve behind that."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.charts.base import INK
from core.charts.formats import Wording
from core.promo.charts import uplift_curves
from core.promo.days import ALL_GEOS
from core.promo.scenarios.kpis import LineKpis, PromoKpis
from core.promo.scenarios.labels import listed, pct, signed_money
from pages.plan.shared_promo.context import PromoContext, curves
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import chart

POOLED = "pooled"
EVIDENCE_HELP = (
    "Pooled: this department has no promotion of its own in this sales channel yet, so the mean of all "
    "stands in. Untried: no discount as deep was ever given there."
)


def show_curve(kpis: PromoKpis, context: PromoContext, key: str) -> None:
    """Folded: what each discount brings in one department, and where the lines stand."""
    box = st.expander("Uplift curve", icon=":material/show_chart:", key=f"{key}_curve_box", on_change="rerun")
    if not box.open:
        return
    with box:
        names = list(dict.fromkeys(line.department for line in kpis.lines))
        picked = str(st.selectbox("Department", names, key=f"{key}_curve_department", width=320))
        tables = [
            table[
                (table["department"] == picked)
                & (table["geo"] == (ALL_GEOS if len(context.geos) == 1 else context.geos[1]))
            ]
            for table in curves(context.info)
        ]
        drawn = uplift_curves(*tables)
        lines = [line for line in kpis.lines if line.department == picked]
        drawn.add_trace(
            go.Scatter(
                x=[line.discount_pct for line in lines],
                y=[line.uplift_pct for line in lines],
                mode="markers",
                name="This promotion",
                marker={"color": INK, "size": 11, "symbol": "diamond"},
                hovertemplate="%{x:g} % off: %{y:+.0f} %<extra>This promotion</extra>",
            )
        )
        chart(drawn, key=f"{key}_curve", height=320)
        st.caption(
            "Dots are past promotions with their own intervals; dotted beyond the deepest discount tried."
        )


def show_side_effects(kpis: PromoKpis, wording: Wording) -> None:
    """Two cards: other departments, and the two weeks behind the promotion."""
    with st.grid(2, min_column_width=320):
        with st.container(border=True, height="stretch", gap="xsmall"):
            st.markdown("**Taken from other departments**")
            for words in [
                f"{name}: {signed_money(-row['sales_value'], wording)}, {pct(-row['share_pct'])} "
                f"of its sales (90 %: {signed_money(-row['upper'], wording)} to "
                f"{signed_money(-row['lower'], wording)})"
                for name, row in kpis.cannibalised.items()
                if row["lower"] > 0
            ] or ["Nothing measurable; it is in the totals either way."]:
                st.markdown(plain(words))
        with st.container(border=True, height="stretch", gap="xsmall"):
            st.markdown("**The two weeks behind it**")
            after = kpis.dip
            first, last = (dt.date.fromisoformat(after[name]) for name in ("first_on", "last_on"))
            lower, upper = after["sales_value_lower"], after["sales_value_upper"]
            st.markdown(
                plain(
                    f"{signed_money(after['sales_value'], wording)} in the promoted departments, "
                    f"{pct(100 * after['share'])} of what they usually sell "
                    f"(90 %: {signed_money(lower, wording)} to {signed_money(upper, wording)}), "
                    f"{day(first)} to {day(last)}."
                )
            )
            st.caption("Comes on top: it is in none of the figures above.")


def show_lines(kpis: PromoKpis, context: PromoContext, key: str) -> None:
    """The table of lines, and the uplift curve of a department."""
    with st.container(border=True, key=f"{key}_by_line"):
        st.markdown("**Line by line**")
        st.dataframe(
            pd.DataFrame([_row(line, context) for line in kpis.lines]),
            hide_index=True,
            key=f"{key}_lines_table",
            height=38 + 35 * min(len(kpis.lines), 12),
            column_config={"Evidence": st.column_config.TextColumn(help=EVIDENCE_HELP)},
            alt="Each line: discount, uplift with its interval, change of sales and margin",
        )
        show_curve(kpis, context, key)


def _row(line: LineKpis, context: PromoContext) -> dict[str, str]:
    wording = context.wording
    return {
        "Line": f"{line.department}, {line.channel}",
        "Discount": f"{line.discount_pct:g} %",
        "For": listed(line.segments) if line.share < 1 else "everybody",
        "Sales without": wording.money(line.baseline_sales_value),
        "Uplift": f"{line.uplift_pct:+.0f} % ({line.uplift_lower_pct:.0f} to {line.uplift_upper_pct:.0f})",
        "± Sales": signed_money(line.sales_value_delta, wording),
        "± Margin": signed_money(line.margin_value_delta, wording),
        "Margin %": f"{pct(line.margin_pct)} (without {pct(line.baseline_margin_pct)})",
        "Evidence": evidence(line),
    }


def evidence(line: LineKpis) -> str:
    """What the uplift of a line stands on, in a word or two."""
    words = [POOLED] if line.pooled else ["own promotions"]
    if line.untried:
        words.append(f"untried, deepest {line.deepest_pct:g} %")
    return ", ".join(words)
