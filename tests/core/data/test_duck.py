"""DuckDB reads the files it was given and nothing else, within its memory."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data.duck import DuckLimits, open_duck, quoted
from core.data.limits import MIB
from core.data.problems import FileProblem


def parquet(folder: Path, name: str, rows: int = 5) -> Path:
    """A file of two columns, one of them with an awkward name."""
    path = folder / name
    pq.write_table(pa.table({"a": list(range(rows)), 'drop "x"; --': ["é"] * rows}), path)
    return path


def test_a_files_rows_come_in_order_with_their_number(tmp_path: Path) -> None:
    with open_duck(parquet(tmp_path, "sales.parquet", 10)) as duck:
        batches = list(duck.parquet(0, 4))
    table = pa.Table.from_batches(batches)
    assert table.column_names == ["a", 'drop "x"; --', "file_row_number"]
    assert table.column("a").to_pylist() == table.column("file_row_number").to_pylist() == list(range(10))


@pytest.mark.parametrize("name", ["sales [2024]*.parquet", "it's.parquet", "sales?.parquet"])
def test_a_name_is_a_name_and_not_a_pattern(tmp_path: Path, name: str) -> None:
    parquet(tmp_path, "sales 2.parquet", 99)
    with open_duck(parquet(tmp_path, name, 3)) as duck:
        assert sum(batch.num_rows for batch in duck.parquet(0, 100)) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('{other}')",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/out.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "SET allowed_paths = ['/etc/passwd']",
    ],
)
def test_nothing_else_can_be_read_written_or_changed(tmp_path: Path, statement: str) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with open_duck(parquet(tmp_path, "sales.parquet")) as duck, pytest.raises(duckdb.Error):
        duck.rows(statement.format(other=other, folder=tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.csv", "sales.parquet"]


def test_memory_is_bounded(tmp_path: Path) -> None:
    limits = DuckLimits(memory_bytes=64 * MIB, temp_bytes=1 * MIB)
    with open_duck(limits=limits) as duck, pytest.raises(duckdb.OutOfMemoryException):
        duck.rows("SELECT count(*) FROM (SELECT DISTINCT range, hash(range) FROM range(50000000))")


def test_limits_refuse_nonsense() -> None:
    with pytest.raises(ValueError, match="threads"):
        DuckLimits(threads=0)


def test_values_are_bound_and_names_quoted() -> None:
    awkward = 'c"; DROP TABLE t; --'
    with open_duck() as duck:
        columns = f"{quoted('a b')} INTEGER, {quoted(awkward)} VARCHAR"
        duck.rows(f"CREATE TABLE t ({columns})")
        duck.rows("INSERT INTO t VALUES (?, ?)", [1, "'; DROP TABLE t; --"])
        assert duck.rows("SELECT * FROM t") == [(1, "'; DROP TABLE t; --")]
        assert duck.table("SELECT * FROM t").num_rows == 1
    with pytest.raises(FileProblem):
        quoted("a\0b")
