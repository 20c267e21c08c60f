"""The figures told apart by sales channel, department and segment; rows add up to the totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.promo.days import Floats
from core.promo.scenarios.kpis import Breakdown, Kpi, deltas, figures, intervals
from core.promo.scenarios.response import Exposure, PromoEffect, Response
from core.promo.scenarios.scenario import ALL_SEGMENTS, Mechanic
from core.promo.scenarios.settings import REST, SHARE_SLACK, PromoSettings

WITH_INTERVAL = (Kpi.SALES, Kpi.MARGIN)


@dataclass(frozen=True)
class Split:
    """How the whole falls into rows called `labels` (shown as `names`): what each aim gains (aim, row), and
    what each cell has and loses (cell, row); the rows of both sum to 1."""

    key: str
    labels: tuple[str, ...]
    names: tuple[str, ...]
    of_aims: Floats
    of_cells: Floats


def splits(
    response: Response, aims: Exposure, lines: Sequence[Mechanic], settings: PromoSettings
) -> dict[Breakdown, Split]:
    """The three ways of telling the figures apart."""
    return {
        Breakdown.CHANNEL: _by(response, aims, "channel", [cell.channel for cell in response.cells]),
        Breakdown.DEPARTMENT: _by(response, aims, "department", [cell.department for cell in response.cells]),
        Breakdown.SEGMENT: _by_segment(response, aims, lines, settings),
    }


def _by(response: Response, aims: Exposure, key: str, of_cell: list[str]) -> Split:
    labels = tuple(sorted(set(of_cell)))
    belongs = (np.array(of_cell)[:, None] == np.array(labels)[None, :]).astype(float)
    return Split(key, labels, labels, belongs[aims.cell], belongs)


def _by_segment(
    response: Response, aims: Exposure, lines: Sequence[Mechanic], settings: PromoSettings
) -> Split:
    """The baseline and what other departments lose by share of revenue; what a line gains by share of revenue
    times sensitivity, over the segments it aims at."""
    labels, names, shares, weights = _segments(settings)
    of_line = np.stack([_weights(line, labels, shares * weights) for line in lines])
    return Split("segment_id", labels, names, of_line[aims.line], np.tile(shares, (len(response.cells), 1)))


def _segments(settings: PromoSettings) -> tuple[tuple[str, ...], tuple[str, ...], Floats, Floats]:
    """Labels, names, shares of revenue that sum to 1, and sensitivities; what the segments leave is a row of
    its own."""
    known = settings.known_segments
    if not known:
        return (ALL_SEGMENTS,), ("All customers",), np.ones(1), np.ones(1)
    rows = [(part.segment_id, part.name, part.revenue_share, part.weight) for part in known]
    left = 1 - sum(part.revenue_share for part in known)
    if left > SHARE_SLACK:
        rows.append((REST, "Other customers", left, 1.0))
    labels, names, shares, weights = zip(*rows, strict=True)
    return labels, names, np.array(shares) / sum(shares), np.array(weights)


def _weights(line: Mechanic, labels: tuple[str, ...], weights: Floats) -> Floats:
    """(row,) parts of what a line gains."""
    aimed = np.array([line.for_all or label in line.segments for label in labels])
    parts = np.where(aimed, weights, 0.0)
    even = aimed / max(int(aimed.sum()), 1)
    return np.asarray(parts / parts.sum() if parts.sum() > 0 else even)


@dataclass(frozen=True)
class KpiChange:
    """Sales, margin and units of the cells without the promotion (`base`) and what it changes, both either
    expected, (3, cell), or drawn, (3, draw, cell)."""

    base: Floats
    sold: PromoEffect


def rows_of(
    split: Split, expected: KpiChange, drawn: KpiChange, cost_to_serve_share: float
) -> tuple[dict[str, object], ...]:
    """One row a label: the five figures, their deltas, 90 % intervals of the deltas of sales and margin."""
    before = expected.base @ split.of_cells
    after = before + _moved(split, expected.sold)
    without, with_it = figures(before, cost_to_serve_share), figures(after, cost_to_serve_share)
    shown = with_it | deltas(with_it, without)
    moved = _moved(split, drawn.sold)
    rows: list[dict[str, object]] = []
    for at, (label, name) in enumerate(zip(split.labels, split.names, strict=True)):
        ends = intervals({kpi.value: moved[k][:, at] for k, kpi in enumerate(WITH_INTERVAL)})
        spans = {
            f"{kpi}_delta_{side}": span[k]
            for kpi, span in ends.items()
            for k, side in enumerate(("lower", "upper"))
        }
        row = {figure: float(values[at]) for figure, values in shown.items()}
        rows.append({split.key: label, "name": name, **row, **spans})
    return tuple(rows)


def _moved(split: Split, sold: PromoEffect) -> Floats:
    return np.asarray(sold.gain @ split.of_aims + sold.taken @ split.of_cells)
