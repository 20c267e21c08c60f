"""Files whose sums would be wrong without a word: each is read right, refused, or its doubt is said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data.files import read_table
from core.data.problems import FileProblem
from core.promo.ingest import SalesMapping, SalesReport, inspect_sales, read_sales
from core.promo.ingest.vocabulary import channel_of, is_promo, total_names
from tests.core.promo.ingest.sales_files import HEADER, Rows, as_csv, as_xlsx, sales_rows, saved

PLACE = {name: place for place, name in enumerate(HEADER)}


def changed(days: int = 20, **columns: Any) -> Rows:
    """Till lines with some columns written otherwise: a function of the row's number and its old cell."""
    rows = sales_rows(days)
    for name, write in columns.items():
        place = PLACE[name.replace("_", " ").replace("Pct", "%")]
        for number, row in enumerate(rows):
            row[place] = write(number, row[place])
    return rows


def report_of(folder: Path, rows: Rows, header: list[str] = HEADER) -> SalesReport:
    """The report of rows that are recognised by themselves."""
    return read_sales(saved(folder, "sales.csv", as_csv(rows, header)))[1]


def said(report: SalesReport, code: str) -> str:
    """The one finding of a kind."""
    (message,) = [finding.message for finding in report.findings if finding.code == code]
    return message


@pytest.mark.parametrize("other", ["Outlet", "In-Store", "Retail"])
def test_a_store_beside_an_outlet_is_no_web_shop(tmp_path: Path, other: str) -> None:
    rows = changed(Channel=lambda n, _old: ("Store", other)[n % 2])
    assert report_of(tmp_path, rows).channels == ("offline",)


def test_both_channels_together_are_neither() -> None:
    words = ("Online + Offline", "Online/Store", "Web and Store", "Non-online")
    assert [channel_of(word) for word in words] == [None] * 4
    assert [str(channel_of(word)) for word in ("Click & Collect in store", "Online Store", "Web & App")] == [
        "online"
    ] * 3


def test_flags_that_a_program_wrote_as_numbers_are_flags(tmp_path: Path) -> None:
    rows = changed(Promo=lambda _n, old: "1.0" if old == "Y" else "0.0")
    plain = saved(tmp_path, "plain.csv", as_csv(sales_rows()))
    assert read_sales(saved(tmp_path, "sales.csv", as_csv(rows)))[0].equals(read_sales(plain)[0])


@pytest.mark.parametrize(
    "word",
    ["No discount", "No Deal", "ohne Promotion", "Not on promotion", "Kein Sonderangebot", "sin oferta"],
)
def test_words_that_deny_a_promotion_are_no_promotion(tmp_path: Path, word: str) -> None:
    rows = changed(Promo=lambda _n, old: "Spring" if old == "Y" else word)
    sales, _report = read_sales(saved(tmp_path, "sales.csv", as_csv(rows)))
    assert sales["promo_flag"].sum() == 16


def test_a_promotion_may_be_named_after_what_it_takes_away() -> None:
    assert [is_promo(word) for word in ("Sin IVA", "No Tax Weekend")] == [None, None]


def test_a_file_that_is_all_promotion_is_said(tmp_path: Path) -> None:
    rows = changed(Promo=lambda _n, _old: "Y")
    assert "Every row was sold on promotion" in said(report_of(tmp_path, rows), "only_promo_rows")


def test_rows_of_totals_are_rejected_beside_what_they_add_up(tmp_path: Path) -> None:
    rows = [*sales_rows(), *[[*row[:2], "All departments", *row[3:]] for row in sales_rows()[:2]]]
    report = report_of(tmp_path, rows)
    assert (report.rows_read, report.rows_rejected) == (82, 2)
    assert report.departments == ("Garden", "TV")
    assert report.rejected["reason"].str.startswith("is a total of other rows").all()
    doubled = [*sales_rows(), *[[*row[:2], "Total", *row[3:]] for row in sales_rows()]]
    with pytest.raises(FileProblem, match=r"“Total” is a total of other rows.*Leave the rows of totals out"):
        report_of(tmp_path, doubled)


def test_totals_are_told_by_what_they_total() -> None:
    names = ["TV", "Total TV", "TV Total", "Gesamt:", "Total Care", ""]
    assert total_names(names) == {"Total TV", "TV Total", "Gesamt:"}
    assert total_names(["ALL", "n/a", ""]) == frozenset()


@pytest.mark.parametrize("taken", ["Discount amount", "Refund amount"])
def test_what_was_taken_off_is_not_taken_for_sales(tmp_path: Path, taken: str) -> None:
    header = [*HEADER[:4], taken, "Gross sales", *HEADER[6:]]
    path = saved(tmp_path, "sales.csv", as_csv([[*row[:4], 5.0, *row[5:]] for row in sales_rows()], header))
    found = inspect_sales(path, path.name)
    assert found.columns["sales_value"] == "Gross sales"  # type: ignore[index]
    with pytest.raises(FileProblem, match=f"Gross sales is what was sold before {taken}"):
        read_sales(path)
    assert read_sales(path, SalesMapping(found.columns))[0]["sales_value"].min() > 100


def test_sales_after_a_discount_are_the_sales(tmp_path: Path) -> None:
    header = [*HEADER[:4], "Gross sales", "Sales after discount", *HEADER[6:]]
    path = saved(
        tmp_path, "sales.csv", as_csv([[*row[:4], row[5] * 2, *row[5:]] for row in sales_rows()], header)
    )
    assert inspect_sales(path, path.name).columns["sales_value"] == "Sales after discount"  # type: ignore[index]


def test_one_loss_does_not_turn_shares_into_percentages(tmp_path: Path) -> None:
    header = [*HEADER[:6], "Margin %", HEADER[7]]
    rows = changed(Margin_Value=lambda n, _old: "-1.2" if n == 70 else "0.30")
    sales, report = read_sales(saved(tmp_path, "sales.csv", as_csv(rows, header)))
    expected = sum(row[5] * float(row[6]) for row in rows)
    assert sales["margin_value"].sum() == pytest.approx(expected, abs=0.5)
    assert "shares of 1" in said(report, "mixed_scale")


def test_a_share_among_percentages_is_said_with_its_row(tmp_path: Path) -> None:
    rows = changed(Discount_Pct=lambda n, old: 0.2 if n == 18 else old)
    report = report_of(tmp_path, rows)
    (found,) = [finding for finding in report.findings if finding.code == "mixed_scale"]
    assert found.row == 20 and "so that 0.2 is 0.2 %" in found.message
    told = SalesMapping(inspect_sales(as_csv(rows), "a.csv").columns, discount_is_share=False)
    said_once = read_sales(saved(tmp_path, "told.csv", as_csv(rows)), told)[1]
    assert "mixed_scale" not in {finding.code for finding in said_once.findings}


def test_a_percentage_among_shares_is_rejected(tmp_path: Path) -> None:
    rows = changed(Discount_Pct=lambda n, old: 15 if n == 18 else old and 0.2)
    sales, report = read_sales(saved(tmp_path, "sales.csv", as_csv(rows)))
    assert report.rows_rejected == 1 and (sales.loc[sales["promo_flag"], "discount_pct"] == 20.0).all()


def test_a_margin_in_percent_signs_is_a_percentage_of_sales(tmp_path: Path) -> None:
    rows = changed(Margin_Value=lambda _n, _old: "25%")
    sales, _report = read_sales(saved(tmp_path, "sales.csv", as_csv(rows)))
    assert sales["margin_value"].sum() == pytest.approx(sales["sales_value"].sum() / 4, abs=0.5)


@pytest.mark.parametrize(("column", "other"), [("Sales Value", "sales value"), ("Margin Value", "margin")])
def test_a_percentage_is_no_amount(tmp_path: Path, column: str, other: str) -> None:
    rows = sales_rows()
    rows[7][PLACE[column]] = "25%"
    report = report_of(tmp_path, rows)
    assert report.rejected["reason"].tolist() == ["is a percentage, not an amount"], other


def test_an_amount_is_no_percentage(tmp_path: Path) -> None:
    rows = changed(Discount_Pct=lambda _n, old: old and "$5.00")
    with pytest.raises(FileProblem, match=r"amounts of money \(USD\); the discount in percent is needed"):
        report_of(tmp_path, rows)


@pytest.mark.parametrize("pair", [("€", "$"), ("EUR", "KWD"), ("eur", "USD")])
def test_a_column_that_names_two_currencies_is_refused(tmp_path: Path, pair: tuple[str, str]) -> None:
    rows = [[*row, pair[number % 2]] for number, row in enumerate(sales_rows())]
    with pytest.raises(FileProblem, match="Currency has amounts in different currencies"):
        report_of(tmp_path, rows, [*HEADER, "Currency"])


def test_one_currency_in_two_ways_is_one(tmp_path: Path) -> None:
    rows = [[*row, ("€", "EUR", "n/a")[number % 3]] for number, row in enumerate(sales_rows())]
    assert report_of(tmp_path, rows, [*HEADER, "Currency"]).rows_rejected == 0


def test_columns_and_files_in_different_currencies_are_refused(tmp_path: Path) -> None:
    mixed = changed(Sales_Value=lambda _n, old: f"€{old}", Margin_Value=lambda _n, old: f"${old}")
    with pytest.raises(FileProblem, match="Sales Value is in EUR, Margin Value is in USD"):
        report_of(tmp_path, mixed)
    header = [*HEADER, "Currency"]
    files = [
        saved(tmp_path, f"{code}.csv", as_csv([[*row, code] for row in sales_rows(days)], header))
        for code, days in (("EUR", 20), ("USD", 21))
    ]
    with pytest.raises(FileProblem, match=r"EUR\.csv is in EUR.*USD\.csv is in USD"):
        read_sales(files)


def test_returns_do_not_spoil_the_discount_of_their_day(tmp_path: Path) -> None:
    rows = changed()
    back = [*rows[16][:4], 50.0, -90.0, -20.0, -2]
    sales, _report = read_sales(saved(tmp_path, "sales.csv", as_csv([*rows, back])))
    promoted = sales[sales["promo_flag"]]
    assert (promoted["discount_pct"] == 20.0).all()
    assert promoted["sales_value"].sum() == pytest.approx(sum(r[5] for r in rows if r[3] == "Y") - 90.0)


def test_a_margin_of_an_impossible_size_is_rejected_in_its_row(tmp_path: Path) -> None:
    header = [*HEADER[:6], "Margin %", HEADER[7]]
    rows = changed(
        Sales_Value=lambda _n, _old: 1_000_000, Margin_Value=lambda n, _old: 9e11 if n == 3 else 30
    )
    report = report_of(tmp_path, rows, header)
    assert report.rejected["reason"].tolist() == ["is larger than any sale can be"]


def test_a_column_of_thousands_votes_for_its_mark(tmp_path: Path) -> None:
    rows = changed(Sales_Value=lambda _n, _old: "1.234.567", Margin_Value=lambda _n, _old: "234.567")
    text = as_csv(rows, delimiter="\t")
    assert read_sales(saved(tmp_path, "sales.tsv", text))[0]["margin_value"].sum() == 80 * 234567


def test_texts_and_numbers_that_look_alike_in_a_workbook_are_said(tmp_path: Path) -> None:
    rows = changed(4, Sales_Value=lambda n, _old: ("1.234", "999,50")[n % 2], Margin_Value=lambda _n, _old: 1)
    _sales, report = read_sales(saved(tmp_path, "sales.xlsx", as_xlsx(rows)))
    assert "“1.234” is 1.234 if the cell is a number and 1234 if it is a text" in said(
        report, "number_ambiguous"
    )


def test_years_of_two_digits_that_come_first_are_refused(tmp_path: Path) -> None:
    rows = changed(Date=lambda _n, old: f"{old:%y-%m-%d}")
    with pytest.raises(FileProblem, match=r"“24-01-15”, which would be 2015-01-24.*four digits"):
        report_of(tmp_path, rows)
    usual = changed(400, Date=lambda _n, old: f"{old:%d-%m-%y}")
    assert str(report_of(tmp_path, usual).first_on) == "2024-01-15"


def test_a_workbook_that_took_days_for_months_is_refused(tmp_path: Path) -> None:
    def opened(_n: int, day: dt.date) -> object:
        return day.replace(month=day.day, day=day.month) if day.day <= 12 else f"{day:%d/%m/%Y}"

    path = saved(tmp_path, "sales.xlsx", as_xlsx(changed(45, Date=opened)))
    with pytest.raises(FileProblem, match="took days for months"):
        read_sales(path)


def test_every_file_is_compared_with_all_before_it(tmp_path: Path) -> None:
    whole = saved(tmp_path, "a.csv", as_csv(sales_rows(60)))
    parts = [
        saved(tmp_path, f"{name}.csv", as_csv(sales_rows(5, dt.date(2024, month, 20))))
        for name, month in (("b", 1), ("c", 2))
    ]
    found = [f.message for f in read_sales([whole, *parts])[1].findings if f.code == "overlap"]
    assert [message.split(" both")[0] for message in found] == ["a.csv, b.csv", "a.csv, c.csv"]


def test_departments_spelt_otherwise_in_the_next_file_are_said(tmp_path: Path) -> None:
    first = saved(tmp_path, "a.csv", as_csv(sales_rows()))
    later = [[*row[:2], row[2].lower(), *row[3:]] for row in sales_rows(20, dt.date(2024, 3, 1))]
    report = read_sales([first, saved(tmp_path, "b.csv", as_csv(later))])[1]
    found = [finding.message for finding in report.findings if finding.code == "spellings"]
    assert len(found) == 2 and all("look like one department" in message for message in found)


def test_a_long_gap_is_counted_in_full(tmp_path: Path) -> None:
    rows = [*sales_rows(), *sales_rows(20, dt.date(2034, 1, 15))]
    assert said(report_of(tmp_path, rows), "missing_days").startswith("3,633 days")


@pytest.mark.parametrize("column", ["hash", "Department"])
def test_bytes_that_are_no_text_do_not_break_a_file(tmp_path: Path, column: str) -> None:
    table = pa.Table.from_pandas(pd.DataFrame(sales_rows(), columns=HEADER), preserve_index=False)
    if column in HEADER:
        table = table.drop_columns(column)
    table = table.append_column(column, pa.array([b"\xff\xfe\x81"] * 80, pa.binary()))
    pq.write_table(table, tmp_path / "keys.parquet")
    assert read_sales(tmp_path / "keys.parquet")[1].rows_rejected == 0
    assert read_table(tmp_path / "keys.parquet", "keys.parquet").frame[column].notna().all()


def test_columns_that_differ_in_case_alone_keep_their_names(tmp_path: Path) -> None:
    frame = pd.DataFrame(sales_rows(), columns=HEADER).assign(Note="a", note="b")
    frame.to_parquet(tmp_path / "notes.parquet")
    found = inspect_sales(tmp_path / "notes.parquet", "notes.parquet")
    assert found.headers[-2:] == ("Note", "note") and found.reason("note")
    frame.assign(File_Row_Number=1).to_parquet(tmp_path / "numbered.parquet")
    with pytest.raises(FileProblem, match="rename it"):
        read_sales(tmp_path / "numbered.parquet")


def test_a_region_called_na_is_a_region_among_codes(tmp_path: Path) -> None:
    header = [*HEADER, "Region"]
    rows = [[*row, ("NA", "EU", "APA")[number % 3]] for number, row in enumerate(sales_rows())]
    assert report_of(tmp_path, rows, header).geos == ("APA", "EU", "NA")
    named = [
        [*row, "NA" if number == 5 else ("North", "South")[number % 2]]
        for number, row in enumerate(sales_rows())
    ]
    assert report_of(tmp_path, named, header).rows_rejected == 1


def test_a_country_beside_its_regions_is_said(tmp_path: Path) -> None:
    header, rows = [*HEADER, "Region"], sales_rows()
    placed = [[*row, ("North", "South")[number % 2]] for number, row in enumerate(rows)]
    assert "total_among" not in {finding.code for finding in report_of(tmp_path, placed, header).findings}
    whole = [*placed, *[[*row, "Germany"] for row in rows]]
    assert said(report_of(tmp_path, whole, header), "total_among").startswith("Germany has the sales of all")
