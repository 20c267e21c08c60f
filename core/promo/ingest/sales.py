"""Files of sales become one frame of facts: the contract of everything that follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from core.data.limits import ReadLimits
from core.data.problems import DataProblem, FileProblem, ProblemCode, Severity, name_some
from core.errors import UserError
from core.promo.ingest.aggregation import Progress, aggregate_lines, combine
from core.promo.ingest.inspection import open_sales, unreadable
from core.promo.ingest.lines import Lines
from core.promo.ingest.mapping import SalesColumn, SalesMapping
from core.promo.ingest.quality import combine_reports
from core.promo.ingest.readers import open_lines
from core.promo.ingest.rejected import combine_rejected
from core.promo.ingest.report import FileFacts, SalesReport

Paths = Path | str | Iterable[Path | str]


def read_sales(
    paths: Paths,
    mapping: SalesMapping | Mapping[SalesColumn, str] | Sequence[SalesMapping] | None = None,
    *,
    today: dt.date | None = None,
    progress: Progress | None = None,
    limits: ReadLimits | None = None,
) -> tuple[pd.DataFrame, SalesReport]:
    """The sales of all files as one frame, and the report of how reading went.

    The frame has one row per key: date, channel (online or offline), department, promo_flag, discount_pct
    (percent, weighted by sales; NaN without a promotion), sales_value, margin_value, units, and geo where a
    file has it. One mapping (or just its columns) serves all files, a sequence gives each its own, None lets
    each be recognised. A file that is there twice counts once. UserError lists the faults of all files that
    cannot be read.
    """
    files = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    if not files:
        raise FileProblem("No file was handed in.")
    read, repeats, faults = _read_each(files, _mappings(mapping, len(files)), today, progress, limits)
    if faults:
        raise FileProblem(faults)
    named = {each.lines.name: each.facts.currencies for each in read if each.facts.currencies}
    if len(set().union(*named.values())) > 1:
        each_file = [f"{file} is in {name_some(sorted(codes))}" for file, codes in named.items()]
        raise FileProblem(
            f"The files are in different currencies, which cannot be added up: {name_some(each_file)}. "
            "Convert them to one."
        )
    facts = _one_date_order(read, today, progress)
    frame = combine([each.facts for each in facts])
    reports = [each.report for each in facts]
    rejected = combine_rejected(report.rejected for report in reports)
    return frame, combine_reports(reports, frame, rejected, (*repeats, *_overlaps(reports)), today)


def _mappings(
    mapping: SalesMapping | Mapping[SalesColumn, str] | Sequence[SalesMapping] | None, count: int
) -> Sequence[SalesMapping | None]:
    if mapping is None or isinstance(mapping, SalesMapping):
        return [mapping] * count
    if isinstance(mapping, Mapping):
        return [SalesMapping(mapping)] * count
    if len(mapping) != count:
        raise UserError(f"There are {count} files but {len(mapping)} mappings; each file needs one.")
    return mapping


@dataclass(frozen=True)
class _Read:
    """A file that was read, with what it was read by."""

    lines: Lines
    mapping: SalesMapping
    facts: FileFacts


def _read_each(
    files: Sequence[Path],
    mappings: Sequence[SalesMapping | None],
    today: dt.date | None,
    progress: Progress | None,
    limits: ReadLimits | None,
) -> tuple[list[_Read], list[DataProblem], list[str]]:
    """Every file once, what was there twice, and the faults of those that cannot be read."""
    read: list[_Read] = []
    repeats: list[DataProblem] = []
    faults: list[str] = []
    for path, mapping in zip(files, mappings, strict=True):
        try:
            sheet, wanted = (mapping.sheet, mapping.headers) if mapping else (None, ())
            lines = open_lines(path, path.name, sheet, limits, wanted)
            first = next((each.lines.name for each in read if each.lines.checksum == lines.checksum), None)
            if first is not None:
                message = f"{path.name} is the same file as {first}, byte by byte; it was read once."
                repeats.append(DataProblem(Severity.INFO, "repeated_file", message, path.name))
                continue
            if mapping is None:
                lines, inspection = open_sales(lines)
                mapping = inspection.mapping
                if mapping is None:
                    raise FileProblem(unreadable(inspection))
            facts = aggregate_lines(lines, mapping, progress=progress, today=today)
            read.append(_Read(lines, mapping, facts))
        except UserError as error:
            faults += error.faults
    return read, repeats, faults


def _one_date_order(
    read: Sequence[_Read], today: dt.date | None, progress: Progress | None
) -> list[FileFacts]:
    """A file whose dates could be read either way follows the other files with the same headers."""
    found = []
    for each in read:
        alike = {o.facts.date_order for o in read if set(o.lines.headers) == set(each.lines.headers)} - {None}
        open_order = any(finding.code == ProblemCode.DATE_AMBIGUOUS for finding in each.facts.report.findings)
        if open_order and len(alike) == 1:
            mapping = replace(each.mapping, date_order=alike.pop())
            found.append(aggregate_lines(each.lines, mapping, progress=progress, today=today))
        else:
            found.append(each.facts)
    return found


def _overlaps(reports: Sequence[SalesReport]) -> list[DataProblem]:
    """Two files with sales of the same days may be parts of a whole, or one may replace the other: warn."""
    dated = [report for report in reports if report.first_on is not None]
    dated.sort(key=lambda report: (report.first_on, report.last_on))
    found = []
    for place, later in enumerate(dated):
        names = [
            each.files[0]
            for each in dated[:place]
            if each.last_on and later.first_on and later.first_on <= each.last_on
        ]
        if names:
            message = (
                f"{name_some([*names, later.files[0]])} {'both' if len(names) == 1 else 'all'} have sales of "
                f"the same days from {later.first_on} on; they are added up. Hand in a corrected file in "
                "place of the old one instead."
            )
            found.append(DataProblem(Severity.WARNING, "overlap", message, later.files[0]))
    return found
