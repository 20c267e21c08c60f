"""The texts of a date column as days: the whole column decides what comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.cell_problems import ORDERS
from core.data.dates import DateForm, DateOrder, read_dates
from core.data.problems import DataProblem, FileProblem, ProblemCode, Severity
from core.data.table import FileKind
from core.data.vocabulary import TOTALS, plain_letters
from core.promo.ingest.cells import Fault, missing_fault
from core.promo.ingest.lines import Lines
from core.promo.ingest.mapping import SalesColumn, SalesMapping

MIXED_ORDER_SHARE = 0.01  # of the dates that tell their order: fewer are typing errors, more a mixture
FEWEST_SHORT = 3  # dates with two-digit years that show their order
EARLIEST_SHORT = "10"  # a year in two digits, of sales anyone still plans by
MONTHS = 12
WHOLE_PERIODS = frozenset({DateForm.WEEK, DateForm.MONTH, DateForm.QUARTER})
Place = tuple[str | None, int]
Days = NDArray[np.datetime64]
_SHORT = re.compile(r"\s*(\d\d)([-/.])(\d\d)\2(\d\d)\s*")
_WRITTEN = re.compile(r"\s*\d{1,2}([-/.])\d{1,2}\1(\d{4}|\d\d)\s*")


def read_days(
    places: Mapping[str, Place], mapping: SalesMapping, lines: Lines
) -> tuple[dict[str, int], DateOrder | None, list[DataProblem]]:
    """The day since 1970 of every text (or its fault, negative), the order where the texts decided it, and
    what had to be assumed. Raises FileProblem where no one can know what the column's dates mean."""
    texts = list(places)
    if not texts:
        return {}, None, []
    name = mapping.columns[SalesColumn.DATE]
    reading = read_dates(texts, mapping.date_order, lines.date1904)
    if mapping.date_order is None:
        _refuse_short_years(name, texts, reading.values, lines)
        _refuse_swapped_months(name, texts, reading.values, lines)
    _refuse_mixed_orders(name, texts, reading.conflicts, reading.order, places, lines)
    days = reading.values.astype("datetime64[D]").astype(np.int64)
    known = {
        text: int(day) if not (bad or blank) else -_date_fault(text, name, bool(clash))
        for text, day, bad, blank, clash in zip(
            texts, days, reading.bad, reading.blank, reading.conflicts, strict=True
        )
    }
    if reading.forms & WHOLE_PERIODS:
        dated = [text for text in texts if known[text] > 0]
        known |= {
            text: -Fault.NOT_A_DAY
            for text in dated
            if read_dates([text], mapping.date_order, lines.date1904).forms & WHOLE_PERIODS
        }
    if not reading.ambiguous:
        return known, None, []
    if reading.decided:
        return known, reading.order, []
    return known, None, [_assumed_order(name, texts, reading.order, days, places, lines)]


def _refuse_short_years(name: str, texts: Sequence[str], days: Days, lines: Lines) -> None:
    """24-01-10, 24-01-11: years in two digits that come first would be read as days."""
    short = [(match, day) for text, day in zip(texts, days, strict=True) if (match := _SHORT.fullmatch(text))]
    firsts, lasts = ({match[group] for match, _day in short} for group in (1, 4))
    if len(short) >= FEWEST_SHORT and len(lasts) > len(firsts) and min(firsts) >= EARLIEST_SHORT:
        text, day = short[0][0].string, np.datetime64(short[0][1], "D")
        raise FileProblem(
            f"{lines.name}: column {name} holds dates such as “{text}”, which would be {day}, but whose year "
            "seems to come first: write years with four digits."
        )


def _refuse_swapped_months(name: str, texts: Sequence[str], moments: Days, lines: Lines) -> None:
    """A spreadsheet that took days for months left the days from the 13th on as texts."""
    if lines.kind is FileKind.CSV:
        return
    written = np.array([_WRITTEN.fullmatch(text) is not None for text in texts])
    known = ~np.isnat(moments)
    late = (moments.astype("datetime64[D]") - moments.astype("datetime64[M]")).astype(int) >= MONTHS
    left, taken = written & known, ~written & known
    if not left.any() or not taken.any() or not late[left].all() or late[taken].any():
        return
    months = np.unique(moments.astype("datetime64[M]")[taken])
    if taken.sum() >= MONTHS and len(months) > 1:
        raise FileProblem(
            f"{lines.name}: column {name} holds dates up to the 12th of a month and texts such as "
            f"“{texts[int(np.flatnonzero(left)[0])]}” beyond it: the spreadsheet took days for months when "
            "it opened the file. Import the original again with the order of day and month chosen."
        )


def _date_fault(text: str, header: str, clash: bool) -> Fault:
    if clash:
        return Fault.OTHER_ORDER
    missing = missing_fault(text)
    if missing is not Fault.NONE:
        return missing
    if text == header:
        return Fault.REPEATED_HEADER
    plain = plain_letters(text).strip(" :")
    return Fault.TOTAL_ROW if plain in TOTALS or plain.split(" ")[0] in TOTALS else Fault.NOT_DATE


def _refuse_mixed_orders(
    name: str,
    texts: Sequence[str],
    conflicts: Iterable[bool],
    order: DateOrder,
    places: Mapping[str, Place],
    lines: Lines,
) -> None:
    """A column with both orders cannot be read at all: no one knows what 03/04 means in it."""
    other = [text for text, clash in zip(texts, conflicts, strict=True) if clash]
    if not other:
        return
    against = DateOrder.MONTH_FIRST if order is not DateOrder.MONTH_FIRST else DateOrder.DAY_FIRST
    reverse = read_dates(texts, against, lines.date1904)
    telling = len(other) + int(np.sum(reverse.conflicts))
    if len(other) <= MIXED_ORDER_SHARE * telling:
        return
    sheet, row = places[other[0]]
    place = f"sheet {sheet}, row {row}" if sheet else f"row {row}"
    raise FileProblem(
        f"{lines.name}: column {name} mixes two orders of dates: most are {ORDERS[order]}, but “{other[0]}” "
        f"({place}) is {ORDERS[against]}, so that dates like 03/04/2024 cannot be told. Write all dates "
        "the same way (2024-04-03 is safest)."
    )


def _assumed_order(
    name: str,
    texts: Sequence[str],
    order: DateOrder,
    days: np.ndarray,
    places: Mapping[str, Place],
    lines: Lines,
) -> DataProblem:
    (text, day) = next((t, d) for t, d in zip(texts, days, strict=True) if d > np.iinfo(np.int64).min)
    sheet, row = places[text]
    message = (
        f"{name}: every date could be read day first or month first; {ORDERS[order]} was assumed, so that "
        f"“{text}” is {np.datetime64(int(day), 'D')}. Choose the order if that is wrong."
    )
    return DataProblem(
        Severity.WARNING, ProblemCode.DATE_AMBIGUOUS, message, lines.name, sheet, name, row, text
    )
