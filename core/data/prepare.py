"""Files and their mappings made into the one table a mix model reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from core.data.detect import frequency_of
from core.data.frames import CELL_FAULTS, Frame, typed_frame
from core.data.guesses import medium_of
from core.data.join import join, same_frequency
from core.data.mapping import ColumnRole, Mapping, Period
from core.data.pivot import widen
from core.data.problems import DataProblem, FileProblem, ProblemCode, Severity
from core.data.repairs import Repair, RepairCode
from core.data.table import RawTable
from core.data.weeks import to_weeks
from core.errors import UserError

ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


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
    tables: tuple[RawTable, ...] = field(default=(), repr=False, compare=False)
    mappings: tuple[Mapping, ...] = field(default=(), repr=False, compare=False)

    @property
    def errors(self) -> tuple[DataProblem, ...]:
        """Problems that keep the data from being modelled."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[DataProblem, ...]:
        """Problems to look at."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)

    @property
    def ready(self) -> bool:
        """Whether nothing blocks a model."""
        return not self.errors

    @property
    def repairs_offered(self) -> tuple[Repair, ...]:
        """Every repair some problem offers, each once."""
        return tuple(dict.fromkeys(problem.repair for problem in self.problems if problem.repair))

    def apply(self, repairs: Sequence[Repair] | Repair) -> Prepared:
        """The same files prepared again with these repairs on top of those already applied."""
        added = (repairs,) if isinstance(repairs, Repair) else tuple(repairs)
        fresh = tuple(repair for repair in added if repair not in self.repairs_applied)
        return prepare(self.tables, self.mappings, (*self.repairs_applied, *fresh))

    def to_json(self) -> dict[str, Any]:
        """What was done and what was found, to be kept with the data set."""
        return {
            "mapping": self.mapping.to_json(),
            "mappings": [mapping.to_json() for mapping in self.mappings],
            "files": [_file(table) for table in self.tables],
            "repairs": [repair.to_json() for repair in self.repairs_applied],
            "problems": [problem.to_json() for problem in self.problems],
            "notes": list(self.notes),
        }


def _file(table: RawTable) -> dict[str, Any]:
    return {"name": table.name, "sheet": table.sheet, "checksum": table.checksum, "rows": table.rows}


def prepare(
    tables: RawTable | Sequence[RawTable],
    mapping: Mapping | Sequence[Mapping],
    repairs: Sequence[Repair] = (),
) -> Prepared:
    """The tables typed, widened, summed to weeks, joined, checked and repaired as agreed.

    Several tables take one mapping each, in the same order (or one for all). Never raises for a fault of the
    data: what is wrong comes back as `problems`. Raises FileProblem without a table.
    """
    tables = (tables,) if isinstance(tables, RawTable) else tuple(tables)
    mappings = (mapping,) * len(tables) if isinstance(mapping, Mapping) else tuple(mapping)
    if not tables or len(tables) != len(mappings):
        raise FileProblem("Upload at least one file, and map each of them.")
    frames = [_single(table, own, repairs) for table, own in zip(tables, mappings, strict=True)]
    steps = same_frequency(frames, [_frequency(frame) for frame in frames])
    frame = _sorted(_paired(_named(join(frames), frames)))
    frame = _repaired(frame.but(problems=(*frame.problems, *steps)), repairs)
    problems = sorted((*frame.problems, *_found(frame)), key=lambda problem: ORDER[problem.severity])
    data = frame.data.reset_index(drop=True)
    return Prepared(data, frame.mapping, tuple(problems), tuple(repairs), frame.notes, tables, mappings)


def _repaired(frame: Frame, repairs: Sequence[Repair]) -> Frame:
    """The frame after all repairs; one that cannot be carried out any more is a problem, not an exception."""
    # The model's rooms are entered only here and in `_found`: reading a file must not wait for their import.
    from core.data.frame_repairs import repaired

    failed = []
    for repair in repairs:
        try:
            frame = repaired(frame, repair)
        except UserError as error:
            message = f"“{repair.label}” could not be done: {' '.join(error.faults)}"
            failed.append(DataProblem(Severity.ERROR, ProblemCode.REPAIR, message, column=repair.column))
    return frame.but(problems=(*_settled(frame.problems, repairs), *failed))


def _found(frame: Frame) -> tuple[DataProblem, ...]:
    from core.data.frame_checks import frame_problems

    if len(frame.data):
        return frame_problems(frame)
    return (DataProblem(Severity.ERROR, ProblemCode.NO_ROWS, "No row is left to model.", frame.name),)


def _single(table: RawTable, mapping: Mapping, repairs: Sequence[Repair]) -> Frame:
    frame = widen(typed_frame(table, mapping, repairs))
    return to_weeks(frame) if mapping.period is Period.WEEKLY else frame


def _frequency(frame: Frame) -> str | None:
    date = frame.mapping.date_column
    return frequency_of(frame.data[date]) if date in frame.data else None


def _named(joined: Frame, frames: Sequence[Frame]) -> Frame:
    """With several files each problem names its own; the joined table's problems belong to none alone."""
    return joined if len(frames) == 1 else joined.but(name="")


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


def _sorted(frame: Frame) -> Frame:
    """Used columns in the mapping's order, rows by geo and date."""
    used = [
        c.column for c in frame.mapping.columns if c.role is not ColumnRole.IGNORE and c.column in frame.data
    ]
    keys = [key for key in (frame.mapping.geo_column, frame.mapping.date_column) if key in used]
    data = frame.data[used]
    return frame.but(data=data.sort_values(keys, kind="stable") if keys else data)


def _settled(problems: Sequence[DataProblem], repairs: Sequence[Repair]) -> tuple[DataProblem, ...]:
    """Faults of cells and rows that an agreed repair has answered are kept as information."""
    agreed = set(repairs)
    answered = {(str(repair.code), repair.column) for repair in repairs}
    fills = (RepairCode.FILL_MISSING_ZERO, RepairCode.INTERPOLATE, RepairCode.DROP_COLUMN)
    settled = []
    for problem in problems:
        done = problem.code in CELL_FAULTS and any((str(code), problem.column) in answered for code in fills)
        done = done or (problem.repair is not None and problem.repair in agreed)
        settled.append(replace(problem, severity=Severity.INFO, repair=None) if done else problem)
    return tuple(settled)
