"""The attitude to risk: what counts when a plan is chosen, in plain words."""

from __future__ import annotations

import streamlit as st

from core.mmm.planning.budget_inputs import BudgetInputs, RiskView

RISKS = {
    RiskView.MEAN: "Expected outcome",
    RiskView.QUANTILE: "Cautious",
    RiskView.CVAR: "Guard against the worst",
    RiskView.PROBABILITY: "Most likely an improvement",
}
RISK_HELP = {
    RiskView.MEAN: "Counts the average of everything the data leave possible. Right if you can bear a miss.",
    RiskView.QUANTILE: "Counts the outcome that is missed only in the share of cases set here.",
    RiskView.CVAR: "Counts the average of the worst cases; such plans spread money more evenly.",
    RiskView.PROBABILITY: "Counts the chance to beat the split it is compared with, not by how much.",
}


def ask_risk(inputs: BudgetInputs, prefix: str) -> tuple[RiskView, float]:
    """(what counts, the share of worst cases it looks at)."""
    views = list(RISKS)
    risk = st.radio(
        "What shall count",
        views,
        views.index(inputs.risk),
        format_func=RISKS.__getitem__,
        captions=[RISK_HELP[view] for view in views],
        key=f"{prefix}_risk",
    )
    share = inputs.risk_share
    if risk in (RiskView.QUANTILE, RiskView.CVAR):
        key = f"{prefix}_risk_share"
        share = st.slider("Share of worst cases (%)", 1, 50, round(100 * share), key=key) / 100
    return RiskView(risk), share
