"""Which header of a retailer's file is what, and what its words mean: values that survive JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.data.dates import DateOrder
from core.data.numbers import NumberFormat
from core.data.vocabulary import plain_letters
from core.errors import UserError


class SalesColumn(StrEnum):
    """What a column of a sales file can be."""

    DATE = "date"
    CHANNEL = "channel"
    DEPARTMENT = "department"
    PROMO_FLAG = "promo_flag"
    DISCOUNT_PCT = "discount_pct"
    SALES_VALUE = "sales_value"
    MARGIN_VALUE = "margin_value"
    MARGIN_PCT = "margin_pct"
    COST_VALUE = "cost_value"
    UNITS = "units"
    GEO = "geo"

    @property
    def label(self) -> str:
        """What it is called on a screen."""
        return LABELS[self]


class SalesChannel(StrEnum):
    """Where a sale is made."""

    ONLINE = "online"
    OFFLINE = "offline"


LABELS = {
    SalesColumn.DATE: "date",
    SalesColumn.CHANNEL: "sales channel",
    SalesColumn.DEPARTMENT: "department",
    SalesColumn.PROMO_FLAG: "promotion flag",
    SalesColumn.DISCOUNT_PCT: "discount in percent",
    SalesColumn.SALES_VALUE: "sales value",
    SalesColumn.MARGIN_VALUE: "margin value",
    SalesColumn.MARGIN_PCT: "margin in percent of sales",
    SalesColumn.COST_VALUE: "cost of the goods",
    SalesColumn.UNITS: "units",
    SalesColumn.GEO: "geo",
}
ALWAYS = (SalesColumn.DATE, SalesColumn.DEPARTMENT, SalesColumn.SALES_VALUE, SalesColumn.UNITS)
MARGINS = (SalesColumn.MARGIN_VALUE, SalesColumn.COST_VALUE, SalesColumn.MARGIN_PCT)
PROMOS = (SalesColumn.PROMO_FLAG, SalesColumn.DISCOUNT_PCT)
FIXABLE = (SalesColumn.CHANNEL, SalesColumn.DEPARTMENT, SalesColumn.GEO)


def word_key(word: str) -> str:
    """A cell's word as it is compared: lower case, no accents, single spaces."""
    return " ".join(plain_letters(word).split())


@dataclass(frozen=True)
class SalesMapping:
    """Which header is what, and what the file's words mean.

    `columns` the header of each; the margin may come from its own column, from the cost of the goods or from
    a share of sales, and without a promotion flag a discount over 0 makes a row a promotion's. `fixed` values
    for the whole file where it has no such column (a file of the online shop alone). `channel_words` and
    `promo_words` add to the words that are known anyway, and win over them; "" stands for an empty cell.
    None leaves discount scale, date order and number format to the whole column, and the sheet to the file.
    """

    columns: Mapping[SalesColumn, str]
    channel_words: Mapping[str, str] = field(default_factory=dict)
    promo_words: Mapping[str, bool] = field(default_factory=dict)
    discount_is_share: bool | None = None
    date_order: DateOrder | None = None
    number_format: NumberFormat | None = None
    sheet: str | None = None
    fixed: Mapping[SalesColumn, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "columns", {SalesColumn(key): str(name) for key, name in self.columns.items()}
        )
        object.__setattr__(self, "fixed", {SalesColumn(key): str(name) for key, name in self.fixed.items()})
        object.__setattr__(
            self, "channel_words", {str(word): str(value) for word, value in self.channel_words.items()}
        )
        object.__setattr__(
            self, "promo_words", {str(word): bool(value) for word, value in self.promo_words.items()}
        )
        names = list(self.columns.values())
        lacking = lacking_columns({*self.columns, *self.fixed})
        lacking += [
            f"The {column.label} cannot be one value for the whole file."
            for column in self.fixed
            if column not in FIXABLE
        ]
        channel = self.fixed.get(SalesColumn.CHANNEL)
        if channel is not None and channel not in set(SalesChannel):
            lacking.append(f"The sales channel of the file is “{channel}”; it must be online or offline.")
        faults = [
            *lacking,
            *[
                f"Column {name} is used as the "
                f"{' and as the '.join(c.label for c, n in self.columns.items() if n == name)}."
                for name in dict.fromkeys(names)
                if names.count(name) > 1
            ],
            *[
                f"“{word}” is said to mean “{value}”; a sales channel is online or offline."
                for word, value in self.channel_words.items()
                if value not in set(SalesChannel)
            ],
        ]
        if faults:
            raise UserError(faults)

    def header(self, column: SalesColumn) -> str | None:
        """The header of a column, None where the file has none."""
        return self.columns.get(column)

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header it speaks of."""
        return tuple(self.columns.values())

    def channel_of(self, word: str) -> str | None:
        """What a word was said to mean, None where the mapping does not say."""
        return {word_key(known): value for known, value in self.channel_words.items()}.get(word_key(word))


def lacking_columns(has: set[SalesColumn]) -> list[str]:
    """A sentence for everything that sales need and these columns do not give."""
    faults = [f"No column is the {column.label}." for column in ALWAYS if column not in has]
    if SalesColumn.CHANNEL not in has:
        faults.append("No column is the sales channel (online or offline).")
    if not has & set(MARGINS):
        faults.append(
            "No column is the margin: its value, its percentage or the cost of the goods is needed."
        )
    if not has & set(PROMOS):
        faults.append(
            "No column says what was sold on promotion: a flag or the discount in percent is needed."
        )
    return faults
