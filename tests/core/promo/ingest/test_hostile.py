"""Hostile files: each is answered with one clear sentence, or its bad rows are named."""

from __future__ import annotations

import datetime as dt
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from core.data.limits import ReadLimits
from core.data.problems import FileProblem
from core.promo.ingest import SalesMapping, read_sales
from tests.core.data.uploads import repacked
from tests.core.data.xlsb_writer import Error
from tests.core.promo.ingest.sales_files import (
    HEADER,
    as_csv,
    as_parquet,
    as_xlsb,
    as_xlsx,
    sales_rows,
    saved,
)

COLUMNS = dict(
    zip(
        (
            "date",
            "channel",
            "department",
            "promo_flag",
            "discount_pct",
            "sales_value",
            "margin_value",
            "units",
        ),
        HEADER,
        strict=True,
    )
)
MAPPING = SalesMapping(COLUMNS)


def refusal(*files: Path, **settings: object) -> str:
    """The one sentence with which the files are refused."""
    with pytest.raises(FileProblem) as refused:
        read_sales(files, **settings)  # type: ignore[arg-type]
    assert len(refused.value.faults) == 1
    return refused.value.faults[0]


def test_days_counted_from_1904_are_the_same_days(tmp_path: Path) -> None:
    usual = saved(tmp_path, "a.xlsb", as_xlsb(sales_rows()))
    for name, content in (
        ("b.xlsb", as_xlsb(sales_rows(), date1904=True)),
        ("c.xlsx", as_xlsx(sales_rows(), epoch1904=True)),
    ):
        assert read_sales(saved(tmp_path, name, content))[0].equals(read_sales(usual)[0])


def test_a_passworded_workbook_is_refused() -> None:
    path = Path(__file__).parents[3] / "data" / "uploads" / "tafia_pass_protected.xlsb"
    assert "protected with a password" in refusal(path)


@pytest.mark.parametrize("kind", ["xlsx", "xlsb", "parquet"])
def test_a_truncated_file_is_refused(tmp_path: Path, kind: str) -> None:
    content = {"xlsx": as_xlsx, "xlsb": as_xlsb, "parquet": as_parquet}[kind](sales_rows())
    said = refusal(saved(tmp_path, f"cut.{kind}", content[: len(content) * 2 // 3]))
    assert "damaged" in said or "breaks off" in said or "not written" in said


def test_a_truncated_csv_loses_only_the_row_that_breaks_off(tmp_path: Path) -> None:
    content = as_csv(sales_rows())
    _sales, report = read_sales(saved(tmp_path, "cut.csv", content[:-14]))
    assert (report.rows_read, report.rows_rejected) == (80, 1)
    assert report.rejected.iloc[0]["row"] == 81


def test_a_million_empty_rows_are_passed_over(tmp_path: Path) -> None:
    head, body = as_csv(sales_rows()).split(b"\n", 1)
    path = saved(tmp_path, "gap.csv", head + b"\n" + b",,,,,,,\n" * 500_000 + b"\n" * 500_000 + body)
    sales, report = read_sales(path)
    assert (report.rows_read, report.rows_rejected) == (80, 0)
    assert sales.equals(read_sales(saved(tmp_path, "plain.csv", as_csv(sales_rows())))[0])
    assert "no rows below" in refusal(saved(tmp_path, "empty.csv", head + b"\n" + b",,,,,,,\n" * 1_000_000))


def test_a_workbook_of_empty_rows_has_no_rows(tmp_path: Path) -> None:
    path = saved(tmp_path, "empty.xlsx", as_xlsx([[None] * 8, *[[""] + [None] * 7] * 500]))
    assert "no rows below" in refusal(path)


def test_stored_results_of_formulas_are_used_and_their_errors_rejected(tmp_path: Path) -> None:
    rows = sales_rows()
    rows[7][5] = Error("#REF!")
    _sales, report = read_sales(saved(tmp_path, "formulas.xlsb", as_xlsb(rows)))
    assert (report.rows_read, report.rows_rejected) == (80, 1)
    found = report.rejected.iloc[0]
    assert (found["row"], found["column"], found["value"]) == (9, "Sales Value", "#REF!")
    assert "formula's error" in found["reason"]


def test_formulas_without_a_stored_result_are_said(tmp_path: Path) -> None:
    rows = sales_rows()
    rows[3][6] = "=F5/4"
    said = refusal(saved(tmp_path, "uncalculated.xlsx", as_xlsx(rows)))
    assert "without a stored result" in said and "G5" in said


def test_a_doubled_header_is_refused_until_someone_chooses(tmp_path: Path) -> None:
    header = [*HEADER, "Sales Value"]
    path = saved(tmp_path, "double.csv", as_csv([[*row, 7] for row in sales_rows()], header))
    said = refusal(path)
    assert "Sales Value" in said and "Sales Value (2)" in said
    sales, _report = read_sales(path, MAPPING)
    assert sales["sales_value"].min() > 7


def test_merged_dates_are_refused_with_what_to_do(tmp_path: Path) -> None:
    rows = [[row[0] if place % 4 == 0 else None, *row[1:]] for place, row in enumerate(sales_rows())]
    said = refusal(saved(tmp_path, "merged.xlsx", as_xlsx(rows)))
    assert "Date is empty" in said and "merged" in said and "row 3" in said


def test_a_header_of_merged_cells_over_two_rows_is_joined(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Day", "Where", None, "Promotion", None, "Result", None, None])
    sheet.append(
        ["Date", "Channel", "Department", "Flag", "Discount %", "Sales Value", "Margin Value", "Units"]
    )
    for row in sales_rows():
        sheet.append(row)
    for cells in ("B1:C1", "D1:E1", "F1:H1"):
        sheet.merge_cells(cells)
    stream = BytesIO()
    book.save(stream)
    _sales, report = read_sales(saved(tmp_path, "two.xlsx", stream.getvalue()))
    assert (report.rows_read, report.rows_rejected) == (80, 0)


def test_a_wrong_type_deep_in_the_file_is_found_in_its_row(tmp_path: Path) -> None:
    line = ",".join(str(cell) if cell is not None else "" for cell in sales_rows()[0])
    lines = [line] * 400_100
    lines[399_998] = line.replace("100.25", "n/a")
    lines[399_999] = line.replace("2024-01-15", "31.12.2024x")
    path = saved(tmp_path, "deep.csv", (",".join(HEADER) + "\n" + "\n".join(lines)).encode())
    _sales, report = read_sales(path)
    assert (report.rows_read, report.rows_rejected) == (400_100, 2)
    assert report.rejected["row"].tolist() == [400_000, 400_001]
    assert report.rejected["value"].tolist() == ["n/a", "31.12.2024x"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b"\0" * (64 << 20))
    limits = ReadLimits(max_inflated_bytes=16 << 20)
    assert "unpacks to more than" in refusal(saved(tmp_path, "bomb.xlsx", stream.getvalue()), limits=limits)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "xlsb"])
def test_a_header_alone_is_refused(tmp_path: Path, kind: str) -> None:
    content = {"csv": as_csv, "xlsx": as_xlsx, "xlsb": as_xlsb}[kind]([])
    assert "no rows below" in refusal(saved(tmp_path, f"head.{kind}", content))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_without_a_header_is_refused(tmp_path: Path, kind: str) -> None:
    rows = sales_rows()
    content = {"csv": as_csv, "xlsx": as_xlsx}[kind](rows[1:], [str(cell or "") for cell in rows[0]])
    assert "no header row" in refusal(saved(tmp_path, f"headless.{kind}", content))


def test_dates_in_mixed_orders_are_refused(tmp_path: Path) -> None:
    rows = sales_rows()
    for place, row in enumerate(rows):
        row[0] = row[0].strftime("%d/%m/%Y" if place % 2 else "%m/%d/%Y")
    said = refusal(saved(tmp_path, "mixed.csv", as_csv(rows)))
    assert "mixes two orders of dates" in said and "row " in said


def test_negative_sales_are_returns_and_are_said(tmp_path: Path) -> None:
    rows = sales_rows()
    rows.append([dt.date(2024, 1, 15), "Web", "TV", "N", None, -50.25, -12.0, -1])
    sales, report = read_sales(saved(tmp_path, "returns.csv", as_csv(rows)))
    first = sales[
        (sales["date"] == "2024-01-15") & (sales["channel"] == "online") & (sales["department"] == "TV")
    ]
    assert first["sales_value"].tolist() == [50.0] and first["units"].tolist() == [1]
    finding = next(finding for finding in report.findings if finding.code == "returns")
    assert "1 row has negative sales" in finding.message and finding.row == 82


def test_discounts_beyond_a_hundred_are_rejected(tmp_path: Path) -> None:
    rows = sales_rows()
    rows[16][4], rows[17][4] = 120, -5
    _sales, report = read_sales(saved(tmp_path, "deep.csv", as_csv(rows)))
    assert report.rejected["reason"].tolist() == ["is over 100 %", "is below 0 %"]
    assert report.rejected["row"].tolist() == [18, 19]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_numbers_that_are_none_are_rejected(tmp_path: Path, kind: str) -> None:
    rows = sales_rows()
    rows[2][5], rows[3][6] = float("inf"), float("nan")
    content = {"csv": as_csv, "parquet": as_parquet}[kind](rows)
    _sales, report = read_sales(saved(tmp_path, f"odd.{kind}", content))
    assert report.rows_rejected == 2
    assert report.rejected["column"].tolist() == ["Sales Value", "Margin Value"]


def test_a_byte_order_mark_and_a_wrong_extension_change_nothing(tmp_path: Path) -> None:
    plain = read_sales(saved(tmp_path, "plain.csv", as_csv(sales_rows())))[0]
    for name, content in (
        ("marked.csv", b"\xef\xbb\xbf" + as_csv(sales_rows())),
        ("wide.csv", as_csv(sales_rows()).decode().encode("utf-16")),
        ("really_csv.xlsx", as_csv(sales_rows())),
        ("really_xlsx.csv", as_xlsx(sales_rows())),
        ("really_xlsb.parquet", as_xlsb(sales_rows())),
    ):
        assert read_sales(saved(tmp_path, name, content))[0].equals(plain), name


def test_a_huge_cell_is_one_rejected_row(tmp_path: Path) -> None:
    rows = sales_rows()
    rows[5][2] = "x" * 100_000
    _sales, report = read_sales(saved(tmp_path, "huge.csv", as_csv(rows)), MAPPING)
    assert report.rows_rejected == 1 and len(report.rejected.iloc[0]["value"]) <= 200
    assert report.rejected.iloc[0]["row"] == 7


def test_a_line_without_an_end_is_refused(tmp_path: Path) -> None:
    rows = sales_rows()
    rows[70][2] = "x" * 3_000_000
    assert "a line of more than" in refusal(saved(tmp_path, "endless.csv", as_csv(rows)), mapping=MAPPING)


def test_columns_in_another_order_in_the_second_file_are_found_by_name(tmp_path: Path) -> None:
    rows, more = sales_rows(), sales_rows(10, dt.date(2024, 3, 1))
    first = saved(tmp_path, "a.csv", as_csv(rows))
    turned = [list(reversed(row)) for row in more]
    second = saved(tmp_path, "b.csv", as_csv(turned, list(reversed(HEADER))))
    straight = saved(tmp_path, "c.csv", as_csv(more))
    assert read_sales([first, second])[0].equals(read_sales([first, straight])[0])


def test_values_under_each_others_headers_are_refused(tmp_path: Path) -> None:
    rows = sales_rows()
    first = saved(tmp_path, "a.csv", as_csv(rows))
    swapped = [[*row[:5], row[6], row[5], row[7]] for row in sales_rows(10, dt.date(2024, 3, 1))]
    assert "swapped" in refusal(first, saved(tmp_path, "b.csv", as_csv(swapped)))
    words = [[row[0], row[2], row[1], *row[3:]] for row in sales_rows(10, dt.date(2024, 4, 1))]
    said = refusal(first, saved(tmp_path, "c.csv", as_csv(words)), mapping=MAPPING)
    assert "neither online nor offline" in said and "“TV”" in said


def test_faults_of_all_files_are_said_at_once(tmp_path: Path) -> None:
    empty, head = saved(tmp_path, "empty.csv", b""), saved(tmp_path, "head.csv", as_csv([]))
    with pytest.raises(FileProblem) as refused:
        read_sales([empty, head, tmp_path / "gone.csv"])
    assert [fault.split()[0] for fault in refused.value.faults] == ["empty.csv", "head.csv", "gone.csv"]


def test_a_sheet_cut_off_inside_its_rows_is_refused(tmp_path: Path) -> None:
    book = as_xlsx(sales_rows())
    with zipfile.ZipFile(BytesIO(book)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    said = refusal(saved(tmp_path, "cut.xlsx", repacked(book, "xl/worksheets/sheet1.xml", sheet[:-200])))
    assert "damaged" in said


def test_other_encodings_are_read_and_said(tmp_path: Path) -> None:
    rows = [[row[0], row[1], "Möbel", *row[3:]] for row in sales_rows()]
    text = as_csv(rows).decode()
    for codec, said in (("cp1252", "Windows-1252"), ("utf-8", None), ("utf-16-le", None), ("utf-32", None)):
        _sales, report = read_sales(saved(tmp_path, f"{codec}.csv", text.encode(codec)))
        assert report.departments == ("Möbel",), codec
        assert [f.code for f in report.findings] == (["encoding"] if said else [])


def test_damaged_characters_are_refused(tmp_path: Path) -> None:
    rows = [[row[0], row[1], "Möbel", *row[3:]] for row in sales_rows()]
    content = as_csv(rows).replace("Möbel".encode(), b"M\xc3bel", 1)
    assert "1 damaged character" in refusal(saved(tmp_path, "damaged.csv", content))


def test_an_open_quotation_mark_swallows_nothing_in_silence(tmp_path: Path) -> None:
    lines = as_csv(sales_rows()).split(b"\n")
    near_the_end = lines.copy()
    near_the_end[75] = lines[75].replace(b"TV", b'"TV').replace(b"Garden", b'"Garden')
    assert "opened in row 76" in refusal(saved(tmp_path, "end.csv", b"\n".join(near_the_end)))
    twice = lines.copy()
    for place in (10, 60):
        twice[place] = twice[place].replace(b"Web", b'"Web').replace(b"Store", b'"Store')
    assert "opened in row 11" in refusal(saved(tmp_path, "twice.csv", b"\n".join(twice)))


def test_a_delimiter_without_quotation_marks_rejects_its_row_alone(tmp_path: Path) -> None:
    rows = sales_rows()
    rows[8][2] = "Home, Garden"
    _sales, report = read_sales(saved(tmp_path, "long.csv", as_csv(rows)))
    assert report.rejected[["row", "column"]].to_numpy().tolist() == [[10, "Date"]]
    assert "more cells than the header" in report.rejected.iloc[0]["reason"]
    assert "Home" in report.rejected.iloc[0]["value"]


def test_amounts_in_two_currencies_are_refused(tmp_path: Path) -> None:
    rows = [
        [*row[:5], f"{'$' if place % 3 else '€'}{row[5]}", *row[6:]] for place, row in enumerate(sales_rows())
    ]
    assert "different currencies (EUR, USD)" in refusal(saved(tmp_path, "signs.csv", as_csv(rows)))
    rows = [[*row, "CHF" if place % 3 else "EUR"] for place, row in enumerate(sales_rows())]
    said = refusal(saved(tmp_path, "column.csv", as_csv(rows, [*HEADER, "Currency"])))
    assert "column Currency" in said and "(CHF, EUR)" in said


def test_articles_are_no_departments(tmp_path: Path) -> None:
    rows = [[row[0], row[1], f"Article {place}", *row[3:]] for place, row in enumerate(sales_rows(300))]
    assert "articles, perhaps, not departments" in refusal(saved(tmp_path, "sku.csv", as_csv(rows)))


def test_weeks_and_months_are_no_days(tmp_path: Path) -> None:
    for text in ("2024-W05", "2024-03", "März 2024"):
        rows = [[text, *row[1:]] for row in sales_rows()]
        assert "not a day" in refusal(saved(tmp_path, "weeks.csv", as_csv(rows)), mapping=MAPPING)


def test_a_cell_with_the_other_decimal_mark_is_read_and_said(tmp_path: Path) -> None:
    rows = sales_rows()
    rows[9][5] = '"119,5"'
    sales, report = read_sales(saved(tmp_path, "marks.csv", as_csv(rows)))
    finding = next(finding for finding in report.findings if finding.code == "other_mark")
    assert (finding.row, finding.column) == (11, "Sales Value")
    assert report.rows_rejected == 0 and report.parts["consistency"] < 100
    assert sales["sales_value"].sum() == pytest.approx(
        sum(row[5] for row in sales_rows()) - sales_rows()[9][5] + 119.5
    )


def test_rows_that_are_totals_or_headers_again_are_rejected(tmp_path: Path) -> None:
    rows = [*sales_rows(), HEADER, ["Total", None, None, None, None, 9999, 2500, 200]]
    _sales, report = read_sales(saved(tmp_path, "total.csv", as_csv(rows)))
    assert report.rejected["row"].tolist() == [82, 83]
    assert report.rejected["reason"][0].startswith("repeats the header")
    assert report.rejected["reason"][1].startswith("is a total of other rows")
