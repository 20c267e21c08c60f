"""A file is what its content says; what cannot be read gets one clear sentence."""

import hashlib
import struct
import time
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from core.data import FileKind, FileProblem, ReadLimits, list_sheets, read_table
from core.errors import UserError
from tests.core.data.ole_writer import BOF, EOF, FILEPASS, ole_bytes
from tests.core.data.uploads import FOLDER, ROWS, SAMPLE, repacked, xlsx
from tests.core.data.xlsb_writer import xlsb_bytes

CSV = b"date,tv_spend,revenue\n2024-01-01,1,2\n2024-01-02,3,4\n"


def sentence(content: bytes, name: str = "file.csv", **options: object) -> str:
    with pytest.raises(FileProblem) as caught:
        read_table(content, name, **options)  # type: ignore[arg-type]
    assert isinstance(caught.value, UserError)
    assert len(caught.value.faults) == 1
    assert name in caught.value.faults[0]
    return caught.value.faults[0]


def parquet(frame: pd.DataFrame) -> bytes:
    stream = BytesIO()
    frame.to_parquet(stream, index=False)
    return stream.getvalue()


def test_a_workbook_named_csv_is_read_as_a_workbook() -> None:
    table = read_table(xlsx(), "sales.csv")
    assert table.kind is FileKind.XLSX
    assert table.columns == ("date", "tv_spend", "revenue")


def test_a_text_named_xlsx_is_read_as_text() -> None:
    assert read_table(CSV, "sales.xlsx").kind is FileKind.CSV


def test_bytes_and_path_give_the_same_table_and_checksum(tmp_path: Path) -> None:
    path = tmp_path / "anything.dat"
    path.write_bytes(xlsx())
    from_path, from_bytes = read_table(path, "a.xlsx"), read_table(path.read_bytes(), "a.xlsx")
    assert from_path.checksum == from_bytes.checksum == hashlib.sha256(path.read_bytes()).hexdigest()
    pd.testing.assert_frame_equal(from_path.frame, from_bytes.frame)


@pytest.mark.parametrize("content", [b"", b"   \n\n", b"\xef\xbb\xbf\r\n"])
def test_an_empty_file_is_called_empty(content: bytes) -> None:
    assert sentence(content) == "file.csv is empty."


def test_the_empty_workbook_of_no_bytes_is_called_empty() -> None:
    assert sentence((FOLDER / "dimastbk_empty_file.xlsb").read_bytes()) == "file.csv is empty."


def test_a_header_without_rows_is_said() -> None:
    assert "no rows below it" in sentence(b"date,tv,revenue\n")
    assert "no rows below it" in sentence(xlsx([["date", "tv", "revenue"]]))
    assert "columns but no rows" in sentence(parquet(pd.DataFrame({"a": pd.Series([], dtype=float)})))


def test_an_empty_workbook_is_said() -> None:
    assert "no sheet holds a table" in sentence(xlsx({"A": [], "B": []}))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7 something", "a PDF document"),
        (b"<html><body><table><tr><td>1</td></tr></table>", "a web page (HTML)"),
        (b"<!DOCTYPE html>\n<title>x</title>", "a web page (HTML)"),
        (b"<?xml version='1.0'?><Workbook/>", "an XML file"),
        (b'{"date": "2024-01-01"}', "a JSON file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a picture"),
        (b"\x1f\x8b\x08" + bytes(50), "gzip"),
        (b"Rar!\x1a\x07" + bytes(50), "a RAR archive"),
        (b"SQLite format 3\0" + bytes(50), "an SQLite database"),
        (bytes(range(256)) * 40, "not a table"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(content: bytes, what: str) -> None:
    assert what in sentence(content, "report.xls")


def test_archives_and_documents_are_told_from_workbooks() -> None:
    for part, what in (
        ("data.csv", "a ZIP archive"),
        ("content.xml", "OpenDocument"),
        ("word/document.xml", "Word"),
    ):
        stream = BytesIO()
        with zipfile.ZipFile(stream, "w") as package:
            package.writestr(part, "x")
        assert what in sentence(stream.getvalue(), "table.xlsx")


def test_a_workbook_with_a_password_is_told_from_a_damaged_one() -> None:
    protected = (FOLDER / "tafia_pass_protected.xlsb").read_bytes()
    assert "protected with a password" in sentence(protected, "plan.xlsb")
    assert "damaged" in sentence(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "plan.xls")


def test_an_old_workbook_is_called_old_and_a_protected_one_protected() -> None:
    assert "old Excel format (.xls)" in sentence(ole_bytes("Workbook", BOF + EOF), "sales.xls")
    assert "protected with a password" in sentence(ole_bytes("Workbook", BOF + FILEPASS + EOF), "sales.xls")
    assert "very old or damaged" in sentence(ole_bytes("Book", BOF + EOF), "sales.xls")


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_workbook_that_breaks_off_is_called_damaged(kept: float) -> None:
    workbook = xlsx()
    assert "damaged or was not uploaded completely" in sentence(
        workbook[: int(len(workbook) * kept)], "cut.xlsx"
    )


def test_a_workbook_whose_sheet_is_garbage_is_called_damaged() -> None:
    broken = repacked(xlsx(), "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row r='1'><c r='A1'")
    assert "damaged in its part xl/worksheets/sheet1.xml" in sentence(broken, "broken.xlsx")
    stream = xlsb_bytes(ROWS)
    assert "damaged" in sentence(repacked(stream, "xl/worksheets/sheet1.bin", b"\xff" * 9), "broken.xlsb")


def test_flipped_bytes_inside_a_part_are_called_damaged() -> None:
    workbook = bytearray(xlsx())
    workbook[600:640] = bytes(40)
    assert "damaged" in sentence(bytes(workbook), "flipped.xlsx")


def test_a_parquet_file_that_breaks_off_is_said() -> None:
    content = parquet(pd.DataFrame({"a": range(100)}))
    assert "breaks off" in sentence(content[:-20], "a.parquet")
    assert "cannot be decoded" in sentence(b"PAR1" + bytes(60) + b"PAR1", "a.parquet")


def test_parquet_keeps_its_types_and_refuses_what_is_no_cell() -> None:
    frame = pd.DataFrame({"date": pd.to_datetime(["2024-01-01"]), "zip": ["00123"], "tv": [1.5]})
    table = read_table(parquet(frame), "a.parquet")
    assert table.kind is FileKind.PARQUET
    assert table.frame["zip"].tolist() == ["00123"]
    assert table.frame["tv"].dtype == "float64"
    nested = pd.DataFrame({"tv": [[1, 2]], "b": [1]})
    assert "lists or structures" in sentence(parquet(nested), "a.parquet")


def test_a_zip_bomb_is_refused_by_the_bytes_it_really_has() -> None:
    """The sizes stated in the package are set to 100 bytes: only counting finds the truth."""
    blown = bytearray(repacked(xlsx(), "xl/worksheets/sheet1.xml", b" " * 30_000_000))
    with zipfile.ZipFile(BytesIO(bytes(blown))) as package:
        part = package.getinfo("xl/worksheets/sheet1.xml")
    stated = struct.pack("<I", part.file_size)
    blown = bytearray(bytes(blown).replace(stated, struct.pack("<I", 100)))
    limits = ReadLimits(max_inflated_bytes=10_000_000)
    assert "unpacks to more than 9.54 MB" in sentence(bytes(blown), "bomb.xlsx", limits=limits)


def test_cells_far_apart_end_only_the_reading_process() -> None:
    """Two cells in opposite corners make the reader ask for hundreds of gigabytes."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["B1"], sheet["A2"], sheet["XFD1048576"] = "a", "b", 1, 1
    stream = BytesIO()
    book.save(stream)
    assert "limits of memory and time" in sentence(stream.getvalue(), "far.xlsx")


def test_every_limit_is_kept_and_named() -> None:
    workbook = xlsx()
    assert "at most 1 kB" in sentence(workbook, limits=ReadLimits(max_bytes=1024))
    assert "at most 5 can be read" in sentence(workbook, limits=ReadLimits(max_rows=5))
    assert "at most 2 can be read" in sentence(workbook, limits=ReadLimits(max_columns=2))
    assert "more than 1 rows" in sentence(CSV, limits=ReadLimits(max_rows=1))
    assert "at most 2 can be read" in sentence(CSV, limits=ReadLimits(max_columns=2))
    assert "parts inside" in sentence(workbook, limits=ReadLimits(max_parts=3))
    content = parquet(pd.DataFrame({"a": range(100), "b": range(100)}))
    assert "100 rows" in sentence(content, limits=ReadLimits(max_rows=99))
    assert "decodes to more than" in sentence(content, limits=ReadLimits(max_inflated_bytes=100))


def test_a_limit_below_one_is_refused_at_birth() -> None:
    with pytest.raises(ValueError, match="max_rows"):
        ReadLimits(max_rows=0)


def test_a_line_without_end_is_no_table() -> None:
    assert "a line of more than 1 MB" in sentence(b"a,b\n" + b"," * 2_000_000 + b"\n")
    assert "a line of more than 1 MB" in sentence(b"," * 2_000_000)


def test_sheets_are_listed_with_what_is_in_them() -> None:
    sheets = list_sheets(xlsx({"Notes": [["Read me"]], "Media": ROWS}, hidden=("Media",)), "a.xlsx")
    assert [(sheet.name, sheet.visible, sheet.has_table) for sheet in sheets] == [
        ("Notes", True, False),
        ("Media", False, True),
    ]
    assert list_sheets(CSV, "a.csv") == ()


def test_rows_that_repeat_the_header_are_left_out_and_named() -> None:
    table = read_table(b"date,tv\n2024-01-01,1\ndate,tv\n2024-01-08,2\n", "pasted.csv")
    assert table.rows == 2
    assert table.problems[0].row == 3
    assert table.row_in_file(1) == 4


def test_the_sample_is_read_whole() -> None:
    table = read_table(SAMPLE, "robyn_weekly.csv")
    assert table.frame.shape == (208, 12)
    assert table.preview(3).index.tolist() == [2, 3, 4]
    assert not table.problems


def test_half_a_million_rows_of_text_are_read_in_under_two_seconds_of_work() -> None:
    line = b"2024-01-01,Web,TV,12.5,1234.56,99\n2024-01-02,Store,Radio,,77.1,3\n"
    content = b"date,channel,department,discount,sales,units\n" + line * 250_000
    before = time.process_time()
    table = read_table(content, "large.csv")
    assert table.rows == 500_000
    assert time.process_time() - before < 2
