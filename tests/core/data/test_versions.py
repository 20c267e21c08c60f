"""Next week's file beside the old one."""

import numpy as np
import pandas as pd

from core.data import ColumnMap, ColumnRole, Mapping
from core.data.versions import compare_versions

MAPPING = Mapping(
    (
        ColumnMap("date", ColumnRole.DATE),
        ColumnMap("sales", ColumnRole.TARGET),
        ColumnMap("tv", ColumnRole.SPEND),
    )
)
OLD = pd.DataFrame(
    {
        "date": pd.date_range("2024-01-01", periods=10, freq="7D"),
        "sales": np.arange(10.0),
        "tv": np.arange(10.0),
    }
)


def test_the_same_data_are_called_the_same() -> None:
    diff = compare_versions(OLD, OLD.copy(), MAPPING)
    assert diff.same
    assert diff.sentences == ("The new file holds the same data.",)


def test_new_weeks_are_counted_with_their_span() -> None:
    new = pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=12, freq="7D"),
            "sales": np.arange(12.0),
            "tv": np.arange(12.0),
        }
    )
    diff = compare_versions(OLD, new, MAPPING)
    assert (diff.rows_added, diff.rows_removed, diff.cells_changed) == (2, 0, 0)
    assert diff.sentences == ("2 row(s) are new, 2024-03-11 to 2024-03-18.",)


def test_corrected_cells_are_listed_where_they_are() -> None:
    new = OLD.copy()
    new.loc[4, "tv"] = 99.0
    new.loc[5, "sales"] = np.nan
    diff = compare_versions(OLD, new, MAPPING)
    assert (diff.rows_changed, diff.cells_changed) == (2, 2)
    first = diff.changes.iloc[0]
    assert (first["column"], first["old"], first["new"]) == ("tv", 4.0, 99.0)


def test_rounding_is_no_correction() -> None:
    assert compare_versions(OLD, OLD.assign(tv=OLD["tv"] * (1 + 1e-12)), MAPPING).same


def test_columns_and_rows_that_are_gone_come_first() -> None:
    diff = compare_versions(OLD, OLD.drop(columns="tv").iloc[1:].assign(radio=1.0), MAPPING)
    assert diff.columns_missing == ("tv",)
    assert diff.columns_new == ("radio",)
    assert diff.sentences[0] == "Missing columns: tv."
    assert "1 row(s) of the old file are gone" in diff.sentences[1]


def test_regions_are_compared_each_for_itself() -> None:
    mapping = Mapping((*MAPPING.columns, ColumnMap("geo", ColumnRole.GEO)))
    old = pd.concat([OLD.assign(geo="a"), OLD.assign(geo="b")])
    new = old.copy()
    new.iloc[13, 2] = -1.0
    diff = compare_versions(old, new, mapping)
    assert diff.cells_changed == 1
    assert diff.changes.iloc[0]["geo"] == "b"
