"""XLSX and XLSB: no cell lost in silence, dates of both systems, the right sheet, a second reader."""

import datetime as dt
from io import BytesIO

import openpyxl
import pandas as pd
import pytest
from pyxlsb import open_workbook

from core.data import FileKind, FileProblem, ProblemCode, read_table, type_table
from core.data.dates import serial_of
from tests.core.data.uploads import DAYS, FOLDER, ROWS, repacked, xlsx
from tests.core.data.xlsb_writer import DayNumber, Error, Inline, xlsb_bytes

MIXED = [
    ["date", "tv", "code", "flag", "note"],
    [dt.date(2024, 1, 1), 1234.5, "00123", True, Inline("kept in the cell")],
    [dt.date(2024, 1, 8), "n/a", "00124", False, None],
    ["31.12.2024", "1.234,56 EUR", "7", True, "x"],
    [dt.date(2024, 1, 22), Error("#DIV/0!"), "9", None, Error("#N/A")],
]


def frame_by_pyxlsb(content: bytes, sheet: str = "Sheet1") -> list[list[object]]:
    with open_workbook(BytesIO(content)) as book, book.get_sheet(sheet) as opened:
        return [[cell.v for cell in row] for row in opened.rows()]


def test_a_cell_that_typing_would_lose_stays_as_its_text() -> None:
    table = read_table(xlsb_bytes(MIXED), "a.xlsb")
    assert table.kind is FileKind.XLSB
    assert table.frame["tv"].tolist() == ["1234.5", "n/a", "1.234,56 EUR", "#DIV/0!"]
    assert table.frame["date"].tolist()[2] == "31.12.2024"
    assert table.frame["code"].tolist() == ["00123", "00124", "7", "9"]
    assert table.frame["note"].iloc[0] == "kept in the cell"


def test_every_such_cell_is_named_with_sheet_column_and_row() -> None:
    typed = type_table(read_table(xlsb_bytes({"Media": MIXED}), "a.xlsb"))
    assert typed["tv"].values.tolist()[:1] == [1234.5]
    assert typed["tv"].values.tolist()[2] == 1234.56
    places = {problem.code: problem.where for problem in typed["tv"].problems}
    assert places[ProblemCode.FORMULA_ERROR] == "a.xlsb, sheet Media, column tv, row 5"
    assert places[ProblemCode.MISSING_WORD] == "a.xlsb, sheet Media, column tv, row 3"
    assert not typed["date"].values.isna().any()


def test_formula_errors_in_excel_workbooks_are_found_too() -> None:
    content = xlsx(
        [["date", "tv"], [DAYS[0], 1], [DAYS[1], 2], [DAYS[2], 3]], errors={"B3": "#DIV/0!", "B4": "#REF!"}
    )
    table = read_table(content, "a.xlsx")
    assert table.frame["tv"].tolist() == ["1", "#DIV/0!", "#REF!"]


@pytest.mark.parametrize("date1904", [False, True])
@pytest.mark.parametrize("integer_dates", [False, True])
def test_dates_are_the_same_days_in_both_date_systems_and_packings(
    date1904: bool, integer_dates: bool
) -> None:
    rows = [["date", "moment", "tv"], *[[day, dt.datetime(2024, 3, 1, 12, 30), 1] for day in DAYS]]
    table = read_table(xlsb_bytes(rows, date1904=date1904, integer_dates=integer_dates), "a.xlsb")
    typed = type_table(table)
    assert typed["date"].values.dt.date.tolist() == DAYS
    assert typed["moment"].values.iloc[0] == pd.Timestamp(2024, 3, 1, 12, 30)


@pytest.mark.parametrize("date1904", [False, True])
def test_whole_numbers_in_a_date_column_become_the_days_they_count(date1904: bool) -> None:
    shift = 1462 if date1904 else 0
    rows = [["Datum", "tv"], *[[DayNumber(serial_of(day) - shift), 1] for day in DAYS]]
    typed = type_table(read_table(xlsb_bytes(rows, date1904=date1904), "a.xlsb"))
    assert typed["Datum"].values.dt.date.tolist() == DAYS
    assert typed["Datum"].problems[0].code == ProblemCode.DATE_SERIAL


def test_excel_workbooks_of_1904_keep_their_days() -> None:
    typed = type_table(read_table(xlsx(epoch1904=True), "a.xlsx"))
    assert typed["date"].values.dt.date.tolist() == DAYS


def test_the_real_workbooks_of_both_date_systems_agree_with_pyxlsb() -> None:
    for name, shift in (("tafia_date.xlsb", 0), ("tafia_date_1904.xlsb", 1462)):
        content = (FOLDER / name).read_bytes()
        first = read_table(content, name).frame.iloc[0, 0]
        second = frame_by_pyxlsb(content)[0][0]
        assert str(first)[:10] == "2021-01-01"
        assert isinstance(second, float) and int(second) + shift == serial_of(dt.date(2021, 1, 1))


def test_pyxlsb_sees_the_same_numbers_and_texts() -> None:
    rows = [["name", "a", "b"], *[[f"text {n}", n * 1.25, (-1) ** n * 10**n / 7] for n in range(12)]]
    content = xlsb_bytes(rows)
    table = read_table(content, "a.xlsb")
    assert [list(table.columns), *table.frame.to_numpy().tolist()] == frame_by_pyxlsb(content)


def test_the_second_reader_reads_what_the_first_refuses() -> None:
    """A styles part that breaks off stops calamine; pyxlsb does not look at styles."""
    broken = repacked(xlsb_bytes(ROWS), "xl/styles.bin", b"\x96\x02\x00\x9c\x05\xff\xff\xff\x7f")
    table = read_table(broken, "a.xlsb")
    assert "second reader" in " ".join(table.notes)
    typed = type_table(table)
    assert typed["date"].values.dt.date.tolist() == DAYS
    assert typed["revenue"].values.tolist() == [float(100 + n) for n in range(12)]


def test_the_sheet_with_the_table_is_taken_and_the_others_are_named() -> None:
    content = xlsx({"Read me": [["Notes"], ["nothing here"]], "Media": ROWS, "Empty": []})
    table = read_table(content, "a.xlsx")
    assert (table.sheet, table.sheets) == ("Media", ("Read me", "Media", "Empty"))
    assert "not read: Read me, Empty" in " ".join(table.notes)


def test_a_hidden_sheet_is_taken_only_when_it_is_named() -> None:
    content = xlsx({"Old": ROWS * 3, "New": ROWS}, hidden=("Old",))
    assert read_table(content, "a.xlsx").sheet == "New"
    assert read_table(content, "a.xlsx", sheet="Old").sheet == "Old"
    assert read_table((FOLDER / "tafia_any_sheets.xlsb").read_bytes(), "a.xlsb").sheet == "Visible"


def test_a_sheet_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(FileProblem, match="has no sheet Budget; it has Data"):
        read_table(xlsx(), "a.xlsx", sheet="Budget")


def test_a_table_away_from_the_corner_keeps_the_rows_a_person_sees() -> None:
    book = openpyxl.Workbook()
    for row, cells in enumerate(ROWS, start=7):
        for column, value in enumerate(cells, start=3):
            book.active.cell(row=row, column=column, value=value)
    stream = BytesIO()
    book.save(stream)
    table = read_table(stream.getvalue(), "a.xlsx")
    assert table.columns == ("date", "tv_spend", "revenue")
    assert table.row_in_file(0) == 8


def test_blank_rows_inside_are_left_out_and_row_numbers_stay_right() -> None:
    rows = [ROWS[0], ROWS[1], [], ROWS[2], [None, None, None], ROWS[3]]
    table = read_table(xlsx(rows), "a.xlsx")
    assert table.rows == 3
    assert [table.row_in_file(index) for index in range(3)] == [2, 4, 6]


def test_true_and_false_are_flags_and_never_ones() -> None:
    table = read_table(xlsb_bytes([["a", "b"], [True, 1], [2, 2]]), "a.xlsb")
    assert table.frame["a"].tolist() == ["true", "2"]
