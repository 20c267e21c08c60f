"""Some rows of a file that show its words: the first ones, and a few from everywhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from core.data.table import FileKind
from core.promo.ingest.cells import blank_rows
from core.promo.ingest.lines import Batch, Lines

HEAD_ROWS = 2_000
SPREAD_ROWS = 4_000
MOST_BATCHES = 8  # of a text or Parquet file, which would have to be read to its end otherwise


def sample_of(lines: Lines) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Filled rows as a frame with the file's row of each; a workbook, being in memory, to its end."""
    frames, rows, left, found = [], [], HEAD_ROWS, 0
    most = None if lines.kind in (FileKind.XLSX, FileKind.XLSB) else MOST_BATCHES
    step = max(1, lines.expected // SPREAD_ROWS)
    for batch in lines.walk():
        filled = np.flatnonzero(~blank_rows(list(batch.cells.values())))
        taken = np.unique(np.concatenate([filled[:left], filled[::step]]))
        left = max(0, left - len(filled))
        frames.append(_frame(batch, taken))
        rows.append(batch.rows[taken])
        found += bool(len(filled))
        if most is not None and found >= most:
            break
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in lines.headers}), np.zeros(0, np.int64)
    return pd.concat(frames, ignore_index=True), np.concatenate(rows)


def _frame(batch: Batch, places: NDArray[np.int64]) -> pd.DataFrame:
    return pd.DataFrame({name: _series(array.take(pa.array(places))) for name, array in batch.cells.items()})


def _series(array: pa.Array) -> pd.Series:
    if pa.types.is_date(array.type):
        array = array.cast(pa.timestamp("us"))
    return pd.Series(array.to_pandas())
