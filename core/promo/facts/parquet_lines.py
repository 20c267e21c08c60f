"""Parquet by DuckDB, batch by batch and within its memory limit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.data.duck import ROW_NUMBER, open_duck
from core.data.limits import ReadLimits
from core.data.parquet import check_shape
from core.data.problems import FileProblem
from core.data.table import FileKind
from core.promo.facts.lines import BATCH_ROWS, Batch, Lines, checksum_of


def parquet_lines(path: Path, name: str, limits: ReadLimits) -> Lines:
    """The lines of a Parquet file; columns of lists or structures are refused by name. Raises FileProblem."""
    try:
        with pq.ParquetFile(path) as file:
            check_shape(file, name, limits)
            headers, rows = tuple(file.schema_arrow.names), file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise damaged(name) from error
    if rows == 0:
        raise FileProblem(f"{name} has columns but no rows.")
    if ROW_NUMBER in headers:
        raise FileProblem(f"{name} has a column called {ROW_NUMBER}: rename it, that name is needed here.")
    return Lines(name, FileKind.PARQUET, checksum_of(path), headers, (), lambda: _walk(path, name), rows)


def damaged(name: str) -> FileProblem:
    """The sentence for a Parquet file that cannot be decoded."""
    return FileProblem(
        f"{name} is a damaged Parquet file: it cannot be decoded. Write it again and upload it."
    )


def _walk(path: Path, name: str) -> Iterator[Batch]:
    """Rows count from 1, as nothing stands above them in the file."""
    import duckdb

    with open_duck(path) as duck:
        try:
            for batch in duck.parquet(0, BATCH_ROWS):
                rows = batch.column(ROW_NUMBER).to_numpy(zero_copy_only=False).astype(np.int64) + 1
                cells = {
                    str(column): _plain(array)
                    for column, array in zip(batch.schema.names, batch.columns, strict=True)
                    if column != ROW_NUMBER
                }
                yield Batch(None, rows, cells)
        except duckdb.Error as error:
            raise damaged(name) from error


def _plain(array: pa.Array) -> pa.Array:
    """Dictionaries, decimals, bytes and odd kinds of text as plain arrays."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        array, kind = array.dictionary_decode(), kind.value_type
    if pa.types.is_decimal(kind):
        return array.cast(pa.float64())
    if pa.types.is_string(kind) or pa.types.is_boolean(kind) or pa.types.is_floating(kind):
        return array
    if pa.types.is_integer(kind) or pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return array
    return array.cast(pa.string())
