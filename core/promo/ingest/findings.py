"""What was found in a file as sentences with their place, and what to do about each."""

from __future__ import annotations

from core.data.problems import DataProblem, Severity, name_some
from core.promo.ingest.cells import REASONS, Fault
from core.promo.ingest.coverage import SPIKE_TIMES, Coverage
from core.promo.ingest.lines import Lines
from core.promo.ingest.mapping import SalesMapping
from core.promo.ingest.notices import DEEP_DISCOUNT_PCT, Notice, Notices, Seen
from core.promo.ingest.rejected import Rejects

WORDS = {
    Notice.RETURN: (
        Severity.INFO,
        "{rows} negative sales (returns); they are taken and reduce the sums of their day.",
    ),
    Notice.MARGIN_OVER_SALES: (
        Severity.WARNING,
        "{rows} a margin above the sales value. Check that {column} is money and not swapped with another "
        "column.",
    ),
    Notice.DISCOUNT_WITHOUT_PROMO: (
        Severity.WARNING,
        "{rows} a discount but no promotion flag; they count as sales without a promotion. Flag them in the "
        "file if they were promoted.",
    ),
    Notice.PROMO_WITHOUT_DISCOUNT: (
        Severity.WARNING,
        "{rows} a promotion flag but a discount of 0 or none: a 0 is averaged into their day, an empty cell "
        "takes the discount of the other promotion rows. Fill in {column}.",
    ),
    Notice.DEEP_DISCOUNT: (
        Severity.WARNING,
        f"{{rows}} a discount over {DEEP_DISCOUNT_PCT:.0f} %. Check that {{column}} is a percentage and "
        "not an amount.",
    ),
    Notice.PART_UNITS: (
        Severity.INFO,
        "{rows} parts of a unit (weights, perhaps); they are added up and each day is rounded to whole "
        "units.",
    ),
    Notice.SIGNS_DIFFER: (
        Severity.WARNING,
        "{rows} units and sales of opposite sign. Give returns a minus in both columns.",
    ),
    Notice.OTHER_MARK: (
        Severity.WARNING,
        "{rows} another decimal mark than the rest of {column}; it was read as what it can only mean. Check "
        "these cells.",
    ),
}


def notice_findings(lines: Lines, mapping: SalesMapping, notices: Notices) -> tuple[DataProblem, ...]:
    """A finding for each oddity of accepted rows."""
    found = [
        _notice(lines, mapping, notice, notices.seen[notice])
        for notice in Notice
        if notice in notices.seen and (notices.has_discount or notice is not Notice.PROMO_WITHOUT_DISCOUNT)
    ]
    if not notices.has_discount:
        message = "No column holds the discount: uplift by discount cannot be learnt from this file. Add one."
        found.append(DataProblem(Severity.WARNING, "no_discount_column", message, lines.name))
    if notices.rows and not notices.promo_rows:
        message = "No row was sold on promotion: baselines can be learnt from this file, uplift cannot."
        found.append(DataProblem(Severity.INFO, "no_promo_rows", message, lines.name))
    if notices.rows and notices.promo_rows == notices.rows:
        message = (
            "Every row was sold on promotion: no baseline can be learnt from this file. Check what the "
            "words of its promotion column mean."
        )
        found.append(DataProblem(Severity.WARNING, "only_promo_rows", message, lines.name))
    return tuple(found)


def _notice(lines: Lines, mapping: SalesMapping, notice: Notice, seen: Seen) -> DataProblem:
    severity, words = WORDS[notice]
    name = mapping.columns.get(seen.column, seen.column.label)
    rows = f"{seen.count:,} row{'s have' if seen.count > 1 else ' has'}"
    message = words.format(rows=rows, column=name)
    return DataProblem(
        severity, notice.value, message, lines.name, seen.sheet, name, seen.row, count=seen.count
    )


def rejected_finding(lines: Lines, rejects: Rejects, read: int) -> tuple[DataProblem, ...]:
    """One finding for each column and reason for which rows were rejected."""
    found = []
    for (header, fault), count in rejects.by_reason.most_common():
        first = next((row for row in rejects.kept if row[3] == header and _is(row[5], fault)), None)
        reason = REASONS[fault]
        what = reason if fault is Fault.BROKEN_ROW else f"{header} {reason}"
        message = f"{count:,} of {read:,} rows {'were' if count > 1 else 'was'} rejected because {what}"
        message += ". Mend them in the file and hand it in again, in place of this one."
        found.append(
            DataProblem(
                Severity.WARNING,
                "rejected_rows",
                message,
                lines.name,
                (first[1] or None) if first else None,
                header,
                first[2] if first else None,
                first[4] if first else None,
                count=count,
            )
        )
    return tuple(found)


def _is(reason: str, fault: Fault) -> bool:
    return reason.split("; ")[0] == REASONS[fault]


def coverage_findings(name: str, coverage: Coverage) -> tuple[DataProblem, ...]:
    """Gaps, days to come, spellings and spikes."""
    found = []
    if coverage.missing_days:
        message = (
            f"{len(coverage.missing_days):,} days between {coverage.first_on} and {coverage.last_on} have no "
            f"sales at all: {name_some(coverage.missing_days)}. Hand them in if the shop was open."
        )
        found.append(DataProblem(Severity.WARNING, "missing_days", message, name))
    if coverage.future_days:
        message = (
            f"{len(coverage.future_days):,} days lie in the future: {name_some(coverage.future_days)}. "
            "Check the order of day and month."
        )
        found.append(DataProblem(Severity.WARNING, "future_days", message, name))
    for group in coverage.spellings:
        message = f"{name_some(group)} look like one department. Spell it the same way everywhere."
        found.append(DataProblem(Severity.WARNING, "spellings", message, name, value=group[0]))
    if coverage.spikes:
        shown = name_some([f"{department} on {day}" for day, department in coverage.spikes])
        message = (
            f"Sales over {SPIKE_TIMES:.0f} times the usual: {shown}. Check the decimal marks of these days."
        )
        found.append(DataProblem(Severity.WARNING, "spikes", message, name))
    return tuple(found)
