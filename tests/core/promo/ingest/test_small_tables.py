"""Catalogues, targets and segments whose cells can be read in two ways: settled by the table, or refused."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from core.errors import UserError
from core.promo.ingest import read_catalog, read_segments, read_targets

Reader = Callable[[bytes, str], pd.DataFrame]
CATALOG = "promo_name;date_start;date_end;departments;channels;avg_discount_pct\n"
TARGETS = "month,geo,sales_value_target,margin_pct_target,units_target\n"
SEGMENTS = "segment_id,name,share_of_customers,share_of_revenue,avg_basket_value,discount_sensitivity\n"


def catalog(*lines: str) -> pd.DataFrame:
    """The promotions of these lines."""
    return read_catalog((CATALOG + "\n".join(lines)).encode(), "promos.csv")


def test_the_last_days_tell_how_the_first_days_are_written() -> None:
    found = catalog("A;01/03/2024;14/03/2024;TV;Online;20", "B;05/04/2024;20/04/2024;TV;Online;15")
    assert [str(day.date()) for day in found["date_start"]] == ["2024-03-01", "2024-04-05"]


def test_a_percent_sign_in_some_cells_means_the_same_as_none() -> None:
    found = catalog("A;01.03.2024;14.03.2024;TV;Online;20%", "B;05.04.2024;20.04.2024;TV;Online;15")
    assert found["avg_discount_pct"].tolist() == [20.0, 15.0]
    targets = read_targets(
        f"{TARGETS}2024-01,DE,1.250.000,30%,1200\n2024-02,DE,260.000,31,1300\n".encode(), "t"
    )
    assert targets["margin_pct_target"].tolist() == [30.0, 31.0]
    assert targets["sales_value_target"].tolist() == [1_250_000.0, 260_000.0]
    segments = read_segments(f"{SEGMENTS}1,A,50%,50%,20,high\n2,B,30,40,20,low\n".encode(), "s.csv")
    assert segments["share_of_customers"].tolist() == [0.5, 0.3]


def test_click_and_collect_and_all_channels_are_known() -> None:
    found = catalog(
        "A;2024-03-01;2024-03-14;TV;Click & Collect;20",
        "B;2024-03-01;2024-03-14;TV;all channels;20",
        "C;2024-03-01;2024-03-14;TV;Store, Outlet;20",
    )
    assert found["channels"].tolist() == [["online"], ["online", "offline"], ["offline"]]


@pytest.mark.parametrize(
    ("reader", "text", "fault"),
    [
        (read_catalog, f"{CATALOG}A;01/03/2024;05/03/2024;TV;Online;20\n", "day first or month first"),
        (
            read_catalog,
            f"{CATALOG}A;2024-03;2024-04;TV;Online;20\n",
            "date_start names a month, no first day",
        ),
        (read_catalog, f"{CATALOG}A;2024-03-01;2024-03-05;TV;Online;20 EUR\n", "amounts of money"),
        (
            read_catalog,
            f"{CATALOG}A;2024-03-01;2024-03-05;TV;Online;0,2\nB;2024-03-01;2024-03-05;TV;Online;15\n",
            "0.2 may be a share or a percentage",
        ),
        (read_targets, f"{TARGETS}2024-01,DE,250.000,30,1200\n", "“250.000” can be read in two ways"),
        (read_targets, f"{TARGETS}2024-Q1,DE,250000,30,1200\n", "month names a quarter, no month"),
        (read_targets, f"{TARGETS}2024-01,DE,10%,30,1200\n", "sales_value_target holds percentages"),
        (
            read_segments,
            f"{SEGMENTS}1,A,0.5,50,20,high\n2,B,0.5,0.5,20,low\n",
            "share_of_revenue: 0.5 may be a share or a percentage",
        ),
    ],
)
def test_what_the_table_leaves_open_is_a_fault(reader: Reader, text: str, fault: str) -> None:
    with pytest.raises(UserError) as refused:
        reader(text.encode(), "file.csv")
    assert any(fault in sentence for sentence in refused.value.faults), refused.value.faults


def test_small_percentages_of_a_whole_are_percentages() -> None:
    found = read_segments(f"{SEGMENTS}1,A,50,99.5,20,high\n2,B,50,0.5,20,low\n".encode(), "s.csv")
    assert found["share_of_revenue"].tolist() == [0.995, 0.005]


def test_american_thousands_stay_readable() -> None:
    found = read_targets(f'{TARGETS}2024-01,DE,"250,000",30,"1,200"\n'.encode(), "targets.csv")
    assert found.iloc[0].tolist()[2:] == [250_000.0, 30.0, 1_200.0]
