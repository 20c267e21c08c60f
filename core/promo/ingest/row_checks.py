"""What is odd about accepted rows: counted over the file, with the place of the first of each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from core.promo.ingest.judging import Judged
from core.promo.ingest.mapping import SalesColumn


class Notice(StrEnum):
    """An oddity of an accepted row."""

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
    Notice.RETURN: SalesColumn.SALES_VALUE,
    Notice.MARGIN_OVER_SALES: SalesColumn.MARGIN_VALUE,
    Notice.DISCOUNT_WITHOUT_PROMO: SalesColumn.DISCOUNT_PCT,
    Notice.PROMO_WITHOUT_DISCOUNT: SalesColumn.DISCOUNT_PCT,
    Notice.DEEP_DISCOUNT: SalesColumn.DISCOUNT_PCT,
    Notice.PART_UNITS: SalesColumn.UNITS,
    Notice.SIGNS_DIFFER: SalesColumn.UNITS,
    Notice.OTHER_MARK: SalesColumn.SALES_VALUE,
}


@dataclass(frozen=True)
class Seen:
    """How often a notice was met, and where first."""

    count: int
    sheet: str | None
    row: int
    column: SalesColumn


@dataclass
class Notices:
    """The notices of one file."""

    has_discount: bool
    seen: dict[Notice, Seen] = field(default_factory=dict)
    rows: int = 0
    promo_rows: int = 0

    def add(self, judged: Judged) -> None:
        """Look at a batch's accepted rows."""
        ok, promo = judged.ok, judged.promo & judged.ok
        self.rows += int(ok.sum())
        self.promo_rows += int(promo.sum())
        known = np.nan_to_num(judged.discount) > 0
        sales, units = judged.sales, judged.units
        with np.errstate(invalid="ignore"):
            self._note(Notice.RETURN, ok & (sales < 0), judged)
            self._note(Notice.MARGIN_OVER_SALES, ok & (sales > 0) & (judged.margin > sales), judged)
            self._note(Notice.DISCOUNT_WITHOUT_PROMO, ok & ~promo & known, judged)
            self._note(Notice.PROMO_WITHOUT_DISCOUNT, promo & ~known, judged)
            self._note(Notice.DEEP_DISCOUNT, promo & (judged.discount > DEEP_DISCOUNT_PCT), judged)
            self._note(Notice.PART_UNITS, ok & (units % 1 != 0), judged)
            self._note(Notice.SIGNS_DIFFER, ok & (sales * units < 0), judged)
        for column, other in judged.conflicts.items():
            self._note(Notice.OTHER_MARK, ok & other, judged, column)

    def _note(
        self, notice: Notice, where: np.ndarray, judged: Judged, column: SalesColumn | None = None
    ) -> None:
        if not where.any():
            return
        known = self.seen.get(notice)
        row = int(judged.batch.rows[int(where.argmax())])
        first = known or Seen(0, judged.batch.sheet, row, column or COLUMNS[notice])
        self.seen[notice] = replace(first, count=first.count + int(where.sum()))

    def count(self, notice: Notice) -> int:
        """How many rows have it."""
        return self.seen[notice].count if notice in self.seen else 0
