"""What is unusual about accepted rows, days and names, as sentences with their place and what to do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from core.data.problems import DataProblem, Severity, name_some
from core.promo.ingest.judging import Judged
from core.promo.ingest.lines import Lines
from core.promo.ingest.mapping import SalesColumn, SalesMapping, word_key
from core.promo.ingest.vocabulary import NAMED

DEEP_DISCOUNT_PCT = 80.0
SPIKE_TIMES = 50.0  # times the usual day of its cell: a misplaced decimal mark, not a good day
MOST_NAMED = 1_000
FEWEST_DAYS, FEWEST_NAMES = 5, 3  # from which equal sums are no accident
CENT = 0.01


class RowCheck(StrEnum):
    """What is unusual about an accepted row."""

    RETURN = "returns"
    MARGIN_OVER_SALES = "margin_over_sales"
    DISCOUNT_WITHOUT_PROMO = "discount_without_promo"
    PROMO_WITHOUT_DISCOUNT = "promo_without_discount"
    DEEP_DISCOUNT = "deep_discount"
    PART_UNITS = "part_units"
    SIGNS_DIFFER = "signs_differ"
    OTHER_MARK = "other_mark"


COLUMNS = {
    RowCheck.RETURN: SalesColumn.SALES_VALUE,
    RowCheck.MARGIN_OVER_SALES: SalesColumn.MARGIN_VALUE,
    RowCheck.DISCOUNT_WITHOUT_PROMO: SalesColumn.DISCOUNT_PCT,
    RowCheck.PROMO_WITHOUT_DISCOUNT: SalesColumn.DISCOUNT_PCT,
    RowCheck.DEEP_DISCOUNT: SalesColumn.DISCOUNT_PCT,
    RowCheck.PART_UNITS: SalesColumn.UNITS,
    RowCheck.SIGNS_DIFFER: SalesColumn.UNITS,
    RowCheck.OTHER_MARK: SalesColumn.SALES_VALUE,
}
TEXTS = {
    RowCheck.RETURN: (
        Severity.INFO,
        "{rows} negative sales (returns); they are taken and reduce the sums of their day.",
    ),
    RowCheck.MARGIN_OVER_SALES: (
        Severity.WARNING,
        "{rows} a margin above the sales value. Check that {column} is money and not swapped with another "
        "column.",
    ),
    RowCheck.DISCOUNT_WITHOUT_PROMO: (
        Severity.WARNING,
        "{rows} a discount but no promotion flag; they count as sales without a promotion. Flag them in the "
        "file if they were promoted.",
    ),
    RowCheck.PROMO_WITHOUT_DISCOUNT: (
        Severity.WARNING,
        "{rows} a promotion flag but a discount of 0 or none: a 0 is averaged into their day, an empty cell "
        "takes the discount of the other promotion rows. Fill in {column}.",
    ),
    RowCheck.DEEP_DISCOUNT: (
        Severity.WARNING,
        f"{{rows}} a discount over {DEEP_DISCOUNT_PCT:.0f} %. Check that {{column}} is a percentage and "
        "not an amount.",
    ),
    RowCheck.PART_UNITS: (
        Severity.INFO,
        "{rows} parts of a unit (weights, perhaps); they are added up and each day is rounded to whole "
        "units.",
    ),
    RowCheck.SIGNS_DIFFER: (
        Severity.WARNING,
        "{rows} units and sales of opposite sign. Give returns a minus in both columns.",
    ),
    RowCheck.OTHER_MARK: (
        Severity.WARNING,
        "{rows} another decimal mark than the rest of {column}; it was read as what it can only mean. Check "
        "these cells.",
    ),
}


@dataclass(frozen=True)
class Occurrences:
    """How many rows a check found, and the place of the first."""

    count: int
    sheet: str | None
    row: int
    column: SalesColumn


@dataclass
class RowCheckCounts:
    """How many accepted rows of one file each check found."""

    has_discount: bool
    found: dict[RowCheck, Occurrences] = field(default_factory=dict)
    rows: int = 0
    promo_rows: int = 0

    def add(self, judged: Judged) -> None:
        """Check the accepted rows of a batch."""
        ok, promo = judged.ok, judged.promo & judged.ok
        self.rows += int(ok.sum())
        self.promo_rows += int(promo.sum())
        known = np.nan_to_num(judged.discount) > 0
        sales, units = judged.sales, judged.units
        with np.errstate(invalid="ignore"):
            self._count(RowCheck.RETURN, ok & (sales < 0), judged)
            self._count(RowCheck.MARGIN_OVER_SALES, ok & (sales > 0) & (judged.margin > sales), judged)
            self._count(RowCheck.DISCOUNT_WITHOUT_PROMO, ok & ~promo & known, judged)
            self._count(RowCheck.PROMO_WITHOUT_DISCOUNT, promo & ~known, judged)
            self._count(RowCheck.DEEP_DISCOUNT, promo & (judged.discount > DEEP_DISCOUNT_PCT), judged)
            self._count(RowCheck.PART_UNITS, ok & (units % 1 != 0), judged)
            self._count(RowCheck.SIGNS_DIFFER, ok & (sales * units < 0), judged)
        for column, other in judged.conflicts.items():
            self._count(RowCheck.OTHER_MARK, ok & other, judged, column)

    def _count(
        self, check: RowCheck, where: np.ndarray, judged: Judged, column: SalesColumn | None = None
    ) -> None:
        if not where.any():
            return
        known = self.found.get(check)
        row = int(judged.batch.rows[int(where.argmax())])
        first = known or Occurrences(0, judged.batch.sheet, row, column or COLUMNS[check])
        self.found[check] = replace(first, count=first.count + int(where.sum()))

    def count(self, check: RowCheck) -> int:
        """How many rows a check found."""
        return self.found[check].count if check in self.found else 0


def row_check_findings(
    lines: Lines, mapping: SalesMapping, checks: RowCheckCounts
) -> tuple[DataProblem, ...]:
    """A finding for each check that found accepted rows, and for a file without discounts or promotions."""
    found = []
    for check in (each for each in RowCheck if each in checks.found):
        if checks.has_discount or check is not RowCheck.PROMO_WITHOUT_DISCOUNT:
            (severity, text), rows = TEXTS[check], checks.found[check]
            name = mapping.columns.get(rows.column, rows.column.label)
            have = f"{rows.count:,} row{'s have' if rows.count > 1 else ' has'}"
            message = text.format(rows=have, column=name)
            found.append(
                DataProblem(
                    *(severity, check.value, message, lines.name, rows.sheet, name, rows.row),
                    count=rows.count,
                )
            )
    if not checks.has_discount:
        message = "No column holds the discount: uplift by discount cannot be learnt from this file. Add one."
        found.append(DataProblem(Severity.WARNING, "no_discount_column", message, lines.name))
    if checks.rows and not checks.promo_rows:
        message = "No row was sold on promotion: baselines can be learnt from this file, uplift cannot."
        found.append(DataProblem(Severity.INFO, "no_promo_rows", message, lines.name))
    if checks.rows and checks.promo_rows == checks.rows:
        message = (
            "Every row was sold on promotion: no baseline can be learnt from this file. Check what the "
            "words of its promotion column mean."
        )
        found.append(DataProblem(Severity.WARNING, "only_promo_rows", message, lines.name))
    return tuple(found)


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
    cells = ["channel", "department", "geo"]
    daily = facts.groupby(["date", *cells], as_index=False)["sales_value"].sum()
    usual = daily.groupby(cells)["sales_value"].transform("median")
    high = daily[(usual > 0) & (daily["sales_value"] > SPIKE_TIMES * usual)]
    pairs = zip(high["date"], high["department"], strict=True)
    return Coverage(
        first,
        last,
        int(opened.sum()),
        tuple(day.date() for day in missing),
        tuple(future[:MOST_NAMED]),
        spellings(facts["department"]),
        tuple((day.date(), str(department)) for day, department in pairs)[:MOST_NAMED],
    )


def spellings(names: pd.Series) -> tuple[tuple[str, ...], ...]:
    """Groups of names that differ only in case, accents or spaces."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names.astype(str).unique()):
        groups.setdefault(word_key(name), []).append(name)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def coverage_findings(name: str, coverage: Coverage) -> tuple[DataProblem, ...]:
    """Gaps, days to come, spellings and spikes."""
    found = []
    if coverage.missing_days:
        message = (
            f"{len(coverage.missing_days):,} days between {coverage.first_on} and {coverage.last_on} have no "
            f"sales at all: {name_some(coverage.missing_days)}. Hand them in if the shop was open."
        )
        found.append(DataProblem(Severity.WARNING, "missing_days", message, name))
    if coverage.future_days:
        message = (
            f"{len(coverage.future_days):,} days lie in the future: {name_some(coverage.future_days)}. "
            "Check the order of day and month."
        )
        found.append(DataProblem(Severity.WARNING, "future_days", message, name))
    for group in coverage.spellings:
        message = f"{name_some(group)} look like one department. Spell it the same way everywhere."
        found.append(DataProblem(Severity.WARNING, "spellings", message, name, value=group[0]))
    if coverage.spikes:
        shown = name_some([f"{department} on {day}" for day, department in coverage.spikes])
        message = (
            f"Sales over {SPIKE_TIMES:.0f} times the usual: {shown}. Check the decimal marks of these days."
        )
        found.append(DataProblem(Severity.WARNING, "spikes", message, name))
    return tuple(found)


def sum_findings(facts: pd.DataFrame, mapping: SalesMapping, file: str) -> tuple[DataProblem, ...]:
    """A warning for each department or geo whose sales are the sum of all others on every day, such as
    `Germany` beside its regions: no word tells, but the numbers do."""
    found = []
    for column in NAMED:
        header = mapping.header(column)
        if header is None or facts.empty:
            continue
        daily = facts.groupby(["date", column.value])["sales_value"].sum().unstack(fill_value=0)
        days, names = daily.shape
        if days < FEWEST_DAYS or names < FEWEST_NAMES:
            continue
        whole = daily.to_numpy().sum(axis=1, keepdims=True)
        same = np.isclose(2.0 * daily.to_numpy(), whole, rtol=0.0, atol=CENT * names) & (whole != 0)
        for name in map(str, daily.columns[same.all(axis=0)]):
            message = (
                f"{name} has the sales of all other {column.label}s together on every day: if its rows are "
                "totals, everything is counted twice. Leave them out then."
            )
            found.append(
                DataProblem(Severity.WARNING, "total_among", message, file, column=header, value=name)
            )
    return tuple(found)
