"""The best discounts under one limit, exactly: Lagrange multipliers bound, a small dynamic program closes.

Maximise  goal @ (sales, margin)  subject to  limit @ (sales, margin) + room >= 0  over all discounts. For a
price `p` of the limit the relaxed problem falls apart by channel, pattern and line (see `blocks`), so its
maximum, an upper bound, is found at once; the price with the lowest bound is found by halving, and every
solution met on the way that keeps the limit is a lower bound. What lies between the two is closed by listing
only choices whose loss against the bound is smaller than the gap, dropping what another choice beats in goal
and limit alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.promo.days import Floats
from core.promo.scenarios.discount_options import ChannelOptions, LineOptions

Places = NDArray[np.int64]
HALVINGS = 50
MOST_ROUNDS = 20
DOUBLINGS = 60
MOST_STATES = 200_000
MOST_PAIRS = 10_000_000
TINY = 1e-10  # of the amounts at stake


@dataclass(frozen=True)
class DiscountQuery:
    """Weights (sales, margin) of the goal and of the limit, and the room that the limit leaves without any
    promotion."""

    goal: Floats
    limit: Floats
    room: float


@dataclass(frozen=True)
class DiscountResult:
    """`discounts` by place of the line (0 where it does not run), `change` of (sales, margin); `proven` when
    nothing better exists on the grid."""

    discounts: dict[int, float]
    change: Floats
    proven: bool = True


@dataclass(frozen=True)
class _States:
    """Partial solutions of some lines: `change` (2, state) and `picked` (state, line) options, -1 off."""

    change: Floats
    picked: Places


def best(blocks: Sequence[ChannelOptions], ask: DiscountQuery) -> DiscountResult | None:
    """The best discounts; None when none keep the limit, not even no promotion's. Where a block has too many
    lines to hold all its patterns, those near the best one are added as long as that helps, and nothing is
    proven."""
    found = _best(blocks, ask)
    if all(block.complete for block in blocks):
        return found
    for _ in range(MOST_ROUNDS):
        if found is None:
            return None
        places = set(found.discounts)
        blocks = [block.around([choice.place in places for choice in block.choices]) for block in blocks]
        after = _best(blocks, ask)
        if after is None or ask.goal @ after.change <= ask.goal @ found.change * (1 + TINY) + TINY:
            break
        found = after
    return None if found is None else DiscountResult(found.discounts, found.change, proven=False)


def _best(blocks: Sequence[ChannelOptions], ask: DiscountQuery) -> DiscountResult | None:
    if not blocks:
        return DiscountResult({}, np.zeros(2)) if ask.room >= 0 else None
    top, _ = _solved(blocks, ask.limit)
    scale = abs(ask.room) + sum(float(np.abs(choice.gain).sum()) for b in blocks for choice in b.choices) + 1
    slack = TINY * scale
    if float(ask.limit @ top.change) + ask.room < -slack:
        return None
    free, _ = _solved(blocks, ask.goal)
    if _room(free, ask) >= -slack:
        return free
    price, bound, known = _priced(blocks, ask, top, slack)
    known = _climbed(blocks, ask, known, slack)
    gap = bound - float(ask.goal @ known.change)
    if gap <= slack:
        return known
    return _closed(blocks, ask, price, gap + slack, known, slack)


def _room(found: DiscountResult, ask: DiscountQuery) -> float:
    return float(ask.limit @ found.change) + ask.room


def _solved(blocks: Sequence[ChannelOptions], weights: Floats) -> tuple[DiscountResult, float]:
    """The best without a limit, and its worth."""
    discounts: dict[int, float] = {}
    change, worth = np.zeros(2), 0.0
    for block in blocks:
        scores = block.scores(weights)
        pattern = int(scores.argmax())
        worth += float(scores[pattern])
        change = change + block.taken[:, pattern]
        for at, choice in enumerate(block.choices):
            if block.running[pattern, at]:
                terms = block.terms(pattern, choice)
                option = int((weights @ terms).argmax())
                discounts[choice.place] = float(choice.discounts[option])
                change = change + terms[:, option]
    return DiscountResult(discounts, change), worth


def _priced(
    blocks: Sequence[ChannelOptions], ask: DiscountQuery, top: DiscountResult, slack: float
) -> tuple[float, float, DiscountResult]:
    """The price of the limit with the lowest bound, that bound, and the best solution met that keeps it."""
    low, high, known = 0.0, 1.0, top
    price, bound = 0.0, np.inf
    for _ in range(DOUBLINGS + HALVINGS):
        found, worth = _solved(blocks, ask.goal + high * ask.limit)
        if _room(found, ask) >= -slack:
            known = _better(known, found, ask)
            break
        low, high = high, 2 * high
    for turn in range(HALVINGS):
        middle = (low + high) / 2
        found, worth = _solved(blocks, ask.goal + middle * ask.limit)
        worth += middle * ask.room
        if worth < bound:
            price, bound = middle, worth
        if _room(found, ask) >= -slack:
            high, known = middle, _better(known, found, ask)
        else:
            low = middle
        if turn > 8 and high - low <= TINY * high:
            break
    return price, bound, known


def _better(first: DiscountResult, second: DiscountResult, ask: DiscountQuery) -> DiscountResult:
    return max(first, second, key=lambda found: float(ask.goal @ found.change))


def _climbed(
    blocks: Sequence[ChannelOptions], ask: DiscountQuery, known: DiscountResult, slack: float
) -> DiscountResult:
    """The solution after moving one line at a time, within its pattern, as long as that helps."""
    moved = True
    while moved:
        moved = False
        for block in blocks:
            on = [choice.place in known.discounts for choice in block.choices]
            pattern = int(np.flatnonzero((block.running == on).all(axis=1))[0])
            for choice in block.choices:
                after = _step(block, pattern, choice, ask, known, slack)
                if after is not known:
                    known, moved = after, True
    return known


def _step(
    block: ChannelOptions,
    pattern: int,
    choice: LineOptions,
    ask: DiscountQuery,
    known: DiscountResult,
    slack: float,
) -> DiscountResult:
    if choice.place not in known.discounts:
        return known
    terms = block.terms(pattern, choice)
    now = int(np.flatnonzero(choice.discounts == known.discounts[choice.place])[0])
    moves = terms - terms[:, [now]]
    gains = np.where(_room(known, ask) + ask.limit @ moves >= -slack, ask.goal @ moves, -np.inf)
    to = int(gains.argmax())
    if gains[to] <= slack:
        return known
    discounts = known.discounts | {choice.place: float(choice.discounts[to])}
    return DiscountResult(discounts, known.change + moves[:, to])


def _closed(
    blocks: Sequence[ChannelOptions],
    ask: DiscountQuery,
    price: float,
    gap: float,
    known: DiscountResult,
    slack: float,
) -> DiscountResult:
    """The best of all solutions that lose less than the gap against the bound."""
    weights, proven = ask.goal + price * ask.limit, True
    states, order = _States(np.zeros((2, 1)), np.zeros((1, 0), dtype=int)), []
    most = 0.0
    for block in blocks:
        top = float(block.scores(weights).max())
        most += top
        listed, whole = _listed(block, weights, top - gap, ask)
        states, kept = _joined(states, listed, weights, most - gap, ask)
        proven = proven and whole and kept
        order += [(choice.place, choice.discounts) for choice in block.choices]
    room = ask.limit @ states.change + ask.room
    worth = np.where(room >= -slack, ask.goal @ states.change, -np.inf)
    at = int(worth.argmax()) if len(worth) else -1
    if at < 0 or worth[at] <= float(ask.goal @ known.change):
        return DiscountResult(known.discounts, known.change, proven)
    picked = zip(order, states.picked[at], strict=True)
    discounts = {place: float(options[option]) for (place, options), option in picked if option >= 0}
    return DiscountResult(discounts, states.change[:, at], proven)


def _listed(block: ChannelOptions, weights: Floats, least: float, ask: DiscountQuery) -> tuple[_States, bool]:
    """Every choice of a block that is worth at least `least`, less what others beat; whether that is all."""
    scores, whole = block.scores(weights), True
    parts = []
    for pattern in np.flatnonzero(scores >= least):
        states = _States(block.taken[:, [pattern]], np.zeros((1, 0), dtype=int))
        left = float(scores[pattern]) - float(weights @ block.taken[:, pattern])
        for at, choice in enumerate(block.choices):
            if not block.running[pattern, at]:
                off = np.full((len(states.picked), 1), -1)
                states = _States(states.change, np.concatenate([states.picked, off], axis=1))
                continue
            terms = block.terms(int(pattern), choice)
            left -= float((weights @ terms).max())
            options = _States(terms, np.arange(terms.shape[1])[:, None])
            states, kept = _joined(states, options, weights, least - left, ask)
            whole = whole and kept
        parts.append(states)
    changes = np.concatenate([part.change for part in parts], axis=1)
    return _undominated(_States(changes, np.concatenate([part.picked for part in parts])), ask), whole


def _joined(
    first: _States, second: _States, weights: Floats, least: float, ask: DiscountQuery
) -> tuple[_States, bool]:
    """Every pair that is worth at least `least`, less what others beat; whether none had to be left out."""
    first, second, whole = _fitting(first, second, weights)
    worth = (weights @ first.change)[:, None] + (weights @ second.change)[None, :]
    rows, columns = np.nonzero(worth >= least)
    if len(rows) > MOST_STATES:
        whole = False
        keep = np.argpartition(-worth[rows, columns], MOST_STATES)[:MOST_STATES]
        rows, columns = rows[keep], columns[keep]
    change = first.change[:, rows] + second.change[:, columns]
    picked = np.concatenate([first.picked[rows], second.picked[columns]], axis=1)
    return _undominated(_States(change, picked), ask), whole


def _fitting(first: _States, second: _States, weights: Floats) -> tuple[_States, _States, bool]:
    """Both, cut to their most worthy where there would be too many pairs; whether nothing was cut."""
    most = MOST_PAIRS // max(len(second.picked), 1)
    if len(first.picked) <= most:
        return first, second, True
    side = int(np.sqrt(MOST_PAIRS))
    cut = []
    for states in (first, second):
        top = np.argsort(-(weights @ states.change))[:side]
        cut.append(_States(states.change[:, top], states.picked[top]))
    return cut[0], cut[1], False


def _undominated(states: _States, ask: DiscountQuery) -> _States:
    """The states that no other beats in both goal and limit."""
    goal, limit = ask.goal @ states.change, ask.limit @ states.change
    order = np.lexsort((-limit, -goal))
    most = np.maximum.accumulate(limit[order])
    keep = order[np.r_[True, limit[order][1:] > most[:-1]]] if len(order) else order
    return _States(states.change[:, keep], states.picked[keep])
