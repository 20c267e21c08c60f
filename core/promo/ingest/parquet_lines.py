"""Parquet by DuckDB, batch by batch and within its memory limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.data.duck import ROW_NUMBER, open_duck
from core.data.files import checksum_of
from core.data.limits import ReadLimits
from core.data.parquet import as_text, check_shape
from core.data.problems import FileProblem
from core.data.table import FileKind
from core.promo.ingest.lines import BATCH_ROWS, Batch, Lines


def parquet_lines(path: Path, name: str, limits: ReadLimits) -> Lines:
    """The lines of a Parquet file; columns of lists or structures are refused by name. Raises FileProblem."""
    try:
        with pq.ParquetFile(path) as file:
            check_shape(file, name, limits)
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise damaged(name) from error
    if rows == 0:
        raise FileProblem(f"{name} has columns but no rows.")
    headers = tuple(schema.names)
    if ROW_NUMBER in {header.lower() for header in headers}:
        raise FileProblem(f"{name} has a column called {ROW_NUMBER}: rename it, that name is needed here.")
    zones = {f.name: f.type.tz for f in schema if pa.types.is_timestamp(f.type) and f.type.tz}
    return Lines(
        name,
        FileKind.PARQUET,
        checksum_of(path),
        headers,
        (),
        lambda: _walk(path, name, headers, zones),
        rows,
    )


def damaged(name: str) -> FileProblem:
    """The sentence for a Parquet file that cannot be decoded."""
    return FileProblem(
        f"{name} is a damaged Parquet file: it cannot be decoded. Write it again and upload it."
    )


def _walk(path: Path, name: str, headers: Sequence[str], zones: Mapping[str, str]) -> Iterator[Batch]:
    """Rows count from 1, as nothing stands above them in the file; moments are given in the file's time zone,
    which DuckDB does not keep: midnight in Berlin is another day in Greenwich. Columns go by their place,
    since DuckDB renames those that differ in case alone."""
    import duckdb

    with open_duck(path) as duck:
        try:
            for batch in duck.parquet(0, BATCH_ROWS):
                rows = batch.column(ROW_NUMBER).to_numpy(zero_copy_only=False).astype(np.int64) + 1
                cells = {
                    header: _plain(array, zones.get(header))
                    for header, array in zip(headers, batch.columns[:-1], strict=True)
                }
                yield Batch(None, rows, cells)
        except duckdb.Error as error:
            raise damaged(name) from error


def _plain(array: pa.Array, zone: str | None) -> pa.Array:
    """Dictionaries, decimals, bytes and odd kinds of text as plain arrays."""
    kind = array.type
    if zone is not None and pa.types.is_timestamp(kind):
        return pc.local_timestamp(array.cast(pa.timestamp("us", zone)))
    if pa.types.is_dictionary(kind):
        array, kind = array.dictionary_decode(), kind.value_type
    if pa.types.is_decimal(kind):
        return array.cast(pa.float64())
    if pa.types.is_string(kind) or pa.types.is_boolean(kind) or pa.types.is_floating(kind):
        return array
    if pa.types.is_integer(kind) or pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return array
    return as_text(array)
