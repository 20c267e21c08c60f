"""Other retailers' files: other languages, words, orders of dates, decimal marks, ways to a margin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data.dates import DateOrder
from core.data.detect import DatasetKind
from core.errors import UserError
from core.promo.ingest import SalesColumn, SalesMapping, aggregate_file, inspect_sales, read_sales
from tests.core.data.uploads import xlsx
from tests.core.promo.ingest.sales_files import HEADER, as_csv, as_xlsx, sales_rows, saved

DAYS = [dt.date(2024, 1, 15) + dt.timedelta(days=number // 2) for number in range(60)]
Line = Callable[[int, dt.date, bool, float], str]


def comma(value: float) -> str:
    """1.234,56"""
    return f"{value:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


def written(header: str, line: Line) -> bytes:
    """A file of sixty lines: sales of 1,000 and up, every sixth on promotion."""
    lines = [line(n, day, n % 6 == 0, 1000.25 + n) for n, day in enumerate(DAYS)]
    return "\n".join([header, *lines]).encode()


RETAILERS = {
    "german": written(
        "Belegdatum;Vertriebskanal;Warengruppe;Aktion;Rabatt %;Nettoumsatz €;Rohertrag;Menge",
        lambda n, day, promo, sales: (
            f"{day:%d.%m.%Y};{('Filiale', 'Online-Shop')[n % 2]};Möbel;{'ja' if promo else 'nein'};"
            f"{'20,0' if promo else ''};{comma(sales)} €;{comma(sales * 0.25)} €;2"
        ),
    ),
    "french": written(
        "Date de vente;Canal;Rayon;Promo;Remise;CA HT;CA TTC;Marge;Quantité",
        lambda n, day, promo, sales: (
            f"{day:%d/%m/%Y};{('Magasin', 'E-Com')[n % 2]};Möbel;{'oui' if promo else 'non'};"
            f"{'0,20' if promo else '0'};{comma(sales)};{comma(sales * 1.2)};{comma(sales * 0.25)};2"
        ),
    ),
    "spanish without a flag, with costs": written(
        "Fecha,Canal de venta,Departamento,Descuento (%),Ventas,Coste,Unidades",
        lambda n, day, promo, sales: (
            f"{day},{('Tienda', 'Online')[n % 2]},Möbel,{20 if promo else 0},{sales},{sales * 0.75:.4f},2"
        ),
    ),
    "american with names of promotions": written(
        "Transaction Date,Sales Channel,Category,Promo Name,Discount Pct,Net Sales,Gross Sales,COGS,Qty,SKU",
        lambda n, day, promo, sales: (
            f"{day:%m/%d/%Y},{('In-Store', 'eCommerce')[n % 2]},Möbel,{'Spring Sale' if promo else ''},"
            f'{"20%" if promo else ""},"${sales:,.2f}","${sales * 1.1:,.2f}","${sales * 0.75:,.4f}",2,{n}'
        ),
    ),
    "numbers as flags, margin as percentage, tabs": written(
        "day\tchannel\tproduct_group\tsub_group\tis_promo\tdiscount\trevenue\tgross_margin_pct\tunits_sold",
        lambda n, day, promo, sales: (
            f"{day:%Y%m%d}\t{('Shop', 'E-Com')[n % 2]}\tMöbel\tx{n}\t{int(promo)}\t{20 if promo else 0}\t"
            f"{sales}\t25\t2"
        ),
    ),
    "shop beside branch": written(
        "Datum;Kanal;Abteilung;Rabatt;Umsatz exkl. MwSt;DB;Stück",
        lambda n, day, promo, sales: (
            f"{day:%d.%m.%y};{('Filiale', 'Shop')[n % 2]};Möbel;{20 if promo else ''};{comma(sales)};"
            f"{comma(sales * 0.25)};2"
        ),
    ),
}


@pytest.mark.parametrize("retailer", RETAILERS)
def test_a_retailers_own_words_are_understood(tmp_path: Path, retailer: str) -> None:
    sales, report = read_sales(saved(tmp_path, "sales.csv", RETAILERS[retailer]))
    assert (report.rows_read, report.rows_rejected) == (60, 0)
    assert (report.first_on, report.last_on) == (DAYS[0], DAYS[-1])
    assert report.departments == ("Möbel",)
    assert sales["sales_value"].sum() == pytest.approx(60 * 1000.25 + sum(range(60)))
    assert sales["margin_value"].sum() == pytest.approx(sales["sales_value"].sum() / 4, abs=0.31)
    assert sales["units"].sum() == 120
    promoted = sales[sales["promo_flag"]]
    assert len(promoted) == 10 and (promoted["discount_pct"] == 20.0).all()
    assert set(promoted["channel"]) == {"offline"} and set(sales["channel"]) == {"online", "offline"}
    assert sales.loc[~sales["promo_flag"], "discount_pct"].isna().all()


def test_every_header_gets_a_reason() -> None:
    found = inspect_sales(RETAILERS["american with names of promotions"], "us.csv")
    assert found.kind is DatasetKind.SALES
    assert "“net”" in found.reason("Net Sales") or "“sales”" in found.reason("Net Sales")
    assert "Net Sales fits better" in found.reason("Gross Sales")
    assert "not used" in found.reason("SKU")


def test_a_region_column_gives_sales_by_geo(tmp_path: Path) -> None:
    rows = [[*row, ("North", "South")[place % 2]] for place, row in enumerate(sales_rows())]
    sales, report = read_sales(saved(tmp_path, "geo.csv", as_csv(rows, [*HEADER, "Region"])))
    assert set(sales["geo"]) == {"North", "South"} == set(report.geos)


def test_what_cannot_be_recognised_is_said_all_at_once() -> None:
    found = inspect_sales(b"a,b\n1,2\n3,4\n", "odd.csv")
    assert found.mapping is None
    assert [fault for fault in found.faults if "sales channel" in fault]
    assert len(found.faults) == 7


def test_other_kinds_of_files_are_told_apart() -> None:
    retail = Path(__file__).parents[4] / "sample_data" / "retail"
    for name, kind in (
        ("targets.csv", DatasetKind.TARGETS),
        ("segments.csv", DatasetKind.SEGMENTS),
        ("Promo_October-September_FY25.xlsb", DatasetKind.PROMO_CATALOG),
    ):
        found = inspect_sales(retail / name, name)
        assert found.kind is kind and found.mapping is None


def test_a_persons_mapping_wins_over_every_guess(tmp_path: Path) -> None:
    rows = [[row[0], "Web", *row[2:]] for row in sales_rows()]
    path = saved(tmp_path, "sales.csv", as_csv(rows))
    columns = dict(inspect_sales(path, path.name).columns)
    columns[SalesColumn.MARGIN_VALUE], columns[SalesColumn.UNITS] = "Units", "Margin Value"
    mapping = SalesMapping(columns, channel_words={"web": "offline"}, promo_words={"N": True})
    sales, _report = read_sales(path, mapping)
    assert set(sales["channel"]) == {"offline"} and sales["promo_flag"].all()
    assert sales["margin_value"].sum() == sum(row[7] for row in rows)


def test_a_remembered_mapping_with_the_same_headers_comes_first(tmp_path: Path) -> None:
    path = saved(tmp_path, "sales.csv", as_csv(sales_rows()))
    guessed = inspect_sales(path, path.name).columns
    remembered = SalesMapping(
        {**guessed, SalesColumn.UNITS: "Margin Value", SalesColumn.MARGIN_VALUE: "Units"}
    )
    other = SalesMapping({**guessed, SalesColumn.UNITS: "Somewhere else"})
    found = inspect_sales(path, path.name, [other, remembered])
    assert found.remembered and found.mapping == remembered
    assert "earlier file" in found.reason("Units")


def test_a_file_of_one_sales_channel_is_read_when_told_which(tmp_path: Path) -> None:
    rows = [[row[0], *row[2:]] for row in sales_rows() if row[1] == "Web"]
    path = saved(tmp_path, "web.csv", as_csv(rows, [HEADER[0], *HEADER[2:]]))
    columns = inspect_sales(path, path.name).columns
    with pytest.raises(UserError, match="sales channel"):
        read_sales(path)
    sales, _report = read_sales(path, SalesMapping(columns, fixed={SalesColumn.CHANNEL: "online"}))
    assert set(sales["channel"]) == {"online"}


def test_the_order_of_dates_can_be_chosen(tmp_path: Path) -> None:
    rows = [[f"0{1 + n % 9}/0{1 + n % 7}/2024", *row[1:]] for n, row in enumerate(sales_rows())]
    path = saved(tmp_path, "either.csv", as_csv(rows))
    columns = inspect_sales(path, path.name).columns
    by_day = read_sales(path, SalesMapping(columns, date_order=DateOrder.DAY_FIRST))[1]
    by_month = read_sales(path, SalesMapping(columns, date_order=DateOrder.MONTH_FIRST))[1]
    assert (by_day.last_on, by_month.last_on) == (dt.date(2024, 7, 9), dt.date(2024, 9, 7))


def test_sheets_with_the_same_headers_are_one_table_and_others_are_said(tmp_path: Path) -> None:
    january, february = sales_rows(10), sales_rows(10, dt.date(2024, 2, 1))
    book = xlsx(
        {
            "January": [HEADER, *january],
            "February": [HEADER, *february],
            "Copy": [HEADER, *february],
            "Notes": [["What", "Who"], ["Till export", "Kim"]],
        }
    )
    _sales, report = read_sales(saved(tmp_path, "months.xlsx", book))
    assert report.rows_read == 80
    said = " ".join(finding.message for finding in report.findings)
    assert "January, February" in said and "Notes" in said and "Copy" in said
    columns = inspect_sales(book, "months.xlsx").columns
    assert (
        read_sales(saved(tmp_path, "b.xlsx", book), SalesMapping(columns, sheet="January"))[1].rows_read == 40
    )


def test_percentages_formatted_in_excel_are_shares_of_one(tmp_path: Path) -> None:
    rows = [[*row[:4], None if row[4] is None else row[4] / 100, *row[5:]] for row in sales_rows()]
    sales, _report = read_sales(saved(tmp_path, "share.xlsx", as_xlsx(rows)))
    assert (sales.loc[sales["promo_flag"], "discount_pct"] == 20.0).all()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"columns": {}}, "No column is the date"),
        ({"channel_words": {"Web": "internet"}}, "online or offline"),
        ({"fixed": {"units": "1"}}, "cannot be one value"),
    ],
)
def test_a_mapping_refuses_what_it_cannot_mean(change: dict[str, object], fault: str) -> None:
    columns = dict(inspect_sales(as_csv(sales_rows()), "sales.csv").columns)
    with pytest.raises(UserError, match=fault):
        SalesMapping(**({"columns": columns} | change))  # type: ignore[arg-type]


def test_a_file_with_open_dates_follows_its_sisters(tmp_path: Path) -> None:
    def dated(rows: list[list[object]]) -> bytes:
        return as_csv([[f"{row[0]:%d/%m/%Y}", *row[1:]] for row in rows])

    clear = saved(tmp_path, "a.csv", dated(sales_rows(20)))
    open_ = saved(tmp_path, "b.csv", dated(sales_rows(1, dt.date(2024, 3, 5))))
    assert read_sales(open_)[1].first_on != dt.date(2024, 3, 5)
    _sales, report = read_sales([open_, clear])
    assert (report.first_on, report.last_on) == (dt.date(2024, 1, 15), dt.date(2024, 3, 5))
    assert "date_ambiguous" not in {finding.code for finding in report.findings}


def test_a_mapping_can_be_just_its_columns(tmp_path: Path) -> None:
    path = saved(tmp_path, "sales.csv", as_csv(sales_rows()))
    columns = inspect_sales(path, path.name).columns
    assert read_sales(path, {column.value: name for column, name in columns.items()})[0].equals(
        read_sales(path)[0]
    )


def test_sales_are_found_beside_a_larger_table(tmp_path: Path) -> None:
    articles = [["Article", "Text", "Weight"], *[[f"A{n}", f"Thing {n}", n / 7] for n in range(900)]]
    book = xlsx(
        {"Articles": articles, "January": [HEADER, *sales_rows(10)], "March": [HEADER, *sales_rows(9)]}
    )
    path = saved(tmp_path, "book.xlsx", book)
    found = inspect_sales(path, path.name)
    assert found.kind is DatasetKind.SALES and found.sheets == ("January", "March") and found.mapping
    assert (
        read_sales(path)[1].rows_read == aggregate_file(path, path.name, found.mapping).report.rows_read == 76
    )


def test_midnight_in_the_files_time_zone_is_that_day(tmp_path: Path) -> None:
    frame = pd.DataFrame(sales_rows(), columns=HEADER)
    frame["Date"] = pd.to_datetime(frame["Date"]).dt.tz_localize("Europe/Berlin")
    path = tmp_path / "zone.parquet"
    frame.to_parquet(path)
    assert read_sales(path)[0].equals(read_sales(saved(tmp_path, "plain.csv", as_csv(sales_rows())))[0])


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("Sales Value", pa.decimal128(12, 2)),
        ("Channel", pa.dictionary(pa.int8(), pa.string())),
        ("Units", pa.int8()),
        ("Department", pa.large_string()),
        ("Date", pa.string()),
    ],
)
def test_other_types_of_parquet_give_the_same_facts(tmp_path: Path, column: str, kind: pa.DataType) -> None:
    table = pa.Table.from_pandas(pd.DataFrame(sales_rows(), columns=HEADER), preserve_index=False)
    place = HEADER.index(column)
    coded = pa.types.is_dictionary(kind)
    values = table.column(column).dictionary_encode() if coded else table.column(column).cast(kind)
    pq.write_table(table.set_column(place, column, values), tmp_path / "types.parquet")
    assert read_sales(tmp_path / "types.parquet")[0].equals(
        read_sales(saved(tmp_path, "plain.csv", as_csv(sales_rows())))[0]
    )
