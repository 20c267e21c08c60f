"""Columns get their type; what a typed reader would lose is named."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from core.data import ColumnKind, ProblemCode, RawTable, TypedColumn, read_table, type_table
from core.data.cells import type_column


def typed(text: str, column: str) -> TypedColumn:
    return type_table(read_table(text.encode(), "a.csv"))[column]


def table_of(frame: pd.DataFrame) -> RawTable:
    stream = BytesIO()
    frame.to_parquet(stream, index=False)
    return read_table(stream.getvalue(), "a.parquet")


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1.5", "2", "n/a"], ColumnKind.NUMBER),
        (["00123", "04567", "7"], ColumnKind.TEXT),
        (["2024-01-01", "2024-01-08", "soon"], ColumnKind.DATE),
        (["A12", "B13", "14"], ColumnKind.TEXT),
        (["202401", "202402", "202403"], ColumnKind.DATE),
        (["45292", "45299", "45306"], ColumnKind.NUMBER),
        (["", "", ""], ColumnKind.EMPTY),
        (["na", "Black Friday", "na"], ColumnKind.TEXT),
    ],
)
def test_the_kind_of_a_column_is_what_most_of_its_cells_are(cells: list[str], kind: ColumnKind) -> None:
    assert typed("x,y\n" + "".join(f"{cell},1\n" for cell in cells), "x").kind is kind


def test_a_telling_name_turns_day_numbers_into_days() -> None:
    column = typed("Datum,y\n45292,1\n45299,1\n45306,1\n", "Datum")
    assert column.kind is ColumnKind.DATE
    assert column.values.dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-01-08", "2024-01-15"]


def test_identifiers_keep_their_leading_zeros_until_they_are_asked_for_as_numbers() -> None:
    table = read_table(b"zip,y\n00123,1\n04567,2\n", "a.csv")
    assert type_column(table, "zip").values.tolist() == ["00123", "04567"]
    assert type_column(table, "zip", ColumnKind.NUMBER).values.tolist() == [123.0, 4567.0]


def test_a_word_for_missing_is_reported_once_with_all_its_rows() -> None:
    column = typed("x,y\n1,1\nn/a,1\n3,1\nN/A,1\n", "x")
    (problem,) = column.problems
    assert (problem.code, problem.row, problem.rows, problem.count) == (
        ProblemCode.MISSING_WORD,
        3,
        (3, 5),
        2,
    )


def test_a_long_text_in_a_problem_is_cut() -> None:
    column = typed("x,y\n" + "1,1\n" * 5 + "z" * 5000 + ",1\n", "x")
    assert len(column.problems[0].message) < 200


def test_percent_signs_in_part_of_a_column_are_a_warning() -> None:
    column = typed("x,y\n12 %,1\n0.3,1\n", "x")
    assert column.values.tolist() == [0.12, 0.3]
    assert column.problems[0].code == ProblemCode.MIXED_PERCENT


def test_endless_numbers_of_a_parquet_file_are_no_numbers() -> None:
    column = type_table(table_of(pd.DataFrame({"x": [1.0, np.inf, 3.0]})))["x"]
    assert np.isnan(column.values[1])
    assert (column.problems[0].code, column.problems[0].row) == (ProblemCode.BAD_NUMBER, 3)


def test_times_with_a_zone_keep_their_wall_clock() -> None:
    moments = pd.date_range("2024-01-01", periods=3, freq="D", tz="Europe/Berlin")
    column = type_table(table_of(pd.DataFrame({"day": moments})))["day"]
    assert column.values.dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-01-02", "2024-01-03"]
