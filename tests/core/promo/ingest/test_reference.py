"""Catalogue, targets and segments: read whole, or refused with every fault at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from core.errors import UserError
from core.promo.ingest import read_catalog, read_segments, read_targets

RETAIL = Path(__file__).parents[4] / "sample_data" / "retail"


def test_the_catalogue_of_the_sample_is_read() -> None:
    found = read_catalog(RETAIL / "Promo_October-September_FY25.xlsb", "Promo.xlsb")
    assert len(found) == 46
    first = found.iloc[0]
    assert (first["promo_name"], first["date_start"], first["avg_discount_pct"]) == (
        "Promo 27",
        pd.Timestamp("2023-10-11"),
        10.0,
    )
    assert first["departments"] == ["TV", "Gaming"] and first["channels"] == ["offline"]
    assert found["channels"].map(tuple).isin([("online",), ("offline",), ("online", "offline")]).all()


def test_a_german_catalogue_with_shares_and_names_with_an_ampersand_is_read() -> None:
    text = (
        "Aktion;Von;Bis;Warengruppen;Kanäle;Rabatt\n"
        "Sommer;01.02.2024;05.02.2024;Haus & Garten, TV;Filiale & Online;0,2\n"
        "Winter;20.12.2024;24.12.2024;TV;;0,35\n"
    )
    found = read_catalog(text.encode(), "aktionen.csv")
    assert found["departments"].tolist() == [["Haus & Garten", "TV"], ["TV"]]
    assert found["channels"].tolist() == [["online", "offline"]] * 2
    assert found["avg_discount_pct"].tolist() == [20.0, 35.0]


def test_targets_of_the_sample_are_read() -> None:
    found = read_targets(RETAIL / "targets.csv", "targets.csv")
    assert found.iloc[0].tolist() == ["2023-10", "DE", 7315805.0, 20.62, 40582.0]
    assert len(found) == 24


def test_targets_without_a_geo_are_for_the_whole() -> None:
    found = read_targets(b"Monat;Umsatzziel;Marge in %\nJan 2024;1.000.000,50;21,5\n", "ziele.csv")
    assert found.loc[0, ["month", "geo", "sales_value_target", "margin_pct_target"]].tolist() == [
        *("2024-01", "ALL", 1000000.5, 21.5)
    ]


def test_segments_of_the_sample_are_read() -> None:
    found = read_segments(RETAIL / "segments.csv", "segments.csv")
    assert found["fav_categories"].iloc[0] == ["TV", "Smartphones"]
    assert found["discount_sensitivity"].tolist() == ["low", "high", "medium", "high"]
    assert found["share_of_revenue"].sum() == pytest.approx(1.0)


WRONG = (
    (
        read_catalog,
        "Promo,Start,End,Department,Channel,Discount\nA,2024-01-31,2024-01-05,TV,Kiosk,120\n,foo,,,Online,5\n",
        ("ends on 2024-01-05", "“Kiosk”", "120 %", "“foo” is not a date", "Department is empty in row 3"),
    ),
    (
        read_targets,
        "month,geo,sales_target,margin_target\n2024-01,DE,5,20\n2024-01,DE,-5,200\n",
        ("has a target for DE already", "not below 0", "200 %"),
    ),
    (
        read_segments,
        "segment_id,name,share_of_customers,share_of_revenue,avg_basket_value,discount_sensitivity\n"
        "a,A,0.5,0.6,12.5,High\na,B,0.6,0.4,-1,odd\n",
        ("“odd”", "“a” is there already", "110 %", "cannot be below 0"),
    ),
    (read_targets, "a,b\n1,2\n3,4\n", ("no column for the month", "no column for the sales target")),
)


@pytest.mark.parametrize(("reader", "text", "faults"), WRONG)
def test_every_fault_is_named_at_once(
    reader: Callable[[bytes, str], pd.DataFrame], text: str, faults: tuple[str, ...]
) -> None:
    with pytest.raises(UserError) as refused:
        reader(text.encode(), "file.csv")
    assert all(any(fault in sentence for sentence in refused.value.faults) for fault in faults)
