"""Which days the sales cover, and what stands out among them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.promo.ingest.mapping import word_key

SPIKE_TIMES = 50.0  # times the usual day of its cell: a misplaced decimal mark, not a good day
MOST_NAMED = 1_000


@dataclass(frozen=True)
class Coverage:
    """The span of a file and its gaps; weekdays on which nothing is ever sold count as closed, not missing.

    `spellings` groups of department names that differ only in case, accents or spaces; `spikes` days and
    departments with SPIKE_TIMES the usual sales; `future_days` days after `today`.
    """

    first_on: dt.date | None
    last_on: dt.date | None
    days: int
    missing_days: tuple[dt.date, ...]
    future_days: tuple[dt.date, ...]
    spellings: tuple[tuple[str, ...], ...]
    spikes: tuple[tuple[dt.date, str], ...]


def coverage_of(facts: pd.DataFrame, today: dt.date | None) -> Coverage:
    """What the facts of a file cover."""
    if facts.empty:
        return Coverage(None, None, 0, (), (), (), ())
    known = pd.DatetimeIndex(facts["date"].unique()).sort_values()
    first, last = known[0].date(), known[-1].date()
    span = pd.date_range(first, last, freq="D")
    opened = np.isin(span.weekday, known.weekday.unique())
    missing = span[opened].difference(known)
    future = [day.date() for day in known if today is not None and day.date() > today]
    return Coverage(
        first,
        last,
        int(opened.sum()),
        tuple(day.date() for day in missing),
        tuple(future[:MOST_NAMED]),
        spellings(facts["department"]),
        _spikes(facts),
    )


def spellings(names: pd.Series) -> tuple[tuple[str, ...], ...]:
    """Groups of names that differ only in case, accents or spaces."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names.astype(str).unique()):
        groups.setdefault(word_key(name), []).append(name)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _spikes(facts: pd.DataFrame) -> tuple[tuple[dt.date, str], ...]:
    cells = ["channel", "department", "geo"]
    daily = facts.groupby(["date", *cells], as_index=False)["sales_value"].sum()
    usual = daily.groupby(cells)["sales_value"].transform("median")
    high = daily[(usual > 0) & (daily["sales_value"] > SPIKE_TIMES * usual)]
    pairs = zip(high["date"], high["department"], strict=True)
    return tuple((day.date(), str(department)) for day, department in pairs)[:MOST_NAMED]
