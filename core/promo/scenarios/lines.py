"""The figures of single lines, and what a reader must know of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.promo.scenarios.figures import interval
from core.promo.scenarios.kpis import LineKpis
from core.promo.scenarios.response import Aims, Response, Sold
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
    return tuple(
        _line(place, line, response, aims, sold, unknowns, uplift) for place, line in enumerate(lines)
    )


def _line(
    place: int, line: Mechanic, response: Response, aims: Aims, sold: Sold, unknowns: Unknowns, uplift: Uplift
) -> LineKpis:
    mine, at = np.flatnonzero(aims.line == place), response.cells_of(line)
    share = response.share_of(line)
    usual = share * response.base[:, at].sum(axis=1)
    gain = sold.gain[:, mine].sum(axis=1)
    moved = gain + share * sold.taken[:, at].sum(axis=1)
    part = _parts(mine, response, aims)
    mean = float(response.uplift(aims.cell[mine], aims.discount_pct[mine]) @ part)
    single = (1 + unknowns.uplift[:, mine]) * unknowns.scatter[:, mine] - 1
    lower, upper = interval(100 * single @ part)
    at_discount = usual + moved
    own = [uplift.place(cell.department, cell.channel, cell.geo) for cell in (response.cells[k] for k in at)]
    deepest, pooled = _deepest(own, uplift)
    return LineKpis(
        line.department, line.channel, line.discount_pct, line.segments, share,
        float(usual[0]), float(at_discount[0]), float(moved[0]), float(moved[1]),
        100 * mean, lower, upper, _pct(usual), _pct(at_discount),
        pooled, line.discount_pct > deepest + SAME_PP, deepest,
    )  # fmt: skip


def _parts(mine: NDArray[np.int64], response: Response, aims: Aims) -> Floats:
    """(aim,) how much each cell of a line weighs: by its sales, evenly where nothing is sold."""
    money = response.sales[aims.cell[mine]]
    return money / money.sum() if money.sum() > 0 else np.full(len(mine), 1 / max(len(mine), 1))


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
