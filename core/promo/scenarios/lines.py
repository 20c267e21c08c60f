"""The figures of single lines, and what a reader must know of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.promo.scenarios.figures import interval
from core.promo.scenarios.kpis import LineKpis
from core.promo.scenarios.response import Aims, LineSums, Response, Sold, line_sums, weights_of
from core.promo.scenarios.scenario import Mechanic
from core.promo.scenarios.unknowns import Unknowns
from core.promo.uplift import Uplift

Floats = NDArray[np.float64]
SAME_PP = 0.5  # percent points of discount that are no other discount


def line_kpis(
    lines: Sequence[Mechanic],
    response: Response,
    aims: Aims,
    sold: Sold,
    unknowns: Unknowns,
    uplift: Uplift,
) -> tuple[LineKpis, ...]:
    """One a line, in their order."""
    sums = line_sums(response, lines, aims, sold)
    return tuple(
        _line(place, line, response, aims, sums, unknowns, uplift) for place, line in enumerate(lines)
    )


def _line(
    place: int,
    line: Mechanic,
    response: Response,
    aims: Aims,
    sums: LineSums,
    unknowns: Unknowns,
    uplift: Uplift,
) -> LineKpis:
    mine, at = np.flatnonzero(aims.line == place), response.cells_of(line)
    usual, moved = sums.usual[:, place], sums.moved[:, place]
    single = (1 + unknowns.uplift[:, mine]) * unknowns.scatter[:, mine] - 1
    lower, upper = interval(100 * single @ weights_of(response, aims, mine))
    own = [uplift.place(cell.department, cell.channel, cell.geo) for cell in (response.cells[k] for k in at)]
    deepest, pooled = _deepest(own, uplift)
    return LineKpis(
        line.department, line.channel, line.discount_pct, line.segments, response.share_of(line),
        float(usual[0]), float(usual[0] + moved[0]), float(moved[0]), float(moved[1]),
        100 * float(sums.uplift[place]), lower, upper, _pct(usual), _pct(usual + moved),
        pooled, line.discount_pct > deepest + SAME_PP, deepest,
    )  # fmt: skip


def _deepest(own: Sequence[int], uplift: Uplift) -> tuple[float, bool]:
    """The deepest discount tried in these cells, and whether it had to be looked up elsewhere for want of any
    promotion in them."""
    here = [event.discount_pct for place in own for event in uplift.events_of(place)]
    anywhere = [event.discount_pct for event in uplift.regression.events]
    return max(here or anywhere or [0.0]), not here


def _pct(sums: Floats) -> float:
    return 100 * float(sums[1] / sums[0]) if sums[0] > 0 else 0.0


def line_notes(lines: Sequence[LineKpis]) -> Iterator[str]:
    """What must be said of the lines that have a discount."""
    for line in lines:
        if line.discount_pct == 0:
            continue
        place = f"{line.department}, {line.channel}"
        if line.pooled:
            yield f"{place}: no promotion of its own to learn from; the uplift is that of all others."
        if line.untried:
            where = "anywhere" if line.pooled else "there"
            yield (
                f"{place}: {line.discount_pct:g} % is deeper than anything tried {where} "
                f"({line.deepest_pct:.3g} %); beyond that the uplift is a projection."
            )
