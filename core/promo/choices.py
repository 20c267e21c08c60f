"""The closed sets of promotion planning: every word a user can choose from."""

from __future__ import annotations

from enum import StrEnum


class BaselineMethod(StrEnum):
    """How sales without a promotion are forecast; `auto` takes what forecast best."""

    AUTO = "auto"
    WEEKDAY_MEAN = "weekday_mean"
    SEASONAL = "seasonal"


class Measure(StrEnum):
    """What is counted of a sale."""

    SALES = "sales_value"
    MARGIN = "margin_value"
    UNITS = "units"


class DiscountBand(StrEnum):
    """Discounts in groups; the lower end belongs to the band, in percent."""

    LOW = "0-10"
    MIDDLE = "10-20"
    HIGH = "20-30"
    DEEP = "30+"

    @property
    def lower_pct(self) -> float:
        """The smallest discount of the band."""
        return {"0-10": 0.0, "10-20": 10.0, "20-30": 20.0, "30+": 30.0}[self.value]


def band_of(discount_pct: float) -> DiscountBand:
    """The band a discount lies in."""
    return max((band for band in DiscountBand if band.lower_pct <= discount_pct), key=lambda b: b.lower_pct)
