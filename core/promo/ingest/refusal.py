"""When a file is refused as a whole: one sentence, with the first reason, how often and where."""

from __future__ import annotations

from core.data.problems import FileProblem, name_some, shortened
from core.promo.ingest.cells import REASONS, Fault
from core.promo.ingest.judging import Judge
from core.promo.ingest.lines import Lines
from core.promo.ingest.mapping import SalesColumn, SalesMapping
from core.promo.ingest.notices import Notice, Notices
from core.promo.ingest.rejected import Rejects
from core.promo.ingest.report import RefusedSales, SalesReport

MOST_REJECTED_SHARE = 0.05
MOST_SWAPPED_SHARE = 0.5  # of rows whose margin is above their sales: the two columns are swapped
MOST_DEPARTMENTS = 1_000
MOST_GEOS = 500
HINTS = {
    Fault.EMPTY: "Cells below a merged one are empty to a program: fill every row.",
    Fault.UNKNOWN_CHANNEL: "Say in the mapping which of its words are online and which are offline.",
    Fault.UNKNOWN_PROMO: "Say in the mapping which of its words mean a promotion.",
    Fault.OVER_100: "A percentage is needed, not an amount.",
    Fault.TOTAL_ROW: "Leave the rows of totals out.",
    Fault.NO_RESULT: "Open the file in Excel, let it calculate, and save it.",
}


def refuse_poor(
    lines: Lines, mapping: SalesMapping, rejects: Rejects, notices: Notices, report: SalesReport
) -> None:
    """RefusedSales where too many rows were rejected, or margins and sales are plainly swapped."""
    if rejects.count > MOST_REJECTED_SHARE * report.rows_read:
        raise RefusedSales(_too_many(lines, rejects, report), report)
    odd = notices.count(Notice.MARGIN_OVER_SALES)
    if notices.rows and odd > MOST_SWAPPED_SHARE * notices.rows:
        margin = next(
            mapping.columns[c]
            for c in (SalesColumn.MARGIN_VALUE, SalesColumn.COST_VALUE, SalesColumn.MARGIN_PCT)
            if c in mapping.columns
        )
        raise RefusedSales(
            f"{lines.name}: the margin from {margin} is above {mapping.columns[SalesColumn.SALES_VALUE]} in "
            f"{odd:,} of {notices.rows:,} rows (first in row "
            f"{notices.seen[Notice.MARGIN_OVER_SALES].row}): the columns are swapped, or one of them is "
            "something else.",
            report,
        )


def _too_many(lines: Lines, rejects: Rejects, report: SalesReport) -> str:
    (header, fault), count = rejects.by_reason.most_common(1)[0]
    _file, sheet, row, _column, value, _reason, _cells = next(
        (kept for kept in rejects.kept if kept[3] == header and kept[5].startswith(REASONS[fault])),
        rejects.kept[0],
    )
    place = f"sheet {sheet}, row {row}" if sheet else f"row {row}"
    said = f"“{shortened(value)}” " if value and fault is not Fault.BROKEN_ROW else ""
    name = "" if fault is Fault.BROKEN_ROW else f"{header} "
    hint = f" {HINTS[fault]}" if fault in HINTS else ""
    share = 100.0 * rejects.count / report.rows_read
    return (
        f"{lines.name} was refused: {rejects.count:,} of {report.rows_read:,} rows ({share:.3g} %) "
        f"cannot be read, {count:,} of them because {name}{said}{REASONS[fault]} (first in {place}).{hint}"
    )


def refuse_too_many(judge: Judge, lines: Lines, mapping: SalesMapping) -> None:
    """FileProblem where a column of departments or geos plainly holds something finer."""
    for column, names, most, instead in (
        (SalesColumn.DEPARTMENT, judge.departments, MOST_DEPARTMENTS, "articles, perhaps"),
        (SalesColumn.GEO, judge.geos, MOST_GEOS, "single stores, perhaps"),
    ):
        if len(names.codes) > most:
            raise FileProblem(
                f"{lines.name}: column {mapping.columns[column]} holds more than {most:,} different "
                f"texts, such as {name_some(list(names.codes), 3)}: these are {instead}, not {column.label}s."
            )
