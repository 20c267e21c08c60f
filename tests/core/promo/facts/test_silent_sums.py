"""Files whose sums would be wrong without a word: each is read right, refused, or its doubt is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.data.problems import FileProblem
from core.promo.facts import SalesMapping, SalesReport, inspect_sales, read_sales
from core.promo.facts.totals import totals_among
from core.promo.facts.words import channel_meant, promo_meant
from tests.core.promo.facts.tills import HEADER, Rows, as_csv, kept, till

PLACE = {name: place for place, name in enumerate(HEADER)}


def changed(days: int = 20, **columns: Any) -> Rows:
    """Till lines with some columns written otherwise: a function of the row's number and its old cell."""
    rows = till(days)
    for name, write in columns.items():
        place = PLACE[name.replace("_", " ").replace("Pct", "%")]
        for number, row in enumerate(rows):
            row[place] = write(number, row[place])
    return rows


def report_of(folder: Path, rows: Rows, header: list[str] = HEADER) -> SalesReport:
    """The report of rows that are recognised by themselves."""
    return read_sales(kept(folder, "sales.csv", as_csv(rows, header)))[1]


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
    assert [channel_meant(word) for word in words] == [None] * 4
    assert [
        str(channel_meant(word)) for word in ("Click & Collect in store", "Online Store", "Web & App")
    ] == ["online"] * 3


def test_flags_that_a_program_wrote_as_numbers_are_flags(tmp_path: Path) -> None:
    rows = changed(Promo=lambda _n, old: "1.0" if old == "Y" else "0.0")
    plain = kept(tmp_path, "plain.csv", as_csv(till()))
    assert read_sales(kept(tmp_path, "sales.csv", as_csv(rows)))[0].equals(read_sales(plain)[0])


@pytest.mark.parametrize(
    "word",
    ["No discount", "No Deal", "ohne Promotion", "Not on promotion", "Kein Sonderangebot", "sin oferta"],
)
def test_words_that_deny_a_promotion_are_no_promotion(tmp_path: Path, word: str) -> None:
    rows = changed(Promo=lambda _n, old: "Spring" if old == "Y" else word)
    sales, _report = read_sales(kept(tmp_path, "sales.csv", as_csv(rows)))
    assert sales["promo_flag"].sum() == 16


def test_a_promotion_may_be_named_after_what_it_takes_away() -> None:
    assert [promo_meant(word) for word in ("Sin IVA", "No Tax Weekend")] == [None, None]


def test_a_file_that_is_all_promotion_is_said(tmp_path: Path) -> None:
    rows = changed(Promo=lambda _n, _old: "Y")
    assert "Every row was sold on promotion" in said(report_of(tmp_path, rows), "only_promo_rows")


def test_rows_of_totals_are_rejected_beside_what_they_add_up(tmp_path: Path) -> None:
    rows = [*till(), *[[*row[:2], "All departments", *row[3:]] for row in till()[:2]]]
    report = report_of(tmp_path, rows)
    assert (report.rows_read, report.rows_rejected) == (82, 2)
    assert report.departments == ("Garden", "TV")
    assert report.rejected["reason"].str.startswith("is a total of other rows").all()
    doubled = [*till(), *[[*row[:2], "Total", *row[3:]] for row in till()]]
    with pytest.raises(FileProblem, match=r"“Total” is a total of other rows.*Leave the rows of totals out"):
        report_of(tmp_path, doubled)


def test_totals_are_told_by_what_they_total() -> None:
    names = ["TV", "Total TV", "TV Total", "Gesamt:", "Total Care", ""]
    assert totals_among(names) == {"Total TV", "TV Total", "Gesamt:"}
    assert totals_among(["ALL", "n/a", ""]) == frozenset()


@pytest.mark.parametrize("taken", ["Discount amount", "Refund amount"])
def test_what_was_taken_off_is_not_taken_for_sales(tmp_path: Path, taken: str) -> None:
    header = [*HEADER[:4], taken, "Gross sales", *HEADER[6:]]
    path = kept(tmp_path, "sales.csv", as_csv([[*row[:4], 5.0, *row[5:]] for row in till()], header))
    found = inspect_sales(path, path.name)
    assert found.columns["sales_value"] == "Gross sales"  # type: ignore[index]
    with pytest.raises(FileProblem, match=f"Gross sales is what was sold before {taken}"):
        read_sales(path)
    assert read_sales(path, SalesMapping(found.columns))[0]["sales_value"].min() > 100


def test_sales_after_a_discount_are_the_sales(tmp_path: Path) -> None:
    header = [*HEADER[:4], "Gross sales", "Sales after discount", *HEADER[6:]]
    path = kept(tmp_path, "sales.csv", as_csv([[*row[:4], row[5] * 2, *row[5:]] for row in till()], header))
    assert inspect_sales(path, path.name).columns["sales_value"] == "Sales after discount"  # type: ignore[index]
