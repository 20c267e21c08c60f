"""A plan to take along as tables: a workbook that can be read back, and the schedule as CSV."""

from __future__ import annotations

from typing import Any

import pandas as pd

from core.charts.formats import Wording
from core.documents.tables import to_csv_bytes, to_xlsx_bytes
from core.mmm.planning.answers import WhatIfAnswer
from core.mmm.planning.compare import PlanComparison
from core.mmm.planning.report import PlanReport
from core.mmm.planning.schedule import SHEET
from core.mmm.planning.why import Why
from core.mmm.results.evidence import Estimate


def plan_csv(report: PlanReport) -> bytes:
    """The money by date, geo and channel, one row each (long form): it can be read back as a scenario."""
    return to_csv_bytes(report.schedule.long(report.wording))


def plan_xlsx(report: PlanReport) -> bytes:
    """The workbook: the schedule to change and read back, then what was asked, answered, assumed and why."""
    sheets = {
        SHEET: report.schedule.wide(report.wording),
        "Summary": summary_table(report),
        "Channels": channel_table(report),
        "Limits": limit_table(report.why, report.wording),
        "Why": why_table(report.why),
        "Draws": report.why.draws.reset_index(),
        "Assumptions": pd.DataFrame({"What the figures take for granted": list(report.assumptions)}),
        "Method": pd.DataFrame({"How this was computed": list(report.method)}),
    }
    if isinstance(report.answer, WhatIfAnswer):
        sheets["Forecast"] = forecast_table(report.answer, report.wording)
    return to_xlsx_bytes({name: sheet for name, sheet in sheets.items() if not sheet.empty})


def comparison_csv(comparison: PlanComparison, wording: Wording) -> bytes:
    """Plans side by side as CSV."""
    return to_csv_bytes(comparison_table(comparison, wording))


def channel_table(report: PlanReport) -> pd.DataFrame:
    """One row per channel and a total: money, caused KPI with its interval, incremental ROAS."""
    wording, channels = report.wording, report.answer.channels
    kpi, money = wording.kpi_label, wording.currency
    columns = {"recent_value": "Recent spend", "before_value": report.before, "after_value": report.after}
    rows = []
    for outcome in channels:
        row: dict[str, Any] = {"Channel": wording.label(outcome.channel)}
        row |= {f"{name} ({money})": getattr(outcome, field) for field, name in columns.items()}
        row[f"Change ({money})"] = round(outcome.change_value, 2)
        row |= _spread(f"{kpi} before", outcome.kpi_before) | _spread(f"{kpi} planned", outcome.kpi_after)
        row |= _spread("Incremental ROAS", outcome.roas_after) | _spread("Next ROAS", outcome.next_roas)
        row["Beyond spend ever seen"] = "yes" if outcome.beyond_seen else "no"
        rows.append(row)
    total: dict[str, Any] = {"Channel": "Total"}
    for name in (*(f"{name} ({money})" for name in columns.values()), f"Change ({money})"):
        total[name] = round(sum(row[name] for row in rows), 2)
    return pd.DataFrame([*rows, total])


def summary_table(report: PlanReport) -> pd.DataFrame:
    """Facts about the plan, then its totals with intervals, one a row."""
    answer, kpi = report.answer, report.wording.kpi_label
    rows: list[dict[str, Any]] = [{"What": name, "Value": text} for name, text in report.facts()]
    rows.append({"What": f"Budget ({report.wording.currency})", "Value": answer.total_value})
    for name, estimate in (
        (f"Caused {kpi} in the horizon", answer.kpi),
        (f"Caused {kpi} after the horizon", answer.kpi_after),
        (f"{kpi} against {report.before.lower()}", answer.difference),
        ("Incremental ROAS", answer.roas),
    ):
        if estimate is not None:
            rows.append(
                {"What": name, "Value": estimate.mean, "Lower": estimate.lower, "Upper": estimate.upper}
            )
    rows.append({"What": "Probability of being better", "Value": answer.probability_better})
    rows.append({"What": "Level of the intervals", "Value": report.level})
    return pd.DataFrame(rows, columns=["What", "Value", "Lower", "Upper"], dtype=object)


def limit_table(why: Why, wording: Wording) -> pd.DataFrame:
    """One row a limit in force, with what one more unit of it would bring where it holds the plan back."""
    rows = [
        {
            "Limit": limit.name,
            "Least": limit.least,
            "Most": limit.most,
            "Unit": "share of the total" if limit.of_total else wording.currency,
            f"{wording.kpi_label} of one more unit": limit.price,
            "Note": limit.note,
        }
        for limit in why.limits
    ]
    return pd.DataFrame(rows)


def why_table(why: Why) -> pd.DataFrame:
    """Every figure with its formula and the numbers that make it up, then what all of them stand on."""
    rows: list[tuple[object, ...]] = []
    for reason in why.reasons:
        rows.append((reason.name, reason.sentence, None))
        rows += [(reason.name, part, number) for part, number in reason.parts]
    origin = why.origin
    facts: list[tuple[str, object]] = [
        ("Draws used", why.count),
        ("Draws of the model", origin.draws),
        ("Seed", why.seed),
        ("Level of the intervals", why.level),
        ("Model", origin.model_words),
        ("Trained at", origin.trained_at),
        ("Converged", "yes" if origin.converged else "no"),
        ("Data", origin.data_words),
        ("Checksum of the model’s files", origin.checksum),
        *((f"Set-up: {name}", str(value)) for name, value in origin.config.items() if value),
    ]
    rows += [("What it stands on", name, value) for name, value in facts]
    return pd.DataFrame(rows, columns=["Figure", "What", "Value"], dtype=object)


def forecast_table(answer: WhatIfAnswer, wording: Wording) -> pd.DataFrame:
    """The whole KPI by period: planned with its interval, as recent, and without media."""
    rows = []
    for point in answer.forecast:
        row: dict[str, Any] = {"Date": point.date} | _spread(f"{wording.kpi_label} planned", point.plan)
        row |= _spread(f"{wording.kpi_label} as recent", point.recent)
        row["Without paid media"] = point.baseline
        rows.append(row)
    return pd.DataFrame(rows)


def comparison_table(comparison: PlanComparison, wording: Wording) -> pd.DataFrame:
    """One row per plan: money, caused KPI, difference to the baseline plan, money by channel."""
    rows = []
    for standing in comparison.outcomes:
        row: dict[str, Any] = {"Plan": standing.plan.name, "Model": standing.plan.model_name}
        row["Periods"] = standing.plan.periods
        row[f"Budget ({wording.currency})"] = standing.spend_value
        row |= _spread(f"Caused {wording.kpi_label}", standing.kpi)
        row |= _spread("Difference", standing.difference)
        row["Probability better"] = standing.probability_better
        spend = {outcome.channel: outcome.after_value for outcome in standing.plan.answer.channels}
        row |= {wording.label(name): spend.get(name, 0.0) for name in comparison.channels}
        rows.append(row)
    return pd.DataFrame(rows)


def _spread(name: str, estimate: Estimate | None) -> dict[str, float | None]:
    if estimate is None:
        return {name: None, f"{name}, lower": None, f"{name}, upper": None}
    return {name: estimate.mean, f"{name}, lower": estimate.lower, f"{name}, upper": estimate.upper}
