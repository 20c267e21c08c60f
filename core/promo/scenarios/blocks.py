"""The discounts to choose from, laid out so that a search can be exact.

What other departments lose depends only on which lines run, not on how deep they go (see `response`). So for
each pattern of running lines in a sales channel, the change of sales and margin is a sum over lines of terms
that depend on one discount each; channels do not touch each other. A `Block` is one channel: its patterns,
what they take, and each line's terms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.promo.scenarios.response import Aims, Response, struck
from core.promo.scenarios.scenario import Mechanic

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
MOST_LINES = 12  # of one channel: 4,096 patterns; more are switched on and off together by groups
SALES, MARGIN = 0, 1
Grid = Callable[[Mechanic], Sequence[float]]


@dataclass(frozen=True)
class Choice:
    """A line's discounts above 0 and what each brings, (sales and margin, cell, discount), before other
    departments' promotions; `cells` places of its cells."""

    place: int
    cells: Places
    discounts: Floats
    gain: Floats


@dataclass(frozen=True)
class Block:
    """One sales channel: `choices` of its lines, `running` (pattern, line), `kept` (pattern, cell) what other
    departments leave, `taken` (sales and margin, pattern)."""

    choices: tuple[Choice, ...]
    running: NDArray[np.bool_]
    kept: Floats
    taken: Floats

    def scores(self, weights: Floats) -> Floats:
        """(pattern,) the most that each pattern reaches of `weights` @ (sales, margin)."""
        total = weights @ self.taken
        for at, choice in enumerate(self.choices):
            total = total + self.running[:, at] * self._best(choice, weights)
        return np.asarray(total)

    def _best(self, choice: Choice, weights: Floats) -> Floats:
        worth = np.tensordot(weights, choice.gain, axes=1)
        if len(choice.cells) == 1:
            return np.asarray(self.kept[:, choice.cells[0]] * worth[0].max())
        return np.asarray((self.kept[:, choice.cells] @ worth).max(axis=1))

    def terms(self, pattern: int, choice: Choice) -> Floats:
        """(sales and margin, discount) what a running line brings in a pattern."""
        return np.asarray(np.einsum("c,kcd->kd", self.kept[pattern, choice.cells], choice.gain))

    @cached_property
    def size(self) -> int:
        """How many patterns there are."""
        return len(self.running)


def blocks_of(response: Response, lines: Sequence[Mechanic], grid: Grid) -> tuple[Block, ...]:
    """One block a sales channel that has lines with anything to choose; `grid` gives the discounts above 0
    that a line may have."""
    found: dict[str, list[Choice]] = {}
    for place, line in enumerate(lines):
        choice = _choice(response, place, line, np.array(sorted(grid(line)), dtype=float))
        if len(choice.discounts) and len(choice.cells):
            found.setdefault(line.channel, []).append(choice)
    return tuple(_block(response, lines, choices) for choices in found.values())


def _choice(response: Response, place: int, line: Mechanic, discounts: Floats) -> Choice:
    cells = np.array(response.cells_of(line), dtype=int)
    base = response.sales[cells] * response.share_of(line)
    rate, slope = response.rates[0][cells][:, None], response.slope[cells][:, None]
    bought = base[:, None] * (1 + response.uplift(cells[:, None], discounts[None, :]))
    margin = bought * (rate + slope * discounts / 100) - base[:, None] * rate
    gain = np.stack([bought - base[:, None], margin])
    allowed = (gain[MARGIN] + base[:, None] * rate).sum(axis=0) >= 0  # nothing is sold at a loss
    return Choice(place, cells, discounts[allowed], gain[:, :, allowed])


def _block(response: Response, lines: Sequence[Mechanic], choices: list[Choice]) -> Block:
    running = _patterns(len(choices))
    cells = len(response.cells)
    share = np.stack(
        [
            struck(
                Aims(choice.cells, choice.cells, np.ones(len(choice.cells)),
                     np.full(len(choice.cells), response.share_of(lines[choice.place]))), cells,
            )
            for choice in choices
        ]
    )  # fmt: skip
    kept = np.exp((running.astype(float) @ share) @ response.rival)
    lost = (kept - 1) @ np.stack([response.sales, response.margin]).T
    return Block(tuple(choices), running, kept, lost.T)


def _patterns(lines: int) -> NDArray[np.bool_]:
    """(pattern, line) every way of switching lines on and off; beyond `MOST_LINES`, of the first ones, with
    all others either on or off."""
    free = min(lines, MOST_LINES)
    head = np.array(list(product((False, True), repeat=free)), dtype=bool)
    if lines == free:
        return head
    rest = lines - free
    return np.concatenate(
        [np.concatenate([head, np.full((len(head), rest), on)], axis=1) for on in (False, True)]
    )
