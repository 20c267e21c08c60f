"""What a shop is expected to sell at any discounts over one period: the small model that searches run on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.promo.days import Cell

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Response:
    """Expectations of one period, without uncertainty.

    `sales`, `margin`, `units` (cell,) without promotions; `curves` (cell, grid) uplift as a share at the
    discounts of `GRID`; `slope` (cell,) points of margin per point of discount; `price` share of a stated
    discount by which the price falls; `rival` (cell, cell) log effect on the column's sales while the row's
    cell has a promotion; `shares` revenue shares of segments.
    """

    cells: tuple[Cell, ...]
    sales: Floats
    margin: Floats
    units: Floats
    curves: Floats
    slope: Floats
    price: float
    rival: Floats
    shares: Mapping[str, float]
