"""Parquet: typed columns as they are, bounded while they are decoded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.data.headers import Header
from core.data.limits import ReadLimits, size_text
from core.data.problems import FileProblem, name_some
from core.data.table import Grid


def read_parquet(source: bytes | str | Path, name: str, limits: ReadLimits) -> Grid:
    """The file's records; columns of lists or structs are refused by name. Raises FileProblem."""
    try:
        file = pq.ParquetFile(pa.BufferReader(source) if isinstance(source, bytes) else str(source))
        check_shape(file, name, limits)
        # Batch by batch, so that a small file cannot decode to more than the limit.
        batches, size = [], 0
        for batch in file.iter_batches(batch_size=65_536):
            size += batch.nbytes
            if size > limits.max_inflated_bytes:
                raise FileProblem(
                    f"{name} decodes to more than {size_text(limits.max_inflated_bytes)}: it is refused."
                )
            batches.append(batch)
        table = pa.Table.from_batches(batches, schema=batches[0].schema if batches else file.schema_arrow)
    except (pa.ArrowException, OSError) as error:
        raise FileProblem(
            f"{name} is a damaged Parquet file: it cannot be decoded. Write it again and upload it."
        ) from error
    names = tuple(str(column) for column in table.column_names)
    frame = pd.DataFrame({column: _column(table.column(column)) for column in names})
    if len(frame) == 0:
        raise FileProblem(f"{name} has columns but no rows.")
    return Grid(frame, Header(0, 1, names))


def check_shape(file: pq.ParquetFile, name: str, limits: ReadLimits) -> None:
    """FileProblem with every fault of a file's columns: too many, nested, doubled; or of its rows."""
    faults, schema = [], file.schema_arrow
    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    doubles = sorted({column for column in schema.names if schema.names.count(column) > 1})
    if file.metadata.num_rows > limits.max_rows:
        faults.append(f"{name} has {file.metadata.num_rows:,} rows; at most {limits.max_rows:,} can be read.")
    if len(schema.names) > limits.max_columns:
        faults.append(
            f"{name} has {len(schema.names):,} columns; at most {limits.max_columns:,} can be read."
        )
    if nested:
        faults.append(
            f"{name} has columns of lists or structures, which are no table cells: {name_some(nested)}."
        )
    if doubles:
        faults.append(f"{name} has the same column name more than once: {name_some(doubles)}.")
    if faults:
        raise FileProblem(faults)


def _column(values: pa.ChunkedArray) -> pd.Series[Any]:
    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.cast(kind.value_type)
        kind = kind.value_type
    if pa.types.is_decimal(kind):
        values = values.cast(pa.float64())
    elif pa.types.is_date(kind):
        values = values.cast(pa.timestamp("us"))
    elif pa.types.is_binary(kind) or pa.types.is_large_string(kind):
        values = pa.chunked_array([as_text(chunk) for chunk in values.chunks], pa.string())
    series: pd.Series[Any] = values.to_pandas()
    return series


def as_text(values: pa.Array) -> pa.Array:
    """The values as text; bytes that are no text, such as keys and hashes, with a sign for each odd one."""
    try:
        return values.cast(pa.string())
    except pa.ArrowException:
        texts = [
            value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
            for value in values.to_pylist()
        ]
        return pa.array([None if text is None else str(text) for text in texts], pa.string())
