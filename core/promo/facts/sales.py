"""Files of sales become one frame of facts: the contract that everything after stands on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pandas as pd

from core.data.limits import ReadLimits
from core.data.problems import DataProblem, FileProblem, Severity
from core.errors import UserError
from core.promo.facts import quality
from core.promo.facts.aggregation import Progress, aggregate_lines, combine
from core.promo.facts.inspection import inspect_lines, unsettled
from core.promo.facts.lines import Lines, open_lines
from core.promo.facts.mapping import SalesMapping
from core.promo.facts.rejected import together
from core.promo.facts.report import FileFacts, SalesReport

Paths = Path | str | Iterable[Path | str]


def read_sales(
    paths: Paths,
    mapping: SalesMapping | Sequence[SalesMapping] | None = None,
    *,
    today: dt.date | None = None,
    progress: Progress | None = None,
    limits: ReadLimits | None = None,
) -> tuple[pd.DataFrame, SalesReport]:
    """The sales of all files as one frame, and the report of how reading went.

    The frame has one row per key: date, channel (online or offline), department, promo_flag, discount_pct
    (percent, weighted by sales; NaN without a promotion), sales_value, margin_value, units, and geo where a
    file has it. One mapping serves all files, a sequence gives each its own, None lets each be recognised.
    A file that is there twice counts once. UserError lists the faults of all files that cannot be read.
    """
    files = _files(paths)
    mappings = _mappings(mapping, len(files))
    read, faults = [], []
    known: dict[str, str] = {}
    repeats = []
    for path, each in zip(files, mappings, strict=True):
        try:
            lines = open_lines(path, path.name, each.sheet if each else None, limits)
            if lines.checksum in known:
                repeats.append(_repeated(path.name, known[lines.checksum]))
                continue
            known[lines.checksum] = path.name
            read.append(_read(lines, each, today, progress))
        except UserError as error:
            faults += error.faults
    if faults:
        raise FileProblem(faults)
    frame = combine([each.facts for each in read])
    reports = [each.report for each in read]
    rejected = together(report.rejected for report in reports)
    return frame, quality.together(reports, frame, rejected, (*repeats, *_overlaps(read)), today)


def _files(paths: Paths) -> list[Path]:
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    if not given:
        raise FileProblem("No file was handed in.")
    return [Path(path) for path in given]


def _mappings(
    mapping: SalesMapping | Sequence[SalesMapping] | None, count: int
) -> Sequence[SalesMapping | None]:
    if mapping is None or isinstance(mapping, SalesMapping):
        return [mapping] * count
    if len(mapping) != count:
        raise UserError(f"There are {count} files but {len(mapping)} mappings; each file needs one.")
    return mapping


def _read(
    lines: Lines, mapping: SalesMapping | None, today: dt.date | None, progress: Progress | None
) -> FileFacts:
    if mapping is None:
        inspection = inspect_lines(lines)
        if inspection.mapping is None:
            raise FileProblem(unsettled(inspection))
        mapping = inspection.mapping
    return aggregate_lines(lines, mapping, progress=progress, today=today)


def _repeated(name: str, first: str) -> DataProblem:
    message = f"{name} is the same file as {first}, byte by byte; it was read once."
    return DataProblem(Severity.INFO, "repeated_file", message, name)


def _overlaps(read: Sequence[FileFacts]) -> list[DataProblem]:
    """Two files with sales of the same days may be parts of a whole, or one may replace the other: say so."""
    dated = [each.report for each in read if each.report.first_on is not None]
    dated.sort(key=lambda report: (report.first_on, report.last_on))
    found = []
    for before, after in pairwise(dated):
        if before.last_on and after.first_on and after.first_on <= before.last_on:
            message = (
                f"{before.files[0]} and {after.files[0]} both have sales from {after.first_on} to "
                f"{min(before.last_on, after.last_on or before.last_on)}; they are added up. Hand in a "
                "corrected file in place of the old one instead."
            )
            found.append(DataProblem(Severity.WARNING, "overlap", message, after.files[0]))
    return found
