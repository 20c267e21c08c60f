"""Files of sales become one frame of facts: the contract that everything after stands on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from core.data.limits import ReadLimits
from core.data.problems import DataProblem, FileProblem, ProblemCode, Severity, name_some
from core.errors import UserError
from core.promo.ingest import quality
from core.promo.ingest.aggregation import Progress, aggregate_lines, combine
from core.promo.ingest.column_formats import refuse_unlike
from core.promo.ingest.inspection import find_sales, unsettled
from core.promo.ingest.lines import Lines, open_lines
from core.promo.ingest.mapping import SalesColumn, SalesMapping
from core.promo.ingest.rejected import together
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
    files = _files(paths)
    read, repeats, faults = _each(files, _mappings(mapping, len(files)), today, progress, limits)
    if faults:
        raise FileProblem(faults)
    refuse_unlike({each.lines.name: each.facts.currencies for each in read})
    facts = _one_order(read, today, progress)
    frame = combine([each.facts for each in facts])
    reports = [each.report for each in facts]
    rejected = together(report.rejected for report in reports)
    return frame, quality.together(reports, frame, rejected, (*repeats, *_overlaps(facts)), today)


@dataclass(frozen=True)
class _Read:
    """A file that was read, with what it was read by."""

    lines: Lines
    mapping: SalesMapping
    facts: FileFacts


def _each(
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
            lines = _opened(path, mapping, limits)
            first = next((each.lines.name for each in read if each.lines.checksum == lines.checksum), None)
            if first is not None:
                repeats.append(_repeated(path.name, first))
                continue
            lines, used = (lines, mapping) if mapping else _guessed(lines)
            facts = aggregate_lines(lines, used, progress=progress, today=today)
            read.append(_Read(lines, used, facts))
        except UserError as error:
            faults += error.faults
    return read, repeats, faults


def _opened(path: Path, mapping: SalesMapping | None, limits: ReadLimits | None) -> Lines:
    if mapping is None:
        return open_lines(path, path.name, None, limits)
    return open_lines(path, path.name, mapping.sheet, limits, mapping.headers)


def _guessed(lines: Lines) -> tuple[Lines, SalesMapping]:
    found, inspection = find_sales(lines)
    if inspection.mapping is None:
        raise FileProblem(unsettled(inspection))
    return found, inspection.mapping


def _one_order(read: Sequence[_Read], today: dt.date | None, progress: Progress | None) -> list[FileFacts]:
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


def _files(paths: Paths) -> list[Path]:
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    if not given:
        raise FileProblem("No file was handed in.")
    return [Path(path) for path in given]


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


def _repeated(name: str, first: str) -> DataProblem:
    message = f"{name} is the same file as {first}, byte by byte; it was read once."
    return DataProblem(Severity.INFO, "repeated_file", message, name)


def _overlaps(read: Sequence[FileFacts]) -> list[DataProblem]:
    """Two files with sales of the same days may be parts of a whole, or one may replace the other: say so."""
    dated = [each.report for each in read if each.report.first_on is not None]
    dated.sort(key=lambda report: (report.first_on, report.last_on))
    found = []
    for place, after in enumerate(dated):
        names = [each.files[0] for each in dated[:place] if _meet(each, after)]
        if names:
            found.append(_overlap(names, after))
    return found


def _meet(before: SalesReport, after: SalesReport) -> bool:
    return bool(before.last_on and after.first_on and after.first_on <= before.last_on)


def _overlap(names: Sequence[str], after: SalesReport) -> DataProblem:
    one = len(names) == 1
    message = (
        f"{name_some([*names, after.files[0]])} {'both' if one else 'all'} have sales of the same days from "
        f"{after.first_on} on; they are added up. Hand in a corrected file in place of the old one instead."
    )
    return DataProblem(Severity.WARNING, "overlap", message, after.files[0])
