"""Makes the DuckDB file of frames, and the ZIP that people take along."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.duck import quoted
from core.promo.duckdb_file import baseline, schema

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

FILE_NAME = "promotions.duckdb"
MEMORY = "512MB"

README = """Promotions of the project "{project}", exported from Mixwright on {today}.

{file} is a DuckDB database, written by version {version} (https://duckdb.org).

  Tables  {tables}
  Views   sales_daily_summary, scenario_comparison_view
  Macro   calculate_baseline_forecast(start_date, end_date, channel := NULL, department := NULL, geo := NULL)

    SELECT * FROM calculate_baseline_forecast('2026-03-01', '2026-03-31', department := 'TV');

baseline.py is the same baseline as a Python function (pip install duckdb).

Ids are text, nested values JSON, times UTC, money in {currency}; percentages are 0 to 100, shares 0 to 1.
There are no foreign keys: DuckDB would refuse changes to rows that others refer to.
"""


def write_file(tables: Mapping[str, pa.Table], target: Path) -> None:
    """A DuckDB file with these tables (columns as `schema.columns_of` names them), the views and the macro.

    A table that is not given stays empty. DuckDB is confined to the target's folder. ValueError for a table
    that the schema does not know.
    """
    unknown = set(tables) - set(schema.TABLES)
    if unknown:
        raise ValueError(f"The file knows no tables {', '.join(sorted(unknown))}.")
    connection = _connect(target)
    try:
        for statement in schema.statements():
            connection.execute(statement)
        for name, table in tables.items():
            _fill(connection, name, table)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()


def packed(tables: Mapping[str, pa.Table], project: str, currency: str, today: str) -> bytes:
    """A ZIP with the DuckDB file, a README and the baseline as a Python function."""
    import duckdb

    out = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="mixwright-export-") as folder:
        target = Path(folder) / FILE_NAME
        write_file(tables, target)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            package.write(target, FILE_NAME)
            readme = README.format(
                project=project, currency=currency, today=today, file=FILE_NAME, version=duckdb.__version__,
                tables=", ".join(schema.TABLES),
            )  # fmt: skip
            package.writestr("README.txt", readme)
            package.writestr("baseline.py", Path(baseline.__file__).read_text("utf-8"))
    return out.getvalue()


def _connect(target: Path) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(
        str(target),
        config={
            "memory_limit": MEMORY,
            "threads": 2,
            "temp_directory": str(target.parent / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _fill(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    kinds = schema.columns_of(name)
    chosen = [_taken(column, kinds[column]) for column in table.column_names]
    into = ", ".join(quoted(column) for column in table.column_names)
    connection.register("incoming", table)
    connection.execute(f"INSERT INTO {name} ({into}) SELECT {', '.join(chosen)} FROM incoming")  # noqa: S608
    connection.unregister("incoming")


def _taken(column: str, kind: str) -> str:
    """How a column of a frame goes into the table: nested values arrive as JSON text."""
    if kind == "JSON":
        return f"CAST({quoted(column)} AS JSON)"
    if kind.endswith("[]"):
        return f"CAST(CAST({quoted(column)} AS JSON) AS {kind})"
    return quoted(column)
