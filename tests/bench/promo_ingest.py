"""How long sales files take: `python -m tests.bench.promo_ingest [--all]`.

Till lines are written to a temporary folder and read in a fresh process, which says how many seconds it
took, by the wall and of processor time, and how much memory at most. Without `--all` half a million lines as
CSV and XLSB; with it ten million as CSV and Parquet as well.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from tests.core.data.xlsb_writer import xlsb_bytes

HALF_A_MILLION, TEN_MILLION = 500_000, 10_000_000
USUAL_LIMITS = {"most_seconds": 15.0, "most_mb": 2048}
ALL_LIMITS = {"most_seconds": 180.0, "most_mb": 2048}
CHUNK = 1_000_000
DEPARTMENTS = ("TV", "Gaming", "Audio", "Accessories", "Smartphones", "Computers", "Kitchen", "Garden")


def till_lines(count: int, seed: int) -> pa.Table:
    """Lines of a till over two years, one in eight on promotion."""
    draw = np.random.default_rng(seed)
    promo = draw.random(count) < 0.125
    sales = np.round(draw.gamma(2.0, 60.0, count) + 1, 2)
    days = np.datetime64("2023-10-01") + draw.integers(0, 731, count).astype("timedelta64[D]")
    discount = pa.array(draw.choice([5.0, 10.0, 15.0, 20.0, 25.0, 30.0], count), mask=~promo)
    return pa.table(
        {
            "Date": pa.array(days.astype("datetime64[s]")).cast(pa.date32()),
            "Channel": pa.array(np.where(draw.random(count) < 0.4, "Web", "Store")),
            "Department": pa.array(np.array(DEPARTMENTS)[draw.integers(0, len(DEPARTMENTS), count)]),
            "Promo": pa.array(np.where(promo, "Y", "N")),
            "Discount %": discount,
            "Sales Value": pa.array(sales),
            "Margin Value": pa.array(np.round(sales * draw.uniform(0.1, 0.4, count), 2)),
            "Units": pa.array(draw.integers(1, 5, count)),
        }
    )


def write_csv(path: Path, count: int) -> None:
    """A CSV, chunk by chunk."""
    with path.open("wb") as file:
        for number, start in enumerate(range(0, count, CHUNK)):
            options = pacsv.WriteOptions(include_header=number == 0, quoting_style="none")
            pacsv.write_csv(till_lines(min(CHUNK, count - start), number), file, options)


def write_parquet(path: Path, count: int) -> None:
    """A Parquet file, chunk by chunk."""
    with pq.ParquetWriter(path, till_lines(1, 0).schema) as writer:
        for number, start in enumerate(range(0, count, CHUNK)):
            writer.write_table(till_lines(min(CHUNK, count - start), number))


def write_xlsb(path: Path, count: int) -> None:
    """A binary workbook of one sheet."""
    table = till_lines(count, 0)
    rows = [list(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]
    path.write_bytes(xlsb_bytes([table.column_names, *rows]))


def read_here(path: str) -> None:
    """What the fresh process does: read one file and say what it took."""
    from core.promo import read_sales

    started, used = time.perf_counter(), time.process_time()
    sales, report = read_sales([path])
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "rows": report.rows_read,
                "facts": len(sales),
                "sales_value": float(sales["sales_value"].sum()),
                "wall_seconds": time.perf_counter() - started,
                "cpu_seconds": time.process_time() - used + children.ru_utime + children.ru_stime,
                "memory_mb": max(own_peak_kb(), children.ru_maxrss) / 1024,
            }
        )
    )


def own_peak_kb() -> int:
    """The most memory since this program began (getrusage would count what its parent had, too)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def measured(path: Path) -> dict[str, float]:
    """The figures of a fresh process."""
    command = [sys.executable, "-m", "tests.bench.promo_ingest", "--read", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def main(words: list[str]) -> int:
    """1 where a promise was broken."""
    if words[:1] == ["--read"]:
        read_here(words[1])
        return 0
    tasks = [
        ("csv", write_csv, HALF_A_MILLION, USUAL_LIMITS),
        ("xlsb", write_xlsb, HALF_A_MILLION, USUAL_LIMITS),
    ]
    if "--all" in words:
        tasks += [
            ("csv", write_csv, TEN_MILLION, ALL_LIMITS),
            ("parquet", write_parquet, TEN_MILLION, ALL_LIMITS),
        ]
    lines, broken = [], 0
    with tempfile.TemporaryDirectory(prefix="mixwright-bench-") as folder:
        for kind, write, count, limits in tasks:
            path = Path(folder) / f"sales.{kind}"
            write(path, count)
            found = measured(path)
            kept = found["rows"] == count and found["cpu_seconds"] <= limits["most_seconds"]
            kept = kept and found["memory_mb"] <= limits["most_mb"]
            broken += not kept
            lines.append(
                {"file": kind, "size_mb": path.stat().st_size / 2**20, **found, **limits, "kept": kept}
            )
            path.unlink()
    print(pd.DataFrame(lines).round(1).to_string(index=False))
    return int(broken > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
