"""A file that holds only the newest rows, laid over the table a data set already has."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from core.data.frame_checks import frame_problems
from core.data.frame_repairs import repaired
from core.data.frames import Frame
from core.data.mapping import Mapping
from core.data.prepare import ORDER, Prepared
from core.data.problems import ProblemCode

# What the checks of a whole table found is found anew on the completed one; the rest belongs to the file.
OF_THE_TABLE = frozenset({ProblemCode.MAPPING, ProblemCode.NO_ROWS})
OF_THE_FILE = frozenset(str(code) for code in ProblemCode if code not in OF_THE_TABLE)


def starts_later(old: pd.DataFrame, new: pd.DataFrame, mapping: Mapping) -> bool:
    """Whether the new table begins after the old one does: then it probably holds only the newest rows."""
    date = mapping.date_column
    if date is None or date not in old or date not in new or new.empty:
        return False
    return bool(new[date].min() > old[date].min())


def added_to(old: pd.DataFrame, prepared: Prepared) -> Prepared:
    """The old table with the new rows on top, checked as a whole.

    A date (and geo) in both counts as corrected: the new row stands. Columns are those of the new file.
    Repairs that were agreed for the file are applied to the completed table too.
    """
    keys = [key for key in (prepared.mapping.date_column, prepared.mapping.geo_column) if key]
    if not keys or any(key not in old or key not in prepared.frame for key in keys):
        return prepared
    data = _on_top(old, prepared.frame, keys)
    found = tuple(problem for problem in prepared.problems if str(problem.code) in OF_THE_FILE)
    frame = Frame(data, prepared.mapping, "", found, placed=False)
    for repair in prepared.repairs_applied:
        frame = repaired(frame, repair)
    problems = sorted((*frame.problems, *frame_problems(frame)), key=lambda problem: ORDER[problem.severity])
    note = f"{len(prepared.frame):,} rows of the file were laid over {len(old):,} earlier ones."
    return replace(
        prepared,
        frame=frame.data.reset_index(drop=True),
        mapping=frame.mapping,
        problems=tuple(problems),
        notes=(*prepared.notes, note),
    )


def _on_top(old: pd.DataFrame, new: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Rows of both by date (and geo), the new one where both have it, sorted by geo and date."""
    known = pd.MultiIndex.from_frame(old[keys]).isin(pd.MultiIndex.from_frame(new[keys]))
    columns = [column for column in new if column in old]
    both = pd.concat([old.loc[~known, columns], new], ignore_index=True)
    return both[list(new.columns)].sort_values(keys[::-1], kind="stable", ignore_index=True)
