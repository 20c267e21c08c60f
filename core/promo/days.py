"""Sales as a cube: one row for each cell (department, sales channel, geo), one column for each day."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Place = tuple[str, str]  # department, sales channel
NEEDED = (
    "date",
    "channel",
    "department",
    "promo_flag",
    "discount_pct",
    "sales_value",
    "margin_value",
    "units",
)
ALL_GEOS = "ALL"


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


@dataclass(frozen=True, order=True)
class Cell:
    """Where sales are counted: a department in a sales channel, in one geo or all of them."""

    department: str
    channel: str
    geo: str = ALL_GEOS

    @property
    def place(self) -> Place:
        """Department and sales channel, whatever the geo."""
        return self.department, self.channel

    def __str__(self) -> str:
        words = f"{self.department}, {self.channel}"
        return words if self.geo == ALL_GEOS else f"{words}, {self.geo}"


@dataclass(frozen=True)
class CellDays:
    """`sales`, `margin`, `units` (cell, day), NaN on days without a row; `promo` (cell, day) whether any row
    of the day was a promotion's; `discount_pct` (cell, day) its sales-weighted discount, 0 without one.

    A day with both kinds of rows is a promo day as a whole.
    """

    cells: tuple[Cell, ...]
    dates: pd.DatetimeIndex
    sales: Floats
    margin: Floats
    units: Floats
    promo: Flags
    discount_pct: Floats

    def until(self, last: pd.Timestamp) -> CellDays:
        """The days up to and with `last`."""
        keep = int(self.dates.searchsorted(last, side="right"))
        return CellDays(
            self.cells, self.dates[:keep], self.sales[:, :keep], self.margin[:, :keep], self.units[:, :keep],
            self.promo[:, :keep], self.discount_pct[:, :keep],
        )  # fmt: skip

    @property
    def departments(self) -> tuple[str, ...]:
        """Every department once, in order."""
        return tuple(sorted({cell.department for cell in self.cells}))

    @property
    def sold(self) -> Flags:
        """(cell, day) whether anything was sold."""
        return np.nan_to_num(self.sales) > 0


def cell_days(sales: pd.DataFrame) -> CellDays:
    """The cube of a frame of sales facts (`date, channel, department, promo_flag, discount_pct, sales_value,
    margin_value, units`, and `geo` where there are several). UserError for a missing column or no rows."""
    missing = [name for name in NEEDED if name not in sales.columns]
    if missing:
        raise UserError(f"The sales lack the columns {', '.join(missing)}.")
    if not len(sales):
        raise UserError("There are no sales to learn from.")
    rows = _by_day(sales)
    dates = pd.date_range(rows["date"].min(), rows["date"].max(), freq="D")
    cells = tuple(
        sorted({Cell(*key) for key in rows[["department", "channel", "geo"]].itertuples(index=False)})
    )
    place = {cell: at for at, cell in enumerate(cells)}
    cell = np.array(
        [place[Cell(*key)] for key in rows[["department", "channel", "geo"]].itertuples(index=False)]
    )
    day = (rows["date"] - dates[0]).dt.days.to_numpy()

    def spread(values: pd.Series, fill: float) -> Floats:
        cube = np.full((len(cells), len(dates)), fill)
        cube[cell, day] = values.to_numpy(dtype=float)
        return cube

    return CellDays(
        cells, dates, spread(rows["sales_value"], np.nan), spread(rows["margin_value"], np.nan),
        spread(rows["units"], np.nan), spread(rows["promo"], 0.0) > 0, spread(rows["discount"], 0.0),
    )  # fmt: skip


def _by_day(sales: pd.DataFrame) -> pd.DataFrame:
    """One row per date and cell: sums, whether it is a promo day, the discount weighted by promo sales."""
    if not sales["promo_flag"].isin([True, False]).all():
        raise UserError("The column promo_flag holds something else than true and false.")
    flag = sales["promo_flag"].astype(bool)
    discount = sales["discount_pct"].astype(float).fillna(0.0).where(flag, 0.0)
    known = flag & sales["discount_pct"].notna()
    money = sales["sales_value"].astype(float).where(known, 0.0).clip(lower=0.0)
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(sales["date"]).dt.normalize(),
            "department": sales["department"].astype(str),
            "channel": sales["channel"].astype(str),
            "geo": sales["geo"].astype(str) if "geo" in sales else ALL_GEOS,
            "sales_value": sales["sales_value"].astype(float),
            "margin_value": sales["margin_value"].astype(float),
            "units": sales["units"].astype(float),
            "promo": flag.astype(float),
            "weighted": discount * money,
            "money": money,
            "deepest": discount,
        }
    )
    keys = ["date", "department", "channel", "geo"]
    most = {"promo": "max", "deepest": "max"}
    sums = dict.fromkeys(("sales_value", "margin_value", "units", "weighted", "money"), "sum")
    rows = frame.groupby(keys, as_index=False, sort=True).agg(sums | most)
    # Returns can leave a promo day without money to weigh by: its deepest discount then stands for it.
    paid = rows["money"] > 0
    rows["discount"] = (rows["weighted"] / rows["money"].where(paid, 1.0)).where(paid, rows["deepest"])
    # Sums of shares leave dust: 30 % must not fall under the edge of its band.
    rows["discount"] = rows["discount"].round(6)
    return rows
