"""The KPIs of a promotion as tables for a workbook or CSV file."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.labels import BREAKDOWNS, KPI_NAMES, KPIS, type_name
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.verdict import Verdict

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def promo_tables(scenario: PromoScenario, kpis: PromoKpis, verdict: Verdict) -> dict[str, pd.DataFrame]:
    """One sheet a subject: the promotion, figures, lines, breakdowns, verdict."""
    issues = [
        {"Severity": issue.severity.value, "Type": issue.type.value, "Message": issue.message,
         "Suggested fix": issue.suggested_fix, "Department": issue.affected_department}
        for issue in verdict.issues
    ]  # fmt: skip
    lines = pd.DataFrame([{**vars(line), "segments": ", ".join(line.segments)} for line in kpis.lines])
    return {
        "Promotion": about(scenario, kpis, verdict),
        "Figures": kpi_table(scenario, kpis),
        "Lines": lines,
        **{
            f"By {name.lower()}": pd.DataFrame(kpis.breakdown.get(kind, ()))
            for kind, name in BREAKDOWNS.items()
        },
        "Verdict": pd.DataFrame(
            issues, columns=["Severity", "Type", "Message", "Suggested fix", "Department"]
        ),
    }


def about(scenario: PromoScenario, kpis: PromoKpis, verdict: Verdict) -> pd.DataFrame:
    """What the promotion is, in two columns."""
    facts = {
        "Promotion": scenario.label,
        "First day": scenario.start.isoformat(),
        "Last day": scenario.end.isoformat(),
        "Type": type_name(scenario.scenario_type),
        "Geo": scenario.geo,
        "Legal text": scenario.legal_text or "",
        "Verdict": verdict.status.value,
        "Score": str(verdict.overall_score),
        "Learned model": kpis.model_version,
        "Intervals": "90 %",
        **{f"Note {number}": note for number, note in enumerate(kpis.notes, start=1)},
    }
    return pd.DataFrame(facts.items(), columns=["What", "Value"])


def kpi_table(scenario: PromoScenario, kpis: PromoKpis) -> pd.DataFrame:
    """Each figure with and without the promotion, its change, and 90 % intervals."""
    rows = [
        {
            "Promotion": scenario.label, "Figure": KPI_NAMES[name],
            "With": kpis.totals[name], **_ends("With", kpis.intervals.get(name)),
            "Without": kpis.baseline[name], "Change": kpis.deltas[name],
            **_ends("Change", kpis.intervals.get(f"{name}_delta")),
        }
        for name in KPIS
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _ends(name: str, interval: Iterable[float] | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {f"{name}, lower": low, f"{name}, upper": high}


def file_name(label: str) -> str:
    """The promotion's name as every system takes it for a file."""
    return re.sub(r"[^\w-]+", "-", label).strip("-_")[:60] or "promotion"
