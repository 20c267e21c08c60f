"""How a model's numbers and names are written for a reader: currency, KPI, labels and colours."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}
HALF_CENT = 0.005
MISSING = "–"
UNKNOWN_COLOUR = "#8b93a1"
STEPS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))


def _significant(size: float) -> str:
    """Three significant digits without an exponent, e.g. 12.3, 845, 0.0123."""
    if size == 0:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(size)))
    text = f"{size:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text and size < 0.1 else text


def compact(value: float) -> str:
    """A number as a director reads it: 12.3M, 845k, 4.07, -2.50k; – for none."""
    if value is None or not math.isfinite(value):
        return MISSING
    size, unit = abs(value), ""
    for step, letter in STEPS:
        if size >= step * 0.9995:
            size, unit = max(size / step, 1.0), letter
            break
    text = _significant(size)
    return f"{'-' if value < 0 and text != '0' else ''}{text}{unit}"


def short(value: float) -> str:
    """A number for an axis: `compact` without zeros that say nothing (6M instead of 6.00M)."""
    return (
        re.sub(r"(\.\d*?)0+(?=[a-zA-Z]?$)", r"\1", compact(value))
        .replace(".k", "k")
        .replace(".M", "M")
        .rstrip(".")
    )


def unbroken(text: str) -> str:
    """The text with each percent sign kept on the line of its number."""
    return text.replace(" %", "\u00a0%")


def written_day(day: dt.date) -> str:
    """A date as a reader says it: 3 Jan 2024."""
    return f"{day.day} {day:%b %Y}"


@dataclass(frozen=True)
class Wording:
    """The words of one model: KPI and currency, a label and a colour for each channel.

    `kpi_in_money`: the KPI itself is money. `returns_in_money`: contributions can be valued in money, so that
    ROAS has no unit and 1 is break-even in revenue; else a return is KPI units per unit of money.
    """

    kpi_label: str = "Revenue"
    currency: str = "EUR"
    kpi_in_money: bool = True
    returns_in_money: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    colours: Mapping[str, str] = field(default_factory=dict)
    period: str = "week"

    @property
    def symbol(self) -> str:
        """What stands before an amount of money."""
        return SYMBOLS.get(self.currency, f"{self.currency} ")

    @property
    def kpi_prefix(self) -> str:
        """What stands before an amount of KPI: the currency where it is money."""
        return self.symbol if self.kpi_in_money else ""

    def label(self, name: str) -> str:
        """The name a reader sees for a channel or component."""
        return self.labels.get(name, name)

    def colour(self, name: str) -> str:
        """The one colour of a channel."""
        return self.colours.get(name, UNKNOWN_COLOUR)

    def money(self, value: float) -> str:
        """An amount in the project's currency."""
        return _with_prefix(compact(_without_crumbs(value)), self.symbol)

    def kpi(self, value: float) -> str:
        """An amount of KPI, with the currency where the KPI is money."""
        amount = _without_crumbs(value) if self.kpi_in_money else value
        return _with_prefix(compact(amount), self.kpi_prefix)

    def per_money(self, value: float) -> str:
        """A return on one unit of money: 2.31 where it is money, else KPI units per 1,000 of currency."""
        if value is None or not math.isfinite(value):
            return MISSING
        if self.returns_in_money:
            return f"{value:.2f}"
        return f"{compact(value * 1000)} per {self.symbol}1k"

    @property
    def return_name(self) -> str:
        """The name of the average return on spend."""
        return (
            "Incremental ROAS"
            if self.returns_in_money
            else f"{self.kpi_label} per {self.symbol.strip()} spent"
        )


def _without_crumbs(value: float) -> float:
    """Money, nothing where it rounds to no cent."""
    return 0.0 if value is not None and abs(value) < HALF_CENT else value


def _with_prefix(text: str, prefix: str) -> str:
    if text == MISSING:
        return text
    return f"-{prefix}{text[1:]}" if text.startswith("-") else f"{prefix}{text}"


def percent(share: float, digits: int = 0) -> str:
    """A share (0..1) as a percentage, – where there is none."""
    return MISSING if share is None or not math.isfinite(share) else f"{share * 100:.{digits}f} %"


def probability(share: float) -> str:
    """A probability (0..1) in words that never claim certainty: it stops at 1 % and 99 %."""
    if share is None or not math.isfinite(share):
        return MISSING
    if share > 0.99:
        return "over 99 %"
    return "under 1 %" if share < 0.01 else f"{share * 100:.0f} %"


@dataclass(frozen=True)
class KpiTile:
    """A figure with a name and a note below."""

    name: str
    value: str
    note: str
