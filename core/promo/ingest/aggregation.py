"""One file of sales becomes sums by day, sales channel, department, geo and promotion flag."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.data.duck import open_duck
from core.data.limits import ReadLimits
from core.data.problems import FileProblem, name_some
from core.promo.ingest.agreement import ColumnAgreement, agree
from core.promo.ingest.judging import Judge
from core.promo.ingest.lines import Lines, open_lines
from core.promo.ingest.mapping import SalesColumn, SalesMapping
from core.promo.ingest.notices import Notices
from core.promo.ingest.quality import assess
from core.promo.ingest.refusal import refuse_poor, refuse_too_many
from core.promo.ingest.rejected import Rejects
from core.promo.ingest.report import ALL_GEOS, FACTS, FileFacts
from core.promo.ingest.tally import SCALE, Tally

Progress = Callable[[str, int, int], None]
LOOKING, ADDING = "Looking at the columns", "Adding up the sales"


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

    The file is walked through twice: once to learn what its columns agree on (order of dates, decimal marks,
    the meaning of words), once to judge and add up every row. `progress` hears the stage, rows done and rows
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
    _refuse_unknown_headers(lines, mapping)
    tell = progress or _silent
    tell(LOOKING, 0, lines.expected)
    agreement = agree(lines, mapping, lambda seen: tell(LOOKING, seen, lines.expected))
    judge, rejects = Judge(lines, mapping, agreement), Rejects(lines.name, mapping)
    notices = Notices(SalesColumn.DISCOUNT_PCT in mapping.columns)
    with open_duck() as duck:
        tally, read = Tally(duck), 0
        for batch in lines.walk():
            judged = judge.judge(batch)
            refuse_too_many(judge, lines, mapping)
            rejects.add(judged)
            notices.add(judged)
            tally.add(judged)
            read += int((~judged.blank).sum())
            tell(ADDING, min(read, lines.expected), lines.expected)
        facts = tally.facts(judge.departments, judge.geos)
    return _file_facts(lines, mapping, agreement, facts, rejects, notices, read, today)


def _file_facts(
    lines: Lines,
    mapping: SalesMapping,
    agreement: ColumnAgreement,
    facts: pd.DataFrame,
    rejects: Rejects,
    notices: Notices,
    read: int,
    today: dt.date | None,
) -> FileFacts:
    if read == 0:
        raise FileProblem(f"{lines.name} has a header row but no rows below it.")
    report = assess(lines, mapping, agreement, facts, rejects, notices, read, today)
    refuse_poor(lines, mapping, rejects, notices, report)
    return FileFacts(
        facts,
        report,
        checksum=lines.checksum,
        date_order=agreement.date_order,
        currencies=agreement.currencies,
    )


def _silent(stage: str, done: int, total: int) -> None:
    """For callers who do not want to hear of it."""


def _refuse_unknown_headers(lines: Lines, mapping: SalesMapping) -> None:
    missing = [name for name in mapping.headers if name not in lines.headers]
    if missing:
        raise FileProblem(
            f"{lines.name} has no column {name_some(missing, 20)}, which the mapping speaks of; its "
            f"columns are {name_some(lines.headers, 20)}."
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
    keys = list(FACTS[:5])
    whole = pd.concat([_counted(frame) for frame in filled], ignore_index=True)
    return _contract(whole.groupby(keys, as_index=False, sort=True).sum())


def _counted(frame: pd.DataFrame) -> pd.DataFrame:
    """Sums as whole ten-thousandths, so that no order of files can change a cent."""
    return frame.assign(
        **{name: np.rint(frame[name].astype(float) * SCALE).astype("int64") for name in FACTS[5:]}
    )


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
