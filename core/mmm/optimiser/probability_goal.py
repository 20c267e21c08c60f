"""Plans made for the chance to beat the reference: a step by draw, rounded less and less."""

from __future__ import annotations

from dataclasses import replace

from core.mmm.optimiser.allocation import Reached, climb
from core.mmm.optimiser.risk import Attitude
from core.mmm.optimiser.search import Breadth, BudgetSearch

SHARP = 0.1  # width of the step, in sd of the lead over the reference
STAGES = (5.0, 1.0)
# Shares of the way from the reference to the best mean: small moves can be surer than large ones.
WAYS = (1.0, 0.4, 0.15, 0.05)


def against_reference(search: BudgetSearch, total: float) -> BudgetSearch:
    """The search with the KPI of the reference, scaled to the total, as what is to be beaten draw by draw."""
    rival = search.scaled_reference(search.limits.with_total(total), total)
    plain = BudgetSearch(
        replace(search.worth, attitude=Attitude("mean")), search.limits, search.reference, search.seed
    )
    usual = plain.worth.look(rival).kpi
    lead = plain.best(total, look=Breadth.ENVELOPE).look.kpi - usual
    width = SHARP * max(float(lead.std()), 1e-9 * abs(float(usual.mean())))
    attitude = replace(search.worth.attitude, rival=usual, width=width)
    return BudgetSearch(
        replace(search.worth, attitude=attitude), search.limits, search.reference, search.seed
    )


def boldest(search: BudgetSearch, total: float) -> Reached:
    """The plan of the largest chance found: from plans between the reference and the largest mean, over ever
    sharper steps; of equal chances the larger mean."""
    attitude, fixed = search.worth.attitude, search.limits.with_total(total)
    assert attitude.rival is not None
    plain = BudgetSearch(
        replace(search.worth, attitude=Attitude("mean")), search.limits, search.reference, search.seed
    )
    best, usual = plain.best(total), search.scaled_reference(fixed, total)
    sharp = replace(attitude, width=0.0)
    found = [best]
    for way in WAYS:
        reached = Reached(plain.worth.look(usual + way * (best.amounts - usual)), best.price, 0)
        found.append(reached)
        for stage in STAGES:
            width = stage * SHARP * float((reached.look.kpi - attitude.rival).std())
            if width > 0:
                own = replace(search.worth, attitude=replace(attitude, width=width))
                reached = climb(own, fixed, reached.amounts)
                found.append(reached)
    search.starts = plain.starts
    top = max(found, key=lambda own: (sharp.worth(own.look.kpi)[0], own.look.kpi.mean()))
    return Reached(search.worth.look(top.amounts), top.price, top.rounds)
