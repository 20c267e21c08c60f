"""Line by line: what each adds, how much its discount lifts, and the curve behind that."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.promo.scenarios.kpis import LineKpis, PromoKpis
from core.promo.scenarios.labels import listed, pct, signed_money
from pages.plan.promotions.curve import show_curve
from pages.plan.shared_promo.context import PromoContext

POOLED = "pooled"
EVIDENCE_HELP = (
    "Pooled: this department has no promotion of its own in this sales channel yet, so the mean of all "
    "stands in. Untried: no discount as deep was ever given there."
)


def show_lines(kpis: PromoKpis, ground: PromoContext, key: str) -> None:
    """The table of lines, and the uplift curve of a department."""
    with st.container(border=True, key=f"{key}_by_line"):
        st.markdown("**Line by line**")
        st.dataframe(
            pd.DataFrame([_row(line, ground) for line in kpis.lines]),
            hide_index=True,
            key=f"{key}_lines_table",
            height=38 + 35 * min(len(kpis.lines), 12),
            column_config={"Evidence": st.column_config.TextColumn(help=EVIDENCE_HELP)},
            alt="Each line: discount, uplift with its interval, change of sales and margin",
        )
        show_curve(kpis, ground, key)


def _row(line: LineKpis, ground: PromoContext) -> dict[str, str]:
    wording = ground.wording
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
