"""What came out of reading sales: the facts, what was rejected, how good the data are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from core.data.dates import DateOrder
from core.data.problems import DataProblem, FileProblem
from core.json_values import converter

REJECTED = ("file", "sheet", "row", "column", "value", "reason", "cells")
MOST_REJECTED_ROWS = 100_000
FACTS = (
    *("date", "channel", "department", "geo", "promo_flag"),
    *("discount_weight", "discount_sales", "sales_value", "margin_value", "units"),
)


def no_rejected() -> pd.DataFrame:
    """The table of rejected rows with none in it."""
    return pd.DataFrame({name: pd.Series(dtype="int64" if name == "row" else "str") for name in REJECTED})


@dataclass(frozen=True, eq=False)
class SalesReport:
    """What was read and what was not.

    `rows_read` = accepted + `rows_rejected`; blank rows are not counted. `rejected` one row each (file,
    sheet, row of the file, column, value, reason, cells = the whole row as JSON), at most MOST_REJECTED_ROWS.
    `quality_score` 0..100, the mean of `parts` (completeness, accuracy, consistency and, where `today` was
    given, timeliness). `findings` are placed and say what to do.
    """

    rows_read: int
    rows_rejected: int
    quality_score: float
    parts: Mapping[str, float]
    rejected: pd.DataFrame = field(default_factory=no_rejected)
    findings: tuple[DataProblem, ...] = ()
    first_on: dt.date | None = None
    last_on: dt.date | None = None
    channels: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    geos: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The whole in one sentence."""
        rejected = f", {self.rows_rejected:,} rejected" if self.rows_rejected else ""
        span = f", {self.first_on} to {self.last_on}" if self.first_on else ""
        return f"{self.rows_read:,} rows read{rejected}{span}; data quality {self.quality_score:.0f} of 100."


_fields_of_report = make_dict_unstructure_fn(SalesReport, converter, rejected=override(omit=True))


@converter.register_unstructure_hook
def _report_as_saved(report: SalesReport) -> dict[str, Any]:
    """The rejected rows are saved elsewhere; scores are rounded, and the sentence is there for lists."""
    return {
        **_fields_of_report(report),
        "quality_score": round(report.quality_score, 1),
        "parts": {name: round(value, 1) for name, value in report.parts.items()},
        "sentence": report.sentence,
    }


converter.register_structure_hook(
    SalesReport, make_dict_structure_fn(SalesReport, converter, rejected=override(omit=True))
)


@dataclass(frozen=True, eq=False)
class FileFacts:
    """One file's sums by date, sales channel, department, geo and promotion flag, and how reading went.

    `facts` has the columns FACTS: `discount_weight` the sum of discount (percent) times sales over promotion
    rows with a known discount (returns left out), `discount_sales` the sales of those rows; money is
    not rounded yet. `date_order` where the file's dates themselves decided whether day or month comes
    first, `currencies` the codes that the file speaks of.
    """

    facts: pd.DataFrame
    report: SalesReport
    checksum: str = field(default="", kw_only=True)
    date_order: DateOrder | None = field(default=None, kw_only=True)
    currencies: frozenset[str] = field(default=frozenset(), kw_only=True)


class RefusedSales(FileProblem):
    """A file with too many rejected rows; `report` lists them where the error has not travelled far."""

    def __init__(self, faults: str | Sequence[str], report: SalesReport | None = None) -> None:
        super().__init__(faults)
        self.report = report
