"""Files become typed tables with their problems named; agreed repairs are recorded and replayed."""

from core.data.calendar import Granularity
from core.data.cells import ColumnKind, TypedColumn, type_table
from core.data.dates import DateOrder
from core.data.detect import DatasetKind, Detection, detect
from core.data.files import list_sheets, read_table
from core.data.guesses import Guess
from core.data.limits import ReadLimits
from core.data.mapping import (
    ColumnMap,
    ColumnRole,
    EdgeWeeks,
    KpiKind,
    Mapping,
    MappingProblem,
    MediaMeasure,
    Period,
    Weekday,
    to_mmm_config_fields,
)
from core.data.numbers import NumberFormat
from core.data.prepared import Prepared
from core.data.problems import DataProblem, FileProblem, ProblemCode, Repair, RepairCode, Severity
from core.data.table import FileKind, RawTable
from core.data.workbook import SheetInfo

__all__ = [
    "ColumnKind",
    "ColumnMap",
    "ColumnRole",
    "DataProblem",
    "DatasetKind",
    "DateOrder",
    "Detection",
    "EdgeWeeks",
    "FileKind",
    "FileProblem",
    "Granularity",
    "Guess",
    "KpiKind",
    "Mapping",
    "MappingProblem",
    "MediaMeasure",
    "NumberFormat",
    "Period",
    "Prepared",
    "ProblemCode",
    "RawTable",
    "ReadLimits",
    "Repair",
    "RepairCode",
    "Severity",
    "SheetInfo",
    "TypedColumn",
    "Weekday",
    "detect",
    "list_sheets",
    "read_table",
    "to_mmm_config_fields",
    "type_table",
]
