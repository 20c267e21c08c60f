"""A prepared frame judged by the model's own checks, each fault placed in the file and given its repair."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from core.data.frames import CELL_FAULTS, Frame
from core.data.mapping import ColumnRole, Mapping, MediaMeasure
from core.data.model_fields import to_mmm_config_fields
from core.data.problems import DataProblem, ProblemCode, Severity
from core.data.repairs import Repair, RepairCode
from core.errors import UserError
from core.mmm import MMMConfig, Problem, check

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


def config_of(mapping: Mapping, frame: pd.DataFrame | None = None) -> MMMConfig:
    """The model's configuration for checks; raises UserError where the mapping is not complete."""
    return MMMConfig(**to_mmm_config_fields(mapping, frame))


def frame_problems(frame: Frame) -> tuple[DataProblem, ...]:
    """What the model's checks find in the frame, beyond what its cells were already blamed for."""
    mapping = frame.mapping
    try:
        config = config_of(mapping, frame.data)
    except UserError as error:
        return tuple(
            DataProblem(Severity.ERROR, ProblemCode.MAPPING, fault, frame.name) for fault in error.faults
        )
    found = [_placed(frame, problem) for problem in check(frame.data.reset_index(drop=True), config)]
    found += _unused_media(frame)
    return tuple(problem for problem in found if not _already_said(frame, problem))


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


def _already_said(frame: Frame, problem: DataProblem) -> bool:
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
    found = check(frame.data.reset_index(drop=True), config_of(switched, frame.data))
    kept = [
        p
        for p in found
        if p.column in idle and p.code in ("empty_cell", "negative", "not_a_number", "all_zero")
    ]
    return [replace(_placed(frame, p), severity=Severity.WARNING) for p in kept]
