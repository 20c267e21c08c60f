"""What must hold for any till: parts add up to the whole, order and kind of file do not matter."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from core.promo.days import NEEDED
from core.promo.ingest import FileFacts, SalesColumn, SalesMapping, aggregate_file, combine, read_sales
from core.promo.ingest.rejected import MOST_REJECTED_SHARE
from tests.core.promo.ingest.sales_files import HEADER, as_csv, as_parquet, as_xlsb, as_xlsx, saved

KINDS = [SalesColumn(name) for name in NEEDED]
MAPPING = SalesMapping(dict(zip(KINDS, HEADER, strict=True)))
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
money = some.integers(-50_000, 5_000_000).map(lambda cents: cents / 100)


@some.composite
def lines(draw: Any) -> list[Any]:
    """One till line."""
    promo = draw(some.booleans())
    sales = draw(money)
    return [
        dt.date(2024, 1, 1) + dt.timedelta(days=draw(some.integers(0, 40))),
        draw(some.sampled_from(["Web", "Store"])),
        draw(some.sampled_from(["TV", "Garden", "Möbel"])),
        "Y" if promo else "N",
        draw(some.sampled_from([5.0, 12.5, 20.0, 33.3])) if promo else None,
        sales,
        round(sales / 4, 2),
        draw(some.integers(-3, 40)),
    ]


tills = some.lists(lines(), min_size=6, max_size=40)


def facts(content: bytes, name: str = "sales.csv") -> FileFacts:
    """The sums of one file's content."""
    with tempfile.TemporaryDirectory() as folder:
        return aggregate_file(saved(Path(folder), name, content), name, MAPPING)


def of(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """The sums of rows written as CSV."""
    return facts(as_csv(rows)).facts


@QUICK
@given(tills, some.data())
def test_two_halves_give_the_facts_of_the_whole(rows: list[list[Any]], data: Any) -> None:
    cut = data.draw(some.integers(1, len(rows) - 1))
    pd.testing.assert_frame_equal(combine([of(rows[:cut]), of(rows[cut:])]), combine([of(rows)]))


@QUICK
@given(tills, some.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[list[Any]], random: Any) -> None:
    mixed = rows.copy()
    random.shuffle(mixed)
    pd.testing.assert_frame_equal(of(mixed), of(rows))


@QUICK
@given(tills)
def test_sums_are_those_of_the_rows(rows: list[list[Any]]) -> None:
    sales = combine([of(rows)])
    assert sales["sales_value"].sum() == round(sum(row[5] for row in rows), 2) or (
        abs(sales["sales_value"].sum() - sum(row[5] for row in rows)) < 1e-6
    )
    assert sales["units"].sum() == sum(row[7] for row in rows)
    assert not sales.duplicated(["date", "channel", "department", "promo_flag"]).any()


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tills)
def test_every_kind_of_file_gives_the_same_facts(rows: list[list[Any]]) -> None:
    plain = of(rows)
    for name, write in (("a.xlsx", as_xlsx), ("a.xlsb", as_xlsb), ("a.parquet", as_parquet)):
        pd.testing.assert_frame_equal(facts(write(rows), name).facts, plain, obj=name)


bad_cells = some.tuples(
    some.integers(0, 399), some.integers(0, 7), some.sampled_from(["n/a", "#REF!", "?", "12x"])
)


@QUICK
@given(some.lists(bad_cells, max_size=int(400 * MOST_REJECTED_SHARE)), some.integers(0, 5))
def test_accepted_and_rejected_rows_are_the_rows_read(bad: list[tuple[int, int, str]], blank: int) -> None:
    rows: list[list[Any]] = [
        [dt.date(2024, 1, 1) + dt.timedelta(days=n % 50), "Web", "TV", "Y", 20, 10.0, 2.5, 1]
        for n in range(400)
    ]
    for row, column, text in bad:
        rows[row][column] = text
    with tempfile.TemporaryDirectory() as folder:
        path = saved(Path(folder), "bad.csv", as_csv([*rows, *[[None] * 8] * blank]))
        sales, report = read_sales(path, MAPPING)
    assert report.rows_read == 400
    assert report.rows_rejected == len(report.rejected)
    assert sales["units"].sum() == report.rows_read - report.rows_rejected
    named = {(row + 2) for row, column, text in bad if not (column == 4 and text in ("n/a", "?"))}
    assert set(report.rejected["row"]) <= named
