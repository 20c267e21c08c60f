"""The figures of a promotion as tables to take along, safe to open in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

import pandas as pd

from core.documents.tables import to_csv_bytes, to_xlsx_bytes
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.labels import type_name
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.verdict import Verdict
from pages.plan.shared_promo.kpis import BREAKDOWNS, FIGURES, NAMES
from pages.shared.layout import Download

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def downloads(scenario: PromoScenario, kpis: PromoKpis, verdict: Verdict) -> list[Download]:
    """The files of one promotion; each is made when it is asked for."""
    base = file_name(scenario.label)
    tables = partial(promo_tables, scenario, kpis, verdict)
    return [
        Download("Excel workbook", f"{base}.xlsx", XLSX, lambda: to_xlsx_bytes(tables()), ":material/table:"),
        Download("CSV of the figures", f"{base}.csv", "text/csv",
                 lambda: to_csv_bytes(figure_table(scenario, kpis)), ":material/table_view:"),
    ]  # fmt: skip


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
        "Figures": figure_table(scenario, kpis),
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


def figure_table(scenario: PromoScenario, kpis: PromoKpis) -> pd.DataFrame:
    """Each figure with and without the promotion, its change, and 90 % intervals."""
    rows = [
        {
            "Promotion": scenario.label, "Figure": NAMES[name],
            "With": kpis.totals[name], **_ends("With", kpis.intervals.get(name)),
            "Without": kpis.baseline[name], "Change": kpis.deltas[name],
            **_ends("Change", kpis.intervals.get(f"{name}_delta")),
        }
        for name in FIGURES
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _ends(name: str, interval: Iterable[float] | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {f"{name}, lower": low, f"{name}, upper": high}


def file_name(label: str) -> str:
    """The promotion's name as every system takes it for a file."""
    return re.sub(r"[^\w-]+", "-", label).strip("-_")[:60] or "promotion"
