"""How a discount moves the margin: points of margin for each point of discount, by cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.promo.days import CellDays
from core.promo.events import PromoEvent

Floats = NDArray[np.float64]
AROUND_DAYS = 56
PRIOR_SD = 0.5  # points of margin per point of discount: nobody knows, between none and all of it
OWN_SD = 0.1


@dataclass(frozen=True)
class MarginSlope:
    """`mean`, `sd` (cell,) points of margin % per point of discount; `price` share of a stated discount that
    the average price per unit really fell by (cells together)."""

    mean: Floats
    sd: Floats
    price: float


def margin_slope(days: CellDays, events: tuple[PromoEvent, ...]) -> MarginSlope:
    """Slopes through the origin from events against the days around them without promotions.

    Each cell's slope is drawn towards that of all cells together, as far as its events are few.
    """
    owner = np.array([event.cell for event in events], dtype=int)
    discount = np.array([event.discount_pct for event in events])
    margin, price = _changes(days, events)
    cells = len(days.cells)
    good, priced = np.isfinite(margin), np.isfinite(price)
    fell = _through_origin(discount[priced] / 100, price[priced])[0] if priced.any() else 1.0
    if not good.any():
        return MarginSlope(np.zeros(cells), np.full(cells, PRIOR_SD), fell)
    owner, discount, margin = owner[good], discount[good], margin[good]
    shared, shared_sd, noise = _through_origin(discount, margin)
    weight = np.bincount(owner, discount**2, cells) / noise**2
    pull = 1 / (OWN_SD**2 + shared_sd**2)
    mean = (np.bincount(owner, discount * margin, cells) / noise**2 + shared * pull) / (weight + pull)
    return MarginSlope(mean, 1 / np.sqrt(weight + pull), fell)


def _through_origin(x: Floats, y: Floats) -> tuple[float, float, float]:
    """Slope of y on x with a wide prior, its sd, and the sd of what is left."""
    slope = float(x @ y / (x @ x))
    noise = max(float(np.sqrt(np.mean((y - slope * x) ** 2))), 1e-6)
    return slope, float(1 / np.sqrt(x @ x / noise**2 + 1 / PRIOR_SD**2)), noise


def _changes(days: CellDays, events: tuple[PromoEvent, ...]) -> tuple[Floats, Floats]:
    """(event,) points of margin won, and share of the unit price given up, against the days around."""
    margin, price = np.full(len(events), np.nan), np.full(len(events), np.nan)
    plain = days.sold & ~days.promo
    for place, event in enumerate(events):
        around = np.zeros(plain.shape[1], bool)
        around[max(event.start - AROUND_DAYS, 0) : event.stop + AROUND_DAYS] = True
        usual = _rates(days, event.cell, plain[event.cell] & around)
        during = np.zeros(plain.shape[1], bool)
        during[event.start : event.stop] = days.sold[event.cell, event.start : event.stop]
        now = _rates(days, event.cell, during)
        margin[place], price[place] = 100 * (now[0] - usual[0]), 1 - now[1] / usual[1]
    return margin, price


def _rates(days: CellDays, cell: int, on: NDArray[np.bool_]) -> tuple[float, float]:
    """Margin as a share of sales, and money per unit; NaN where nothing was sold."""
    sales, margin, units = (
        float(np.nansum(part[cell, on])) for part in (days.sales, days.margin, days.units)
    )
    return (margin / sales if sales > 0 else np.nan), (sales / units if units > 0 else np.nan)
