"""Plans made for the chance to beat the reference: a step by draw, rounded less and less."""

from __future__ import annotations

from dataclasses import replace

from core.mmm.optimiser.allocation import Reached
from core.mmm.optimiser.risk import Attitude
from core.mmm.optimiser.search import Breadth, Search

SHARP = 0.1  # width of the step, in sd of the lead over the reference
STAGES = (8.0, 3.0, 1.0)


def against_reference(search: Search, total: float) -> Search:
    """The search with the KPI of the reference, scaled to the total, as what is to be beaten draw by draw."""
    rival = search.scaled_reference(search.limits.with_total(total), total)
    plain = Search(
        replace(search.worth, attitude=Attitude("mean")), search.limits, search.reference, search.seed
    )
    usual = plain.worth.look(rival).kpi
    lead = plain.best(total, look=Breadth.ENVELOPE).look.kpi - usual
    width = SHARP * max(float(lead.std()), 1e-9 * abs(float(usual.mean())))
    attitude = replace(search.worth.attitude, rival=usual, width=width)
    return Search(replace(search.worth, attitude=attitude), search.limits, search.reference, search.seed)


def boldest(search: Search, total: float) -> Reached:
    """The plan of the largest chance found: from the largest mean over ever sharper steps."""
    attitude = search.worth.attitude
    plain = Search(
        replace(search.worth, attitude=Attitude("mean")), search.limits, search.reference, search.seed
    )
    reached = plain.best(total)
    found = [reached]
    for stage in STAGES:
        softer = replace(search.worth, attitude=replace(attitude, width=attitude.width * stage))
        own = Search(softer, search.limits, search.reference, search.seed)
        reached = own.best(total, warm=reached.amounts, look=Breadth.WARM)
        found.append(reached)
    search.starts = plain.starts
    sharp = replace(attitude, width=0.0)
    best = max(found, key=lambda own: sharp.worth(own.look.kpi)[0])
    return Reached(search.worth.look(best.amounts), best.price, best.rounds)
