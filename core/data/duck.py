"""The one place that reads files with DuckDB: in memory, bounded, and blind to everything but those files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.limits import MIB
from core.data.problems import FileProblem

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

ROW_NUMBER = "file_row_number"


@dataclass(frozen=True)
class DuckLimits:
    """What one database may take: memory and temporary files in bytes, threads of the processor."""

    memory_bytes: int = 768 * MIB
    temp_bytes: int = 16 * 1024 * MIB
    threads: int = 2

    def __post_init__(self) -> None:
        wrong = [f.name for f in fields(self) if getattr(self, f.name) < 1]
        if wrong:
            raise ValueError(f"Limits must be at least 1: {', '.join(wrong)}.")


@dataclass(frozen=True)
class Duck:
    """An open database and what the files it may read are called inside it, in the order they were given."""

    connection: duckdb.DuckDBPyConnection
    files: tuple[str, ...]

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that a statement with bound values gives."""
        return self.connection.execute(sql, list(values)).fetchall()

    def table(self, sql: str, values: Sequence[Any] = ()) -> pa.Table:
        """The same as an Arrow table."""
        return self.connection.sql(sql, params=list(values)).to_arrow_table()

    def parquet(self, number: int, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Parquet file `number` batch by batch, in its order, with `file_row_number` from 0 as the last
        column."""
        sql = "SELECT * FROM read_parquet(?, file_row_number = true)"
        yield from self.connection.sql(sql, params=[self.files[number]]).to_arrow_reader(batch_rows)


@contextmanager
def open_duck(*files: Path, limits: DuckLimits | None = None) -> Iterator[Duck]:
    """An in-memory database that can read these files and nothing else, until the block ends.

    The files are linked into a temporary folder under plain names, since a name with * or [ would be taken
    for a pattern; that folder, where DuckDB also spills what memory cannot hold, is all it may touch. The
    configuration is locked before any statement of ours runs.
    """
    limits = limits or DuckLimits()
    with tempfile.TemporaryDirectory(prefix="mixwright-duck-") as folder:
        linked = [f"{folder}/file{number}" for number in range(len(files))]
        for link, file in zip(linked, files, strict=True):
            Path(link).symlink_to(file.resolve(strict=True))
        import duckdb

        connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{limits.memory_bytes // MIB}MiB",
                "threads": limits.threads,
                "temp_directory": f"{folder}/spill",
                "max_temp_directory_size": f"{limits.temp_bytes // MIB}MiB",
                "preserve_insertion_order": True,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        try:
            # Only the linked files from here on, and no statement can widen that again.
            named = ", ".join("'" + link.replace("'", "''") + "'" for link in linked)
            connection.execute(f"SET allowed_paths = [{named}]")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield Duck(connection, tuple(linked))
        finally:
            connection.close()


def quoted(name: str) -> str:
    """A column's or table's name as an identifier, whatever characters it has."""
    if "\0" in name:
        raise FileProblem("A column's name holds a character of value 0, which no table can carry.")
    return '"' + name.replace('"', '""') + '"'
