"""How well uplift curves find the truth of simulated retailers, and how well the baseline forecasts them.

`python -m tests.bench.promo_recovery [n]` fits the first n kinds of retailers (all without n, about half a
minute of one core each), prints the share of department x sales channel x discount cells whose 90 % interval
holds the truth and the median error of the mean curve: the table of docs/promo.md.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.promo.baseline import Baseline
from core.promo.uplift import Uplift, fit_uplift
from tests.bench.promo_worlds import WORLDS, Retailer, World, retailer

DISCOUNTS = (5, 10, 15, 20, 25, 30)
BAR_HELD, BAR_ERROR = 0.85, 0.10


@dataclass(frozen=True)
class Cell:
    """One department, sales channel and discount: was the truth held, how far off was the mean (share of the
    truth), how wide was the interval (share of the truth), and had the cell promotions of its own."""

    held: bool
    error: float
    width: float
    own: bool


def cells_of(found: Uplift, truth: Retailer) -> Iterator[Cell]:
    """Every cell and discount that the retailer has gone to."""
    for place, cell in enumerate(found.days.cells):
        for pct in DISCOUNTS:
            if pct > truth.deepest_pct:
                continue
            true = 100 * float(truth.curves[cell.department, cell.channel](np.array(pct / 100)))
            mean, lower, upper = found.curve(cell.department, cell.channel, pct, cell.geo)
            yield Cell(
                lower <= true <= upper,
                abs(mean / true - 1),
                (upper - lower) / true,
                bool(found.events_of(place)),
            )


def tried(world: World, seed: int) -> tuple[list[Cell], str]:
    """The cells of one retailer, and its row of the table."""
    truth, begun = retailer(world, seed), time.process_time()
    found = fit_uplift(truth.sales, Baseline.fit(truth.sales, "seasonal"), seed=seed)
    cells = list(cells_of(found, truth))
    seconds = time.process_time() - begun
    flag = "" if found.converged else "  did not converge"
    return cells, f"{row(world.name, cells)}{seconds:7.0f}{flag}"


def row(name: str, cells: list[Cell]) -> str:
    """One line of the table; cells without promotions of their own are counted apart."""
    own = [cell for cell in cells if cell.own]
    other = [cell.held for cell in cells if not cell.own]
    error, width = np.median([cell.error for cell in own]), np.median([cell.width for cell in own])
    pooled = f"{np.mean(other):.0%} of {len(other)}" if other else ""
    held = np.mean([cell.held for cell in own])
    return f"{name:34s}{len(own):6d}{held:8.0%}{error:8.1%}{width:8.0%}{pooled:>14s}"


def main(words: list[str]) -> int:
    """0 where every bar holds over all retailers together."""
    count, begun = int(words[0]) if words else len(WORLDS), int(words[1]) if len(words) > 1 else 1
    print(
        f"{'retailer':34s}{'cells':>6s}{'held':>8s}{'error':>8s}{'width':>8s}{'no promos':>14s}{'CPU s':>7s}"
    )
    every: list[Cell] = []
    for place, world in enumerate(WORLDS[:count]):
        cells, line = tried(world, begun + place)
        every += cells
        print(line, flush=True)
    print(row("all", every))
    own = [cell for cell in every if cell.own]
    good = np.mean([c.held for c in own]) >= BAR_HELD and np.median([c.error for c in own]) <= BAR_ERROR
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
