"""A promotion's scenario, figures and verdict as columns."""

from __future__ import annotations

from typing import Any

from core.promo.scenarios.kpis import Kpi, PromoKpis
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.verdict import Verdict


def scenario_columns(scenario: PromoScenario) -> dict[str, Any]:
    """The columns of `promo_scenarios` that say what is planned."""
    return {
        "date_range_start": scenario.start,
        "date_range_end": scenario.end,
        "scenario_type": scenario.scenario_type.value,
        "mechanics": [line.to_json() for line in scenario.mechanics],
        "geo": scenario.geo,
        "legal_text": scenario.legal_text,
    }


def kpi_columns(kpis: PromoKpis) -> dict[str, Any]:
    """The columns of `scenario_kpis`: the documents' summary, and the whole answer in `details`."""
    whole = kpis.to_json()
    totals, deltas = kpis.totals, kpis.deltas
    return {
        "period_start": kpis.period_start,
        "period_end": kpis.period_end,
        "total_sales_value": totals[Kpi.SALES],
        "total_margin_value": totals[Kpi.MARGIN],
        "total_margin_pct": totals[Kpi.MARGIN_PCT],
        "total_ebit": totals[Kpi.EBIT],
        "total_units": round(totals[Kpi.UNITS]),
        "sales_value_delta": deltas[Kpi.SALES],
        "margin_value_delta": deltas[Kpi.MARGIN],
        "ebit_delta": deltas[Kpi.EBIT],
        "units_delta": round(deltas[Kpi.UNITS]),
        "kpi_breakdown": whole["breakdown"],
        "intervals": whole["intervals"],
        "details": whole,
        "model_version": kpis.model_version or None,
    }


def verdict_columns(verdict: Verdict) -> dict[str, Any]:
    """The columns of `validation_reports`."""
    whole = verdict.to_json()
    return {
        "status": whole["status"],
        "issues": whole["issues"],
        "overall_score": verdict.overall_score,
    }
