"""Accepted rows summed by DuckDB, exactly: money is counted in whole ten-thousandths, so no order matters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from core.data.duck import Duck
from core.promo.ingest.judging import Judged, Names
from core.promo.ingest.meanings import CHANNEL_NAMES
from core.promo.ingest.report import FACTS

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


class Tally:
    """Sums of one file by day, sales channel, department, geo and promotion flag."""

    def __init__(self, duck: Duck) -> None:
        self._duck, self._rows = duck, 0
        duck.connection.execute(_CREATE)

    def add(self, judged: Judged) -> None:
        """The accepted rows of a batch."""
        if not judged.ok.any():
            return
        self._duck.connection.register("batch", _typed(judged))
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
        names, places = (
            np.array(list(departments.codes), dtype=object),
            np.array(list(geos.codes), dtype=object),
        )
        frame = pd.DataFrame(
            {
                "date": pd.to_datetime(found["day"].to_numpy().astype("datetime64[D]")).astype(
                    "datetime64[us]"
                ),
                "channel": np.array(CHANNEL_NAMES, dtype=object)[found["channel"].to_numpy()],
                "department": names[found["department"].to_numpy()],
                "geo": places[found["geo"].to_numpy()],
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


def _typed(judged: Judged) -> pa.Table:
    ok = judged.ok
    discount = judged.discount[ok]
    return pa.table(
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
    )
