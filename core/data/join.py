"""Several files of one data set put side by side on date and geo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from pathlib import PurePath

from core.data.frames import Frame
from core.data.mapping import ColumnRole, Mapping
from core.data.problems import DataProblem, ProblemCode, Severity, name_some

SHARED = (
    ColumnRole.CONTROL,
    ColumnRole.TREATMENT,
    ColumnRole.EVENT,
    ColumnRole.POPULATION,
    ColumnRole.VALUE_PER_UNIT,
)


def join(frames: Sequence[Frame]) -> Frame:
    """One frame with every file's columns; the first file's date and geo names count.

    Rows of any file stay (outer join), gaps are reported. A name that two files use for different columns is
    told apart by the file's name. A file without geo may only add what is the same for all geos.
    """
    if len(frames) == 1:
        return frames[0]
    joined = reduce(_pair, frames)
    gaps = joined.data.isna().sum()
    empty = [f"{column} ({int(count):,})" for column, count in gaps.items() if count]
    if empty:
        message = f"Not every file has every date and geo; missing cells: {name_some(empty)}."
        problem = DataProblem(Severity.INFO, ProblemCode.JOIN_GAPS, message, count=int(gaps.sum()))
        joined = joined.but(problems=(*joined.problems, problem))
    return joined


def _pair(left: Frame, right: Frame) -> Frame:
    left, right, problems = _geo_sides(left, right)
    right, renamed = _told_apart(left, right)
    pairs = (
        (right.mapping.date_column, left.mapping.date_column),
        (right.mapping.geo_column, left.mapping.geo_column),
    )
    names = {old: new for old, new in pairs if old and new}
    columns = tuple(replace(c, column=names.get(c.column, c.column)) for c in right.mapping.columns)
    right = right.but(data=right.data.rename(columns=names), mapping=right.mapping.replace(columns=columns))
    keys = [
        key
        for key in (left.mapping.date_column, left.mapping.geo_column)
        if key and key in right.data and key in left.data
    ]
    data = left.data.merge(right.data, on=keys, how="outer", sort=True) if keys else left.data
    return left.but(
        data=data.reset_index(drop=True),
        mapping=_combined(left.mapping, right.mapping),
        problems=(*left.problems, *right.problems, *problems, *renamed),
        notes=(*left.notes, *right.notes, f"{right.name} was joined to {left.name} on {', '.join(keys)}."),
        placed=False,
    )


def _geo_sides(left: Frame, right: Frame) -> tuple[Frame, Frame, list[DataProblem]]:
    """The frame with geo comes first; a national file's sums, which geos cannot share, are faults."""
    if left.mapping.geo_column is None and right.mapping.geo_column is not None:
        left, right = right, left
    if left.mapping.geo_column is None or right.mapping.geo_column is not None:
        return left, right, []
    summed = [
        c.column for c in right.mapping.columns if c.role not in (*SHARED, ColumnRole.DATE, ColumnRole.IGNORE)
    ]
    if not summed:
        return left, right, []
    message = (
        f"{right.name} has no geo column, so {name_some(summed)} would count once for every geo. Add the "
        "geo to the file, or leave these columns out."
    )
    return (
        left,
        right,
        [DataProblem(Severity.ERROR, ProblemCode.GEO_MISSING, message, right.name, column=summed[0])],
    )


def _told_apart(left: Frame, right: Frame) -> tuple[Frame, list[DataProblem]]:
    keys = {right.mapping.date_column, right.mapping.geo_column}
    clashes = [c for c in right.data.columns if c in left.data.columns and c not in keys]
    if not clashes:
        return right, []
    stem = PurePath(right.name).stem
    names = {column: f"{column} ({stem})" for column in clashes}
    columns = tuple(
        replace(c, column=names.get(c.column, c.column), pair=names.get(c.pair, c.pair) if c.pair else None)
        for c in right.mapping.columns
    )
    message = (
        f"{left.name} and {right.name} both have {name_some(clashes)}; those of {right.name} are called "
        f"{name_some(list(names.values()))}."
    )
    problem = DataProblem(
        Severity.WARNING,
        ProblemCode.COLUMN_CONFLICT,
        message,
        right.name,
        column=clashes[0],
        count=len(clashes),
    )
    return right.but(data=right.data.rename(columns=names), mapping=right.mapping.replace(columns=columns)), [
        problem
    ]


def _combined(left: Mapping, right: Mapping) -> Mapping:
    """Both files' roles; of two targets (or other single roles) the first file's stays."""
    known = {column.column for column in left.columns}
    single = {ColumnRole.TARGET, ColumnRole.POPULATION, ColumnRole.VALUE_PER_UNIT, ColumnRole.EVENT}
    added = []
    for column in right.columns:
        if column.column in known:
            continue
        taken = column.role in single and left.columns_of(column.role)
        added.append(replace(column, role=ColumnRole.IGNORE) if taken else column)
    label = left.kpi_label if left.target_column else right.kpi_label
    kind = left.kpi_kind if left.target_column else right.kpi_kind
    return left.replace(columns=(*left.columns, *added), kpi_label=label, kpi_kind=kind)


def same_frequency(frames: Sequence[Frame], frequencies: Sequence[str | None]) -> list[DataProblem]:
    """An error where the files step differently through time (daily media, weekly KPI)."""
    known = {frequency for frequency in frequencies if frequency}
    if len(known) < 2:
        return []
    shown = name_some(
        [f"{frame.name} is {frequency}" for frame, frequency in zip(frames, frequencies, strict=True)]
    )
    message = (
        f"The files step differently through time: {shown}. Sum them to weeks, or upload files of one "
        "frequency."
    )
    return [DataProblem(Severity.ERROR, ProblemCode.MIXED_FREQUENCY, message)]
