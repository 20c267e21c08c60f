"""Where a table's header is, and the unique names of its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from core.data.dates import read_dates
from core.data.numbers import read_numbers
from core.data.problems import DataProblem, ProblemCode, Severity, name_some

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class HeaderRules:
    """When a row counts as the header: how full against the usual row, and how much of it may be values."""

    min_fill_share: float = 0.6
    max_value_share: float = 0.34
    min_typical_cells: int = 2


@dataclass(frozen=True)
class Header:
    """The header found in the first rows of a sheet.

    `first` is the index of its first row, `depth` how many rows it takes (0: there is none),
    `names` one unique name per column, `first_row` the rows' number in the file of the first record
    (1-based).
    """

    first: int
    depth: int
    names: tuple[str, ...]
    problems: tuple[DataProblem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def first_row(self) -> int:
        """The row of the file, counted from 1, in which the records begin."""
        return self.first + self.depth + 1


def find_header(rows: Rows, rules: HeaderRules | None = None, own_width: bool = False) -> Header | None:
    """The header of a sheet from its first rows (cells as text, "" where blank); None where nothing is there.

    Title lines and blank lines above it are skipped; a header over two rows (merged cells above names) is
    joined; a table that begins with values gets the names `Column 1`, ... and a problem that says so. With
    `own_width` the header alone says how many columns there are (text files, where a row can be too long).
    """
    rules = rules or HeaderRules()
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    if not any(filled):
        return None
    wide = [count for count in filled if count >= rules.min_typical_cells]
    needed = max(1.0, rules.min_fill_share * median(wide)) if wide else 1.0
    first = next(index for index, count in enumerate(filled) if count >= needed)
    width = max(len(row) for row in rows)
    row = _padded(rows[first], width)
    if _is_values(row, rules):
        names = tuple(f"Column {number}" for number in range(1, width + 1))
        message = (
            f"Row {first + 1} already holds values: there is no header row. The columns are called "
            f"{names[0]} to {names[-1]}; a first row with names makes them readable."
        )
        problem = DataProblem(Severity.WARNING, ProblemCode.NO_HEADER, message, row=first + 1)
        return Header(first, 0, names, (problem,))
    top = _merged_above(rows, first, width, rules)
    below = None if top is not None else _names_below(rows, first, width, rules)
    if top is not None:
        return _named(first - 1, 2, _joined(top, row), rows)
    if below is not None:
        return _named(first, 2, _joined(row, below), rows)
    return _named(first, 1, row[: len(rows[first])] if own_width else row, rows)


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [re.sub(r"\s+", " ", cell).strip() for cell in row] + [""] * (width - len(row))


def _is_values(row: Sequence[str], rules: HeaderRules) -> bool:
    cells = [cell for cell in row if cell]
    if not cells:
        return False
    numbers, dates = read_numbers(cells), read_dates(cells)
    values = sum(bool(n == n) or bool(d == d) for n, d in zip(numbers.values, dates.values, strict=True))
    return values / len(cells) > rules.max_value_share


def _merged_above(rows: Rows, first: int, width: int, rules: HeaderRules) -> list[str] | None:
    """The row above, when it names groups of columns: several cells, and gaps where the header has names."""
    if first == 0:
        return None
    above, row = _padded(rows[first - 1], width), _padded(rows[first], width)
    groups = sum(bool(cell) for cell in above)
    named = [name for name in row if name]
    completes = any(up and not down for up, down in zip(above, row, strict=True)) or len(set(named)) < len(
        named
    )
    return above if groups >= 2 and completes and not _is_values(above, rules) else None


def _names_below(rows: Rows, first: int, width: int, rules: HeaderRules) -> list[str] | None:
    """The row below, when the header has gaps (merged cells) and the row below fills them with names."""
    row = _padded(rows[first], width)
    if first + 1 >= len(rows) or (all(row[: len(_trimmed(row))]) and len(_trimmed(row)) == width):
        return None
    below = _padded(rows[first + 1], width)
    fills = any(down and not up for up, down in zip(row, below, strict=True))
    has_numbers = any(value == value for value in read_numbers([cell for cell in below if cell]).values)
    return below if fills and any(below) and not _is_values(below, rules) and not has_numbers else None


def _trimmed(row: Sequence[str]) -> list[str]:
    last = max((index for index, cell in enumerate(row) if cell), default=-1)
    return list(row[: last + 1])


def _joined(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    joined, group = [], ""
    for above, name in zip(groups, names, strict=True):
        group = above or (group if name else "")
        joined.append(" ".join(part for part in (group, name) if part))
    return joined


def _named(first: int, depth: int, cells: Sequence[str], rows: Rows) -> Header:
    row_in_file, width = first + depth, len(cells)
    filled = (index for row in rows[first:] for index, cell in enumerate(row[:width]) if cell.strip())
    last = max(filled, default=width - 1)
    used = list(cells[: last + 1])
    names, problems = _filled_gaps(used, rows[first + depth :], row_in_file)
    unique: list[str] = []
    doubles: list[str] = []
    counts: Counter[str] = Counter()
    for name in names:
        counts[name] += 1
        fresh = name
        while counts[name] > 1 and (fresh == name or fresh in names or fresh in unique):
            fresh = f"{name} ({counts[name]})"
            counts[name] += fresh in names or fresh in unique
        unique.append(fresh)
        if counts[name] == 2:
            doubles.append(name)
    if doubles:
        message = (
            f"Row {row_in_file} has the same column name more than once: {name_some(doubles)}. "
            "The later ones got a number so that none is lost."
        )
        problems.append(
            DataProblem(
                Severity.WARNING,
                ProblemCode.DUPLICATE_HEADER,
                message,
                row=row_in_file,
                column=doubles[0],
                count=len(doubles),
            )
        )
    notes = (f"The header was found in row {row_in_file}.",) if row_in_file > 1 else ()
    return Header(first, depth, tuple(unique), tuple(problems), notes)


def _filled_gaps(cells: Sequence[str], body: Rows, row_in_file: int) -> tuple[list[str], list[DataProblem]]:
    """Names for columns without one, after the name to their left; columns that hold values are reported."""
    names, group = list(cells), ""
    merged: list[str] = []
    blank: list[str] = []
    for index, name in enumerate(cells):
        if name:
            group = name
            continue
        has_values = any(index < len(row) and row[index].strip() for row in body)
        names[index] = f"{group} {index + 1}" if group and has_values else f"Column {index + 1}"
        if has_values:
            (merged if group else blank).append(names[index])
    message = (
        f"Row {row_in_file} has cells without a name, perhaps merged ones; the columns below them are called"
    )
    problems = [
        _nameless(Severity.WARNING, f"{message} {name_some(merged)}.", row_in_file, merged),
        _nameless(
            Severity.INFO, f"Row {row_in_file} has no name for {name_some(blank)}.", row_in_file, blank
        ),
    ]
    return names, [problem for problem in problems if problem is not None]


def _nameless(severity: Severity, message: str, row: int, columns: Sequence[str]) -> DataProblem | None:
    if not columns:
        return None
    return DataProblem(
        severity, ProblemCode.MERGED_HEADER, message, row=row, column=columns[0], count=len(columns)
    )
