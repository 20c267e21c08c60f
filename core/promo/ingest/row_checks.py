"""What is odd about accepted rows: counted over the file, with the place of the first of each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from core.promo.ingest.judging import Judged
from core.promo.ingest.mapping import SalesColumn


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


DEEP_DISCOUNT_PCT = 80.0
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
