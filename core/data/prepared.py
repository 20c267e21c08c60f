"""Files and their mappings combined into one typed frame, and what is known of it once it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from core.data.detect import frequency_of
from core.data.frames import Frame, typed_frame
from core.data.guesses import medium_of
from core.data.join import join, same_frequency
from core.data.mapping import ColumnRole, Mapping, Period
from core.data.pivot import widen
from core.data.problems import DataProblem, FileProblem, Repair, Severity
from core.data.table import RawTable
from core.data.weeks import to_weeks


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
