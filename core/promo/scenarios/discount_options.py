"""The discounts to choose from, laid out so that a search can be exact.

What other departments lose depends only on which lines run, not on how deep they go (see `response`). So for
each pattern of running lines in a sales channel, the change of sales and margin is a sum over lines of terms
that depend on one discount each; channels do not touch each other. `ChannelOptions` is one channel: its
patterns, what they take, and each line's terms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.promo.days import Floats
from core.promo.scenarios.response import Response
from core.promo.scenarios.scenario import Mechanic

Places = NDArray[np.int64]
MOST_LINES = 12  # of one channel, for which all patterns are tried: 4,096
SALES, MARGIN = 0, 1
EVEN = 1e-9
Grid = Callable[[Mechanic], Sequence[float]]


@dataclass(frozen=True)
class LineOptions:
    """A line's discounts above 0 and what each brings, (sales and margin, cell, discount), before other
    departments' promotions; `cells` places of its cells."""

    place: int
    cells: Places
    discounts: Floats
    gain: Floats


@dataclass(frozen=True)
class ChannelOptions:
    """One sales channel: `choices` of its lines, `running` (pattern, line), `kept` (pattern, cell) what other
    departments leave, `taken` (sales and margin, pattern), both by `Block.of`."""

    choices: tuple[LineOptions, ...]
    running: NDArray[np.bool_]
    kept: Floats
    taken: Floats
    share: Floats
    response: Response

    @classmethod
    def of(
        cls, choices: tuple[LineOptions, ...], running: NDArray[np.bool_], share: Floats, response: Response
    ) -> ChannelOptions:
        """The block of these patterns; `share` (line, cell) of each cell's revenue that a line targets."""
        kept = np.exp((running.astype(float) @ share) @ response.rival)
        lost = (kept - 1) @ np.stack([response.sold, response.sold * response.rates[0]]).T
        return cls(choices, running, kept, lost.T, share, response)

    def around(self, on: Sequence[bool]) -> ChannelOptions:
        """The same with the patterns that differ from one by a line or two as well."""
        one = np.eye(len(self.choices), dtype=bool)
        two = (one[:, None, :] ^ one[None, :, :]).reshape(-1, len(self.choices))
        near = np.array(on, dtype=bool) ^ np.concatenate([one, two])
        return ChannelOptions.of(
            self.choices, np.unique(np.concatenate([self.running, near]), axis=0), self.share, self.response
        )

    @property
    def complete(self) -> bool:
        """Whether every pattern is there, so that a search over them proves its answer."""
        return len(self.running) == 1 << len(self.choices)

    def scores(self, weights: Floats) -> Floats:
        """(pattern,) the most that each pattern reaches of `weights` @ (sales, margin)."""
        total = weights @ self.taken
        for at, choice in enumerate(self.choices):
            total = total + self.running[:, at] * self._best(choice, weights)
        return np.asarray(total)

    def _best(self, choice: LineOptions, weights: Floats) -> Floats:
        worth = np.tensordot(weights, choice.gain, axes=1)
        if len(choice.cells) == 1:
            return np.asarray(self.kept[:, choice.cells[0]] * worth[0].max())
        return np.asarray((self.kept[:, choice.cells] @ worth).max(axis=1))

    def terms(self, pattern: int, choice: LineOptions) -> Floats:
        """(sales and margin, discount) what a running line brings in a pattern."""
        return np.asarray(np.einsum("c,kcd->kd", self.kept[pattern, choice.cells], choice.gain))


def channel_options(response: Response, lines: Sequence[Mechanic], grid: Grid) -> tuple[ChannelOptions, ...]:
    """One for each sales channel that has lines with anything to choose; `grid` gives the discounts above 0
    that a line may have."""
    found: dict[str, list[LineOptions]] = {}
    for place, line in enumerate(lines):
        options = _line_options(response, place, line, np.array(sorted(grid(line)), dtype=float))
        if len(options.discounts) and len(options.cells):
            found.setdefault(line.channel, []).append(options)
    made = []
    for choices in found.values():
        share = np.zeros((len(choices), len(response.cells)))
        for row, options in zip(share, choices, strict=True):
            row[options.cells] = response.share_of(lines[options.place])
        made.append(ChannelOptions.of(tuple(choices), _patterns(choices), share, response))
    return tuple(made)


def _line_options(response: Response, place: int, line: Mechanic, discounts: Floats) -> LineOptions:
    cells = np.array(response.cells_of(line), dtype=int)
    base = response.sold[cells] * response.share_of(line)
    rate, slope = response.rates[0][cells][:, None], response.slope[cells][:, None]
    bought = base[:, None] * (1 + response.uplift(cells[:, None], discounts[None, :]))
    margin = bought * (rate + slope * discounts / 100) - base[:, None] * rate
    gain = np.stack([bought - base[:, None], margin])
    allowed = (gain[MARGIN] + base[:, None] * rate).sum(axis=0) >= 0  # nothing is sold at a loss
    return LineOptions(place, cells, discounts[allowed], gain[:, :, allowed])


def _patterns(choices: Sequence[LineOptions]) -> NDArray[np.bool_]:
    """(pattern, line) every way of switching lines on and off. Beyond `MOST_LINES`: the lines with most
    margin for their sales, more and more of them, and each such pattern with one line switched over."""
    count = len(choices)
    if count <= MOST_LINES:
        return np.array(list(product((False, True), repeat=count)), dtype=bool)
    middle = [choice.gain[:, :, choice.gain.shape[2] // 2].sum(axis=1) for choice in choices]
    order = np.argsort([-margin / max(sales, EVEN) for sales, margin in middle])
    prefixes = np.zeros((count + 1, count), dtype=bool)
    for size in range(1, count + 1):
        prefixes[size:, order[size - 1]] = True
    switched = prefixes[:, None, :] ^ np.eye(count, dtype=bool)[None, :, :]
    return np.unique(np.concatenate([prefixes, switched.reshape(-1, count)]), axis=0)
