"""A plan to take along: its tables as CSV and workbook, with figures to the cent and names as shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.data.export import to_csv_bytes, to_xlsx_bytes
from core.mmm.answers.evidence import Estimate
from core.mmm.planning.answers import BudgetAnswer, ChannelOutcome
from core.mmm.planning.compare import Comparison
from core.mmm.planning.whatif_results import WhatIfAnswer
from core.mmm.wording import Wording

Answer = BudgetAnswer | WhatIfAnswer


def plan_csv(answer: Answer, wording: Wording) -> bytes:
    """The plan's table by channel as CSV, safe to open in a spreadsheet."""
    return to_csv_bytes(plan_table(answer, wording))


def plan_xlsx(answer: Answer, wording: Wording, facts: Sequence[tuple[str, Any]]) -> bytes:
    """A workbook: summary (with `facts` on top), table by channel, and money by period or forecast."""
    sheets = {"Summary": summary_table(answer, wording, facts), "Channels": plan_table(answer, wording)}
    if isinstance(answer, BudgetAnswer):
        sheets["Schedule"] = schedule_table(answer, wording)
    elif answer.forecast:
        sheets["Forecast"] = forecast_table(answer, wording)
    return to_xlsx_bytes(sheets)


def comparison_csv(comparison: Comparison, wording: Wording) -> bytes:
    """Plans side by side as CSV."""
    return to_csv_bytes(comparison_table(comparison, wording))


def plan_table(answer: Answer, wording: Wording) -> pd.DataFrame:
    """One row per channel and a total: money, caused KPI with its interval, incremental ROAS."""
    kpi, money = wording.kpi_label, wording.currency
    rows = []
    for outcome in answer.channels:
        row: dict[str, Any] = {
            "Channel": wording.label(outcome.channel),
            f"Recent spend ({money})": outcome.recent_value,
            f"Before ({money})": outcome.before_value,
            f"Plan ({money})": outcome.after_value,
            f"Change ({money})": round(outcome.change_value, 2),
        }
        row |= _spread(f"{kpi} before", outcome.kpi_before) | _spread(f"{kpi} planned", outcome.kpi_after)
        row |= _spread("Incremental ROAS", outcome.roas_after) | _spread("Next ROAS", outcome.next_roas)
        row["Beyond spend ever seen"] = "yes" if outcome.beyond_seen else "no"
        rows.append(row)
    rows.append(_total_row(answer.channels, money))
    return pd.DataFrame(rows)


def summary_table(answer: Answer, wording: Wording, facts: Sequence[tuple[str, Any]]) -> pd.DataFrame:
    """Facts about the plan, then its totals with intervals, one a row."""
    rows = [{"What": name, "Value": str(value)} for name, value in facts]
    rows.append({"What": "Budget", "Value": f"{answer.total_value:,.2f} {wording.currency}"})
    estimates = [("in the window", answer.kpi), ("after the window", answer.kpi_after)]
    for where, estimate in estimates:
        rows.append({"What": f"Caused {wording.kpi_label} {where}", "Value": _figures(estimate)})
    rows.append({"What": "Difference", "Value": _figures(answer.difference)})
    rows.append({"What": "Probability of being better", "Value": f"{answer.probability_better:.3f}"})
    return pd.DataFrame(rows)


def schedule_table(answer: BudgetAnswer, wording: Wording) -> pd.DataFrame:
    """Money by period and channel, with the sum of each period."""
    channels = [outcome.channel for outcome in answer.channels]
    rows = []
    for period in answer.schedule:
        row: dict[str, Any] = {"Date": period["date"]}
        row |= {wording.label(name): round(float(period[name]), 2) for name in channels}
        row["Total"] = round(sum(float(period[name]) for name in channels), 2)
        rows.append(row)
    return pd.DataFrame(rows)


def forecast_table(answer: WhatIfAnswer, wording: Wording) -> pd.DataFrame:
    """The whole KPI by period: planned with its interval, as recent, and without media."""
    rows = []
    for point in answer.forecast:
        row: dict[str, Any] = {"Date": point.date} | _spread(f"{wording.kpi_label} planned", point.plan)
        row |= _spread(f"{wording.kpi_label} as recent", point.recent)
        row["Without paid media"] = point.baseline
        rows.append(row)
    return pd.DataFrame(rows)


def comparison_table(comparison: Comparison, wording: Wording) -> pd.DataFrame:
    """One row per plan: money, caused KPI, difference to the baseline plan, money by channel."""
    rows = []
    for standing in comparison.standings:
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


def _total_row(channels: Sequence[ChannelOutcome], money: str) -> dict[str, Any]:
    return {
        "Channel": "Total",
        f"Recent spend ({money})": round(sum(o.recent_value for o in channels), 2),
        f"Before ({money})": round(sum(o.before_value for o in channels), 2),
        f"Plan ({money})": round(sum(o.after_value for o in channels), 2),
        f"Change ({money})": round(sum(o.change_value for o in channels), 2),
    }


def _spread(name: str, estimate: Estimate | None) -> dict[str, float | None]:
    if estimate is None:
        return {name: None, f"{name}, lower": None, f"{name}, upper": None}
    return {name: estimate.mean, f"{name}, lower": estimate.lower, f"{name}, upper": estimate.upper}


def _figures(estimate: Estimate) -> str:
    return f"{estimate.mean:,.2f} ({estimate.lower:,.2f} to {estimate.upper:,.2f})"
