"""One file of sales becomes sums by day, sales channel, department, geo and promotion flag."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from core.data.duck import Duck, open_duck
from core.data.limits import ReadLimits
from core.data.problems import FileProblem, name_some
from core.promo.days import ALL_GEOS
from core.promo.ingest.column_formats import find_column_formats
from core.promo.ingest.findings import RowCheckCounts
from core.promo.ingest.judging import Judge, Judged, Names
from core.promo.ingest.lines import Lines
from core.promo.ingest.mapping import SalesColumn, SalesMapping
from core.promo.ingest.quality import assess
from core.promo.ingest.readers import open_lines
from core.promo.ingest.rejected import RejectedRows, refuse_poor, refuse_too_many
from core.promo.ingest.report import FACTS, FileFacts
from core.promo.ingest.vocabulary import CHANNEL_NAMES

Progress = Callable[[str, int, int], None]
LOOKING, ADDING = "Looking at the columns", "Adding up the sales"


SCALE = 10_000  # as in the statements below
MOST_PARTIAL = 1_500_000  # rows of partial sums before they are merged: bounds memory

_CREATE = """
CREATE TABLE partial (
    day INTEGER, channel TINYINT, department INTEGER, geo INTEGER, promo BOOLEAN,
    weight HUGEINT, discounted HUGEINT, sales HUGEINT, margin HUGEINT, units HUGEINT
)"""
_ADD = """
INSERT INTO partial
SELECT day, channel, department, geo, promo,
    coalesce(sum(CAST(round(discount * sales * 10000) AS BIGINT)) FILTER (weighed), 0),
    coalesce(sum(CAST(round(sales * 10000) AS BIGINT)) FILTER (weighed), 0),
    sum(CAST(round(sales * 10000) AS BIGINT)),
    sum(CAST(round(margin * 10000) AS BIGINT)),
    sum(CAST(round(units * 10000) AS BIGINT))
FROM (SELECT *, promo AND discount IS NOT NULL AND sales > 0 AS weighed FROM batch)
GROUP BY day, channel, department, geo, promo"""
_MERGE = """
CREATE TABLE merged AS
SELECT day, channel, department, geo, promo, sum(weight) AS weight, sum(discounted) AS discounted,
    sum(sales) AS sales, sum(margin) AS margin, sum(units) AS units
FROM partial GROUP BY day, channel, department, geo, promo"""
_FACTS = """
SELECT day, channel, department, geo, promo,
    CAST(weight AS DOUBLE) / 10000 AS discount_weight, CAST(discounted AS DOUBLE) / 10000 AS discount_sales,
    CAST(sales AS DOUBLE) / 10000 AS sales_value, CAST(margin AS DOUBLE) / 10000 AS margin_value,
    CAST(units AS DOUBLE) / 10000 AS units
FROM partial"""


class FactSums:
    """Sums of one file by day, sales channel, department, geo and promotion flag."""

    def __init__(self, duck: Duck) -> None:
        self._duck, self._rows = duck, 0
        duck.connection.execute(_CREATE)

    def add(self, judged: Judged) -> None:
        """The accepted rows of a batch."""
        if not judged.ok.any():
            return
        ok = judged.ok
        discount = judged.discount[ok]
        self._duck.connection.register(
            "batch",
            pa.table(
                {
                    "day": pa.array(judged.day[ok], pa.int32()),
                    "channel": pa.array(judged.channel[ok], pa.int8()),
                    "department": pa.array(judged.department[ok], pa.int32()),
                    "geo": pa.array(judged.geo[ok], pa.int32()),
                    "promo": pa.array(judged.promo[ok], pa.bool_()),
                    "discount": pa.array(discount, pa.float64(), mask=np.isnan(discount)),
                    "sales": pa.array(judged.sales[ok], pa.float64()),
                    "margin": pa.array(judged.margin[ok], pa.float64()),
                    "units": pa.array(judged.units[ok], pa.float64()),
                }
            ),
        )
        try:
            self._rows += int(self._duck.rows(_ADD)[0][0])
        finally:
            self._duck.connection.unregister("batch")
        if self._rows > MOST_PARTIAL:
            self._merge()

    def facts(self, departments: Names, geos: Names) -> pd.DataFrame:
        """The sums as FACTS, sorted by their keys."""
        self._merge()
        found = self._duck.table(_FACTS).to_pandas()
        frame = pd.DataFrame(
            {
                "date": pd.to_datetime(found["day"].to_numpy().astype("datetime64[D]")).astype(
                    "datetime64[us]"
                ),
                "channel": np.array(CHANNEL_NAMES, dtype=object)[found["channel"].to_numpy()],
                "department": _names(departments)[found["department"].to_numpy()],
                "geo": _names(geos)[found["geo"].to_numpy()],
                "promo_flag": found["promo"].astype(bool),
                **{name: found[name] for name in FACTS[5:]},
            }
        )
        return frame[list(FACTS)].sort_values(list(FACTS[:5]), ignore_index=True)

    def _merge(self) -> None:
        self._duck.connection.execute(_MERGE)
        self._duck.connection.execute("DROP TABLE partial")
        self._duck.connection.execute("ALTER TABLE merged RENAME TO partial")
        self._rows = int(self._duck.rows("SELECT count(*) FROM partial")[0][0])


def aggregate_file(
    source: Path | str,
    name: str,
    mapping: SalesMapping,
    *,
    progress: Progress | None = None,
    today: dt.date | None = None,
    limits: ReadLimits | None = None,
) -> FileFacts:
    """The sums of one file and the report of how reading went; raises FileProblem (a UserError).

    The file is read twice: once for the formats of its columns (order of dates, decimal marks, the meaning
    of words), once to judge and add up every row. `progress` is called with the stage, rows done and rows
    expected. A file with more than MOST_REJECTED_SHARE of its rows rejected is refused as a whole.
    """
    lines = open_lines(Path(source), name, mapping.sheet, limits, mapping.headers)
    return aggregate_lines(lines, mapping, progress=progress, today=today)


def aggregate_lines(
    lines: Lines,
    mapping: SalesMapping,
    *,
    progress: Progress | None = None,
    today: dt.date | None = None,
) -> FileFacts:
    """The same from lines that are open already."""
    missing = [name for name in mapping.headers if name not in lines.headers]
    if missing:
        raise FileProblem(
            f"{lines.name} has no column {name_some(missing, 20)}, which the mapping speaks of; its "
            f"columns are {name_some(lines.headers, 20)}."
        )
    report_progress = progress or (lambda stage, done, total: None)
    report_progress(LOOKING, 0, lines.expected)
    formats = find_column_formats(lines, mapping, lambda rows: report_progress(LOOKING, rows, lines.expected))
    judge, rejects = Judge(lines, mapping, formats), RejectedRows(lines.name, mapping)
    checks = RowCheckCounts(SalesColumn.DISCOUNT_PCT in mapping.columns)
    with open_duck() as duck:
        sums, read = FactSums(duck), 0
        for batch in lines.walk():
            judged = judge.judge(batch)
            refuse_too_many(judge, lines, mapping)
            rejects.add(judged)
            checks.add(judged)
            sums.add(judged)
            read += int((~judged.blank).sum())
            report_progress(ADDING, min(read, lines.expected), lines.expected)
        facts = sums.facts(judge.departments, judge.geos)
    if read == 0:
        raise FileProblem(f"{lines.name} has a header row but no rows below it.")
    report = assess(lines, mapping, formats, facts, rejects, checks, read, today)
    refuse_poor(lines, mapping, rejects, checks, report)
    return FileFacts(
        facts,
        report,
        checksum=lines.checksum,
        date_order=formats.date_order,
        currencies=formats.currencies,
    )


def combine(facts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The sales frame of all files: one row per key, the sum over the files; money to the cent.

    Columns date, channel, department, promo_flag, discount_pct (percent, weighted by the sales of promotion
    rows with a known discount, NaN without one), sales_value, margin_value, units; `geo` after department
    where there is more than the whole.
    """
    filled = [frame for frame in facts if len(frame)]
    if not filled:
        return _contract(pd.DataFrame({name: [] for name in FACTS}).astype({"date": "datetime64[us]"}))
    # Sums as whole ten-thousandths, so that no order of files can change a cent.
    whole = pd.concat(filled, ignore_index=True)
    counted = whole.assign(
        **{name: np.rint(whole[name].astype(float) * SCALE).astype("int64") for name in FACTS[5:]}
    )
    return _contract(counted.groupby(list(FACTS[:5]), as_index=False, sort=True).sum())


def _cents(counted: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series(np.rint(counted / (SCALE / 100)) / 100 + 0.0, index=counted.index)


def _contract(total: pd.DataFrame) -> pd.DataFrame:
    weighed = total["discount_sales"].astype(float)
    ratio = total["discount_weight"] / weighed.where(weighed != 0)
    frame = pd.DataFrame(
        {
            "date": total["date"],
            "channel": total["channel"].astype("str"),
            "department": total["department"].astype("str"),
            "geo": total["geo"].astype("str"),
            "promo_flag": total["promo_flag"].astype(bool),
            "discount_pct": ratio.clip(0.0, 100.0).round(4).where(total["promo_flag"].astype(bool)),
            "sales_value": _cents(total["sales_value"]),
            "margin_value": _cents(total["margin_value"]),
            "units": np.rint(total["units"] / SCALE).astype("int64"),
        }
    )
    return frame if (frame["geo"] != ALL_GEOS).any() else frame.drop(columns="geo")


def _names(names: Names) -> np.ndarray:
    return np.array(list(names.codes), dtype=object)
