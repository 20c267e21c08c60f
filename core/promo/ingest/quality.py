"""How good the data of a file are: four parts of 0..100, and what would improve them, each with its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from core.data.problems import DataProblem
from core.promo.days import ALL_GEOS
from core.promo.ingest.cells import Fault
from core.promo.ingest.column_formats import ColumnFormats
from core.promo.ingest.findings import (
    Coverage,
    RowCheck,
    RowCheckCounts,
    coverage_findings,
    coverage_of,
    row_check_findings,
    spellings,
    sum_findings,
)
from core.promo.ingest.lines import Lines
from core.promo.ingest.mapping import SalesMapping
from core.promo.ingest.rejected import RejectedRows, rejected_finding
from core.promo.ingest.report import SalesReport

MISSING = frozenset({Fault.EMPTY, Fault.MISSING_WORD, Fault.NO_RESULT})


@dataclass(frozen=True)
class QualityRules:
    """What costs how much: points a part loses per percent of rows or days, and when data are old.

    `doubt_points` for each thing that had to be assumed (order of dates, decimal mark) or spelt in two ways.
    """

    points_per_rejected_pct: float = 10.0
    points_per_odd_pct: float = 2.0
    points_per_gap_pct: float = 2.0
    points_per_unknown_discount_pct: float = 0.5
    doubt_points: float = 10.0
    fresh_days: int = 35
    stale_days: int = 365

    def __post_init__(self) -> None:
        wrong = [f.name for f in fields(self) if getattr(self, f.name) < 0]
        if wrong or self.stale_days <= self.fresh_days:
            raise ValueError("Points must not be negative, and data are fresh before they are stale.")


def assess(
    lines: Lines,
    mapping: SalesMapping,
    formats: ColumnFormats,
    facts: pd.DataFrame,
    rejects: RejectedRows,
    checks: RowCheckCounts,
    read: int,
    today: dt.date | None,
    rules: QualityRules | None = None,
) -> SalesReport:
    """The report of one file; `timeliness` only where `today` is given."""
    rules = rules or QualityRules()
    coverage = coverage_of(facts, today)
    findings = (
        *(*rejected_finding(lines, rejects, read), *row_check_findings(lines, mapping, checks)),
        *(*coverage_findings(lines.name, coverage), *sum_findings(facts, mapping, lines.name)),
        *(*formats.problems, *lines.problems),
    )
    odd = checks.count(RowCheck.DISCOUNT_WITHOUT_PROMO) + checks.count(RowCheck.OTHER_MARK)
    against = _pct(odd, checks.rows)
    doubts = len(formats.problems) + len(coverage.spellings)
    empty = _pct(_of_kinds(rejects, missing=True), read)
    unknown = _pct(checks.count(RowCheck.PROMO_WITHOUT_DISCOUNT), checks.promo_rows)
    gaps = _pct(len(coverage.missing_days), coverage.days)
    wrong = _pct(_of_kinds(rejects, missing=False), read)
    doubtful_checks = (RowCheck.MARGIN_OVER_SALES, RowCheck.DEEP_DISCOUNT, RowCheck.SIGNS_DIFFER)
    doubtful = _pct(sum(checks.count(check) for check in doubtful_checks), checks.rows)
    spikes = _pct(len(coverage.spikes) + len(coverage.future_days), coverage.days)
    parts = {
        "completeness": _left(
            rules.points_per_rejected_pct * empty,
            rules.points_per_unknown_discount_pct * unknown,
            rules.points_per_gap_pct * gaps,
        ),
        "accuracy": _left(
            rules.points_per_rejected_pct * wrong,
            rules.points_per_odd_pct * doubtful,
            rules.points_per_odd_pct * spikes,
        ),
        "consistency": _left(rules.points_per_odd_pct * against, rules.doubt_points * doubts),
        **_timeliness(coverage.last_on, today, rules),
    }
    return SalesReport(
        rows_read=read,
        rows_rejected=rejects.count,
        rejected=rejects.frame(),
        **_scored(parts),
        findings=findings,
        first_on=coverage.first_on,
        last_on=coverage.last_on,
        **_names(facts),
        files=(lines.name,),
    )


def _scored(parts: Mapping[str, float]) -> dict[str, Any]:
    return {"quality_score": score_of(parts), "parts": parts}


def _names(facts: pd.DataFrame) -> dict[str, Any]:
    """Channels, departments and geos as a report has them."""
    geos = _distinct(facts, "geo") if "geo" in facts else (ALL_GEOS,)
    return {
        "channels": _distinct(facts, "channel"),
        "departments": _distinct(facts, "department"),
        "geos": geos,
    }


def _timeliness(last_on: dt.date | None, today: dt.date | None, rules: QualityRules) -> dict[str, float]:
    if today is None or last_on is None:
        return {}
    return {"timeliness": timeliness((today - last_on).days, rules)}


def score_of(parts: Mapping[str, float]) -> float:
    """The mean of the parts, 0..100."""
    return round(sum(parts.values()) / len(parts), 1) if parts else 0.0


def timeliness(age_days: int, rules: QualityRules | None = None) -> float:
    """100 up to `fresh_days` after the last day of sales, falling to 0 at `stale_days`."""
    rules = rules or QualityRules()
    late = (age_days - rules.fresh_days) / (rules.stale_days - rules.fresh_days)
    return round(100.0 * (1.0 - min(1.0, max(0.0, late))), 1)


def _distinct(facts: pd.DataFrame, column: str) -> tuple[str, ...]:
    return tuple(sorted(facts[column].astype(str).unique()))


def _left(*losses: float) -> float:
    return round(max(0.0, 100.0 - sum(losses)), 1)


def _pct(part: float, whole: float) -> float:
    return 100.0 * part / whole if whole else 0.0


def _of_kinds(rejects: RejectedRows, missing: bool) -> int:
    return sum(n for (_column, fault), n in rejects.by_reason.items() if (fault in MISSING) is missing)


def combine_reports(
    reports: Sequence[SalesReport],
    facts: pd.DataFrame,
    rejected: pd.DataFrame,
    more: Iterable[DataProblem],
    today: dt.date | None,
) -> SalesReport:
    """One report for several files: parts weighted by the rows of each, findings one after the other."""
    read = sum(report.rows_read for report in reports)
    # Departments that are spelt in one way in one file and in another way in the next.
    known = {finding.message for report in reports for finding in report.findings}
    spelt = Coverage(None, None, 0, (), (), spellings(facts["department"]), ())
    more = (*more, *tuple(each for each in coverage_findings("", spelt) if each.message not in known))
    names = [name for name in reports[0].parts if name != "timeliness"]
    parts = {
        name: round(sum(r.parts[name] * r.rows_read for r in reports) / read, 1) if read else 0.0
        for name in names
    }
    first = min((r.first_on for r in reports if r.first_on), default=None)
    last = max((r.last_on for r in reports if r.last_on), default=None)
    parts |= _timeliness(last, today, QualityRules())
    return SalesReport(
        rows_read=read,
        rows_rejected=sum(report.rows_rejected for report in reports),
        rejected=rejected,
        **_scored(parts),
        findings=(*(finding for report in reports for finding in report.findings), *more),
        first_on=first,
        last_on=last,
        **_names(facts),
        files=tuple(name for report in reports for name in report.files),
    )
