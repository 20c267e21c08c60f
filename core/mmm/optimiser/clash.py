"""Which limits clash when no plan can meet them all: a smallest set of them, all needed for the clash."""

from __future__ import annotations

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from core.mmm.optimiser.limits import Limit, LinearLimits

LARGEST_PROOF, SECONDS = 1e5, 5.0


def smallest_clash(limits: LinearLimits) -> tuple[Limit, ...]:
    """Limits of which none can be left out: those with the shortest proof that no plan meets them all.

    By Farkas' lemma a set clashes when some weights y >= 0 of its rows (any sign for an equation) give
    y'A >= 0 and y'b < 0. The fewest limits with a weight are found by a mixed-integer programme, then a
    deletion filter (Chinneck and Dravnieks 1991) takes out what its tolerances may have left in; the filter
    alone in several orders where the programme finds nothing in time.
    """
    found = [_filtered(limits, rows) for rows in (_proof(limits), *_orders(limits)) if rows]
    best = min(found, key=len)
    return tuple(sorted(best, key=limits.rows.index))


def _orders(limits: LinearLimits) -> list[tuple[Limit, ...]]:
    order = limits.rows
    wide = sorted(order, key=lambda limit: -limit.members.nnz)
    return [order, order[::-1], tuple(wide), tuple(wide[::-1])]


def _filtered(limits: LinearLimits, rows: tuple[Limit, ...]) -> tuple[Limit, ...]:
    kept = list(rows)
    for limit in rows:
        fewer = [other for other in kept if other is not limit]
        if not limits.only(tuple(fewer)).feasible:
            kept = fewer
    return tuple(kept)


def _proof(limits: LinearLimits) -> tuple[Limit, ...]:
    """The limits in the proof with the fewest of them; none where it was not found in time."""
    rows = [limit for limit in limits.rows if np.isfinite(limit.edge)]
    signs = {"upper": (1.0,), "lower": (-1.0,), "total": (1.0, -1.0)}
    blocks, edges, owners = [], [], []
    for k, limit in enumerate(rows):
        for sign in signs[limit.kind]:
            blocks.append(limit.members * sign)
            edges.append(np.full(limit.members.shape[0], sign * limit.edge / limits.scale))
            owners.append(np.full(limit.members.shape[0], k))
    matrix, edge = vstack(blocks, format="csr"), np.concatenate(edges)
    owner = np.concatenate(owners)
    count, kinds = len(edge), len(rows)
    used = coo_array((np.full(count, -LARGEST_PROOF), (np.arange(count), owner)), shape=(count, kinds))
    eye = coo_array((np.ones(count), (np.arange(count), np.arange(count))), shape=(count, count))
    found = milp(
        np.r_[np.zeros(count), np.ones(kinds)],
        integrality=np.r_[np.zeros(count), np.ones(kinds)],
        bounds=(0, np.r_[np.full(count, np.inf), np.ones(kinds)]),
        constraints=[
            LinearConstraint(hstack([matrix.T, csr_array((limits.size, kinds))]), 0, np.inf),
            LinearConstraint(np.r_[edge, np.zeros(kinds)][None], -1.0, -1.0),
            LinearConstraint(hstack([eye, used]), -np.inf, 0),
        ],
        options={"time_limit": SECONDS},
    )
    if found.x is None:
        return ()
    return tuple(limit for limit, there in zip(rows, found.x[count:], strict=True) if there > 0.5)
