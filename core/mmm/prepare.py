"""Uploaded tables prepared for the mix model: combined, repaired as agreed, and judged by its own checks.

Each problem is placed in the file it comes from and offers the repair that is safe for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from core.data.frame_repairs import FRAME_REPAIRS
from core.data.frames import CELL_FAULTS, Frame
from core.data.mapping import ColumnRole, Mapping, MediaMeasure, to_mmm_config_fields
from core.data.prepared import Prepared, combined_frame
from core.data.problems import DataProblem, ProblemCode, Repair, RepairCode, Severity
from core.data.table import RawTable
from core.errors import UserError
from core.mmm.config import MMMConfig
from core.mmm.panel.checks import check
from core.mmm.panel.repair import apply_repair
from core.mmm.problem import Problem, RepairKind

LABELS = {
    RepairCode.DROP_DUPLICATES: "Keep one of each repeated row",
    RepairCode.SUM_DUPLICATES: "Add up the rows of the same period",
    RepairCode.DROP_ROWS: "Leave out the rows without a date",
    RepairCode.DROP_COLUMN: "Leave out {column}",
    RepairCode.FILL_MISSING_ZERO: "Fill the empty cells of {column} with 0",
    RepairCode.INTERPOLATE: "Interpolate {column} from its neighbours",
    RepairCode.COMMON_CALENDAR: "Keep only the periods all geos have",
    RepairCode.FILL_PERIODS: "Add the missing periods with zero media; KPI and controls interpolated",
    RepairCode.CLIP_NEGATIVE: "Set the negative values of {column} to 0",
    RepairCode.TRIM_TO_KPI: "Leave out the first and last rows without {column}",
}
# What the checks of a whole table found is found anew on the completed one; the rest belongs to the file.
OF_THE_TABLE = frozenset({ProblemCode.MAPPING, ProblemCode.NO_ROWS})
OF_THE_FILE = frozenset(str(code) for code in ProblemCode if code not in OF_THE_TABLE)


def prepare(
    tables: RawTable | Sequence[RawTable],
    mapping: Mapping | Sequence[Mapping],
    repairs: Sequence[Repair] = (),
) -> Prepared:
    """The tables typed, widened, summed to weeks, joined, checked and repaired as agreed.

    Several tables take one mapping each, in the same order (or one for all). Never raises for a fault of the
    data: what is wrong comes back as `problems`. Raises FileProblem without a table.
    """
    frame = combined_frame(tables, mapping, repairs)
    frame = _with_repairs(frame.but(problems=_settled(frame.problems, repairs)), repairs)
    data = frame.data.reset_index(drop=True)
    return Prepared(data, frame.mapping, _all_problems(frame), tuple(repairs), frame.notes)


def added_to(old: pd.DataFrame, prepared: Prepared) -> Prepared:
    """The old table with the new rows on top, checked as a whole.

    A date (and geo) in both counts as corrected: the new row stands. Columns are those of the new file.
    Repairs that were agreed for the file are applied to the completed table too.
    """
    keys = [key for key in (prepared.mapping.date_column, prepared.mapping.geo_column) if key]
    if not keys or any(key not in old or key not in prepared.frame for key in keys):
        return prepared
    # Rows of both by date (and geo), the new one where both have it.
    known = pd.MultiIndex.from_frame(old[keys]).isin(pd.MultiIndex.from_frame(prepared.frame[keys]))
    columns = [column for column in prepared.frame if column in old]
    both = pd.concat([old.loc[~known, columns], prepared.frame], ignore_index=True)
    data = both[list(prepared.frame.columns)].sort_values(keys[::-1], kind="stable", ignore_index=True)
    found = tuple(problem for problem in prepared.problems if str(problem.code) in OF_THE_FILE)
    frame = _with_repairs(Frame(data, prepared.mapping, "", found, placed=False), prepared.repairs_applied)
    note = f"{len(prepared.frame):,} rows of the file were laid over {len(old):,} earlier ones."
    return replace(
        prepared,
        frame=frame.data.reset_index(drop=True),
        mapping=frame.mapping,
        problems=_all_problems(frame),
        notes=(*prepared.notes, note),
    )


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


def _with_repairs(frame: Frame, repairs: Sequence[Repair]) -> Frame:
    """The frame after all repairs; one that cannot be carried out any more is a problem, not an exception."""
    failed = []
    for repair in repairs:
        try:
            frame = _repaired(frame, repair)
        except UserError as error:
            message = f"“{repair.label}” could not be done: {' '.join(error.faults)}"
            failed.append(DataProblem(Severity.ERROR, ProblemCode.REPAIR, message, column=repair.column))
    return frame.but(problems=(*frame.problems, *failed))


def _repaired(frame: Frame, repair: Repair) -> Frame:
    """The frame after one repair; one whose column or date is gone changes nothing.

    Raises UserError as the model's own repairs do.
    """
    gone = repair.column is not None and repair.column not in frame.data
    if gone or frame.mapping.date_column not in frame.data:
        return frame
    code = RepairCode(repair.code)
    if code in FRAME_REPAIRS:
        return FRAME_REPAIRS[code](frame, repair)
    problem = Problem("error", str(code), repair.label, repair.column, repair=RepairKind(str(code)))
    data = apply_repair(frame.data.reset_index(drop=True), _config_of(frame), problem)
    same_rows = len(data) == len(frame.data)
    if same_rows:
        data.index = frame.data.index
    return frame.but(data=data, placed=frame.placed and same_rows)


def _all_problems(frame: Frame) -> tuple[DataProblem, ...]:
    """What is already known of the frame and what the model's checks find in it, errors first."""
    order = list(Severity)
    found = (*frame.problems, *_found_by_the_model(frame))
    return tuple(sorted(found, key=lambda problem: order.index(problem.severity)))


def _config_of(frame: Frame) -> MMMConfig:
    """The model's configuration for checks; raises UserError where the mapping is not complete."""
    return MMMConfig(**to_mmm_config_fields(frame.mapping, frame.data))


def _found_by_the_model(frame: Frame) -> tuple[DataProblem, ...]:
    """What the model's checks find in the frame, beyond what is already reported of its cells."""
    if not len(frame.data):
        message = "No row is left to model."
        return (DataProblem(Severity.ERROR, ProblemCode.NO_ROWS, message, frame.name),)
    try:
        config = _config_of(frame)
    except UserError as error:
        return tuple(
            DataProblem(Severity.ERROR, ProblemCode.MAPPING, fault, frame.name) for fault in error.faults
        )
    found = [_placed(frame, problem) for problem in check(frame.data.reset_index(drop=True), config)]
    found += _unused_media(frame)
    return tuple(problem for problem in found if not _already_reported(frame, problem))


def _placed(frame: Frame, problem: Problem) -> DataProblem:
    row, message = None, problem.message
    if problem.row is not None:
        row = int(frame.data.index[problem.row - 1]) if frame.placed else None
        place = f"in row {row}" if row else f"in row {problem.row} of the prepared table"
        message = message.replace(f"in row {problem.row}", place).replace(
            f"row {problem.row} (", f"row {row or problem.row} ("
        )
    repair = _repair(frame, problem)
    severity = Severity.ERROR if problem.blocks else Severity.WARNING
    return DataProblem(
        severity, problem.code, message, frame.name, column=problem.column, row=row, repair=repair
    )


def _repair(frame: Frame, problem: Problem) -> Repair | None:
    """The model's repair, or one added here: missing periods, negative media, a KPI that ends early."""
    code: RepairCode | None = RepairCode(problem.repair.value) if problem.repair else None
    if problem.code == "missing_period":
        code = RepairCode.FILL_PERIODS
    elif problem.code == "negative":
        code = RepairCode.CLIP_NEGATIVE
    elif (
        problem.code == "empty_cell" and problem.column == frame.mapping.target_column and _only_edges(frame)
    ):
        code = RepairCode.TRIM_TO_KPI
    if code is None:
        return None
    return Repair(code, LABELS[code].format(column=problem.column), problem.column)


def _only_edges(frame: Frame) -> bool:
    """Whether the KPI is blank only before its first or after its last value, in whole periods."""
    date, target = str(frame.mapping.date_column), str(frame.mapping.target_column)
    known = frame.data.loc[frame.data[target].notna(), date]
    blank = frame.data.loc[frame.data[target].isna(), date]
    return bool(len(known) and ((blank < known.min()) | (blank > known.max())).all())


def _already_reported(frame: Frame, problem: DataProblem) -> bool:
    """An empty cell that is empty because its text was no number has been reported with its place."""
    if problem.code != "empty_cell" or problem.column is None:
        return False
    blamed = sum(p.count for p in frame.problems if p.column == problem.column and p.code in CELL_FAULTS)
    return bool(blamed) and blamed >= int(frame.data[problem.column].isna().sum())


def _unused_media(frame: Frame) -> list[DataProblem]:
    """Gaps and negative values in exposure columns the model would not use yet are worth a warning."""
    pairs = frame.mapping.pairs
    idle = list(pairs.values()) if frame.mapping.media_measure is MediaMeasure.SPEND else []
    switched = frame.mapping.replace(
        columns=tuple(
            replace(c, role=ColumnRole.ORGANIC, pair=None) if c.column in idle else c
            for c in frame.mapping.columns
        )
    )
    if not idle:
        return []
    found = check(frame.data.reset_index(drop=True), _config_of(frame.but(mapping=switched)))
    kept = [
        p
        for p in found
        if p.column in idle and p.code in ("empty_cell", "negative", "not_a_number", "all_zero")
    ]
    return [replace(_placed(frame, p), severity=Severity.WARNING) for p in kept]
