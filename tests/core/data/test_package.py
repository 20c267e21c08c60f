"""Formulas without a stored result are found; those with one, even an empty text, are not."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from core.data import package as room
from core.data.package import uncalculated
from tests.core.data.uploads import repacked, xlsx

CELLS = {
    b'<c r="B3"><f>A3*2</f></c>': 1,
    b'<c r="B3"><f>A3*2</f><v/></c>': 1,
    b'<c r="B3" s="4"><f t="shared" si="0"/><v></v></c>': 1,
    b'<c r="B3"><f>A3*2</f><v>4</v></c>': 0,
    b'<c r="B3" t="str"><f>IF(A3,"","x")</f><v></v></c>': 0,
    b'<c r="B3"><v>4</v></c>': 0,
    b'<x:c r="B3"><x:f>A3</x:f></x:c>': 1,
}


def book(folder: Path, cell: bytes) -> Path:
    """A workbook whose third row holds one cell of our making."""
    plain = xlsx({"Till & Co": [["a", "b"], [1, 2], [3, 4]]})
    with zipfile.ZipFile(BytesIO(plain)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    row = sheet.index(b'<row r="3"')
    start, end = sheet.index(b">", row) + 1, sheet.index(b"</row>", row)
    path = folder / "book.xlsx"
    path.write_bytes(repacked(plain, "xl/worksheets/sheet1.xml", sheet[:start] + cell + sheet[end:]))
    return path


@pytest.mark.parametrize("cell", CELLS)
def test_only_formulas_without_a_result_are_found(tmp_path: Path, cell: bytes) -> None:
    found = uncalculated(book(tmp_path, cell), "Till & Co")
    assert found == ((1, "B3") if CELLS[cell] else (0, None))


def test_a_cell_across_two_chunks_is_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path, b'<c r="B3"><f>A3*2</f></c>')
    for size in range(7, 120, 13):
        monkeypatch.setattr(room, "CHUNK", size)
        assert uncalculated(path, "Till & Co") == (1, "B3")


def test_formulas_above_the_rows_do_not_count(tmp_path: Path) -> None:
    assert uncalculated(book(tmp_path, b'<c r="B3"><f>A3*2</f></c>'), "Till & Co", first_row=4) == (0, None)
