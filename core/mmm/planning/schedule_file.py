"""A schedule read back from a file: our own workbook changed by hand, or any table of dates and channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.data.files import list_sheets, read_table
from core.data.limits import MIB, ReadLimits
from core.errors import UserError
from core.mmm.planning.schedule import SHEET, Schedule
from core.mmm.planning.schedule_reader import ScheduleReader
from core.mmm.planning.schedule_shape import ScheduleShape

LIMITS = ReadLimits(
    max_bytes=10 * MIB, max_inflated_bytes=200 * MIB, max_rows=100_000, max_columns=200, max_sheets=50,
    max_reader_seconds=30,
)  # fmt: skip
MOST_FAULTS = 20


@dataclass(frozen=True, eq=False)
class ScheduleFile:
    """What was read: the schedule, and what is worth knowing about the reading."""

    schedule: Schedule
    notes: tuple[str, ...] = ()


def read_schedule(content: bytes, name: str, shape: ScheduleShape) -> ScheduleFile:
    """The schedule in an uploaded file, money in whole cents.

    A workbook's sheet `Plan` is taken where there is one, else its largest table; one column a channel, or
    one row a channel with its name in `Channel`. Raises UserError with every fault and its place.
    """
    sheets = [sheet.name for sheet in list_sheets(content, name, LIMITS)]
    raw = read_table(content, name, SHEET if SHEET in sheets else None, LIMITS)
    reader = ScheduleReader(raw, shape)
    schedule = reader.read()
    if reader.faults:
        raise UserError(_shortened(reader.faults))
    assert schedule is not None
    return ScheduleFile(schedule, tuple(reader.notes))


def _shortened(faults: Sequence[str]) -> list[str]:
    shown = list(dict.fromkeys(faults))
    if len(shown) <= MOST_FAULTS:
        return shown
    return [*shown[:MOST_FAULTS], f"And {len(shown) - MOST_FAULTS} more of this kind."]
