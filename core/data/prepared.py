"""Files and their mappings combined into one typed frame, and what is known of it once it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import pandas as pd

from core.data.detect import frequency_of
from core.data.frames import Frame, typed_frame
from core.data.guesses import medium_of
from core.data.mapping import ColumnRole, Mapping, Period
from core.data.pivot import widen
from core.data.problems import DataProblem, FileProblem, ProblemCode, Repair, Severity, name_some
from core.data.table import RawTable
from core.data.weeks import to_weeks

SHARED = (
    ColumnRole.CONTROL,
    ColumnRole.TREATMENT,
    ColumnRole.EVENT,
    ColumnRole.POPULATION,
    ColumnRole.VALUE_PER_UNIT,
)


@dataclass(frozen=True)
class Prepared:
    """A table ready for the model, or the reasons why it is not.

    `frame` has one row per date (and geo), sorted by geo and date: dates datetime64, numbers float64, texts
    str. `mapping` is that of `frame` (in long files channels have become columns). `problems` errors first;
    `repairs_applied` in order; `notes` say in sentences what was done.
    """

    frame: pd.DataFrame
    mapping: Mapping
    problems: tuple[DataProblem, ...]
    repairs_applied: tuple[Repair, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[DataProblem, ...]:
        """Problems that keep the data from being modelled."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def ready(self) -> bool:
        """Whether nothing blocks a model."""
        return not self.errors

    @property
    def repairs_offered(self) -> tuple[Repair, ...]:
        """Every repair some problem offers, each once."""
        return tuple(dict.fromkeys(problem.repair for problem in self.problems if problem.repair))


def combined_frame(
    tables: RawTable | Sequence[RawTable],
    mapping: Mapping | Sequence[Mapping],
    repairs: Sequence[Repair] = (),
) -> Frame:
    """The tables typed, widened, summed to weeks and joined, rows sorted by geo and date.

    Several tables take one mapping each, in the same order (or one for all). Repairs of cells and rows of a
    file are made while it is typed. Raises FileProblem without a table.
    """
    tables = (tables,) if isinstance(tables, RawTable) else tuple(tables)
    mappings = (mapping,) * len(tables) if isinstance(mapping, Mapping) else tuple(mapping)
    if not tables or len(tables) != len(mappings):
        raise FileProblem("Upload at least one file, and map each of them.")
    frames = []
    for table, own in zip(tables, mappings, strict=True):
        frame = widen(typed_frame(table, own, repairs))
        frames.append(to_weeks(frame) if own.period is Period.WEEKLY else frame)
    dates = [frame.mapping.date_column for frame in frames]
    steps = [
        frequency_of(frame.data[date]) if date in frame.data else None
        for frame, date in zip(frames, dates, strict=True)
    ]
    joined = join(frames)
    if len(frames) > 1:
        # Each problem of a file names its own; those of the joined table belong to no file alone.
        joined = joined.but(name="")
    joined = _paired(joined.but(problems=(*joined.problems, *same_frequency(frames, steps))))
    mapping = joined.mapping
    used = [c.column for c in mapping.columns if c.role is not ColumnRole.IGNORE and c.column in joined.data]
    keys = [key for key in (mapping.geo_column, mapping.date_column) if key in used]
    data = joined.data[used]
    return joined.but(data=data.sort_values(keys, kind="stable") if keys else data)


def starts_later(old: pd.DataFrame, new: pd.DataFrame, mapping: Mapping) -> bool:
    """Whether the new table begins after the old one does: then it probably holds only the newest rows."""
    date = mapping.date_column
    if date is None or date not in old or date not in new or new.empty:
        return False
    return bool(new[date].min() > old[date].min())


def _paired(frame: Frame) -> Frame:
    """Exposures whose spend came in another file find it."""
    spends = {medium_of(column): column for column in frame.mapping.columns_of(ColumnRole.SPEND)}
    taken = set(frame.mapping.pairs)
    columns = []
    for column in frame.mapping.columns:
        spend = spends.get(medium_of(column.column))
        if column.role is ColumnRole.EXPOSURE and not column.pair and spend and spend not in taken:
            column = replace(column, pair=spend)
            taken.add(spend)
        columns.append(column)
    return frame.but(mapping=frame.mapping.replace(columns=tuple(columns)))


def join(frames: Sequence[Frame]) -> Frame:
    """One frame with every file's columns; the first file's date and geo names count.

    Rows of any file stay (outer join), gaps are reported. A name that two files use for different columns is
    told apart by the file's name. A file without geo may only add what is the same for all geos.
    """
    if len(frames) == 1:
        return frames[0]
    joined = frames[0]
    for frame in frames[1:]:
        joined = _join_pair(joined, frame)
    gaps = joined.data.isna().sum()
    empty = [f"{column} ({int(count):,})" for column, count in gaps.items() if count]
    if empty:
        message = f"Not every file has every date and geo; missing cells: {name_some(empty)}."
        problem = DataProblem(Severity.INFO, ProblemCode.JOIN_GAPS, message, count=int(gaps.sum()))
        joined = joined.but(problems=(*joined.problems, problem))
    return joined


def _join_pair(left: Frame, right: Frame) -> Frame:
    left, right, problems = _geo_sides(left, right)
    right, renamed = _with_unique_names(left, right)
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


def _with_unique_names(left: Frame, right: Frame) -> tuple[Frame, list[DataProblem]]:
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
