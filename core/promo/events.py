"""Promotions as they happened: runs of promo days of one cell at about one discount."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.promo.days import CellDays, Flags

STEP_PP = 1.5  # a discount that moves by more begins another event
NEAR, FAR = 7, 14


@dataclass(frozen=True)
class PromoEvent:
    """`cell` place of the cell; days `start` to `stop` (exclusive) of the cube; `discount_pct` mean of its
    days."""

    cell: int
    start: int
    stop: int
    discount_pct: float


def events_of(days: CellDays) -> tuple[PromoEvent, ...]:
    """Every event, by cell and time. Days of a promotion with nothing sold belong to no event."""
    return tuple(event for cell in range(len(days.cells)) for event in _of_cell(days, cell))


def _of_cell(days: CellDays, cell: int) -> list[PromoEvent]:
    active = days.promo[cell] & days.sold[cell] & (days.discount_pct[cell] > 0)
    found: list[PromoEvent] = []
    start = 0
    for day in range(1, len(active) + 1):
        ends = day == len(active) or not active[day] or not active[start]
        moved = not ends and abs(days.discount_pct[cell, day] - days.discount_pct[cell, day - 1]) > STEP_PP
        if ends or moved:
            if active[start]:
                mean = round(float(days.discount_pct[cell, start:day].mean()), 6)
                found.append(PromoEvent(cell, start, day, mean))
            start = day
    return found


def event_places(days: CellDays, events: tuple[PromoEvent, ...]) -> NDArray[np.int64]:
    """(cell, day) the place of the event that the day belongs to, -1 outside."""
    places = np.full(days.sales.shape, -1, dtype=np.int64)
    for at, event in enumerate(events):
        places[event.cell, event.start : event.stop] = at
    return places


@dataclass(frozen=True)
class DipDays:
    """What promotions leave on other days: `near` (cell, day) within the week after a promo of the cell,
    `far` in the week after that."""

    near: Flags
    far: Flags


def dip_days(days: CellDays) -> DipDays:
    """The two weeks after promotions, promo days themselves excepted."""
    cells, length = days.promo.shape
    last = np.full(cells, -FAR - 1)
    near, far = np.zeros((cells, length), bool), np.zeros((cells, length), bool)
    for day in range(length):
        last = np.where(days.promo[:, day], day, last)
        since = day - last
        near[:, day] = (since >= 1) & (since <= NEAR)
        far[:, day] = (since > NEAR) & (since <= FAR)
    return DipDays(near, far)


def rivals_of(days: CellDays, department: str) -> Flags:
    """(cell, day) whether `department` has a promo in the cell's own sales channel and geo that day."""
    out = np.zeros(days.promo.shape, bool)
    for place, cell in enumerate(days.cells):
        for other, known in enumerate(days.cells):
            if (known.department, known.channel, known.geo) == (department, cell.channel, cell.geo):
                out[place] = days.promo[other]
    return out
