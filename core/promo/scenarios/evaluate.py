"""What a promotion is expected to bring: the figures of the whole shop over its days, with their intervals.

Expectations come from expectations of their parts (see `response`), intervals from joint draws of all parts
(see `uncertainty`). The dip after the promotion is shown apart and lies in no other figure. Rows by sales
channel, department and segment add up to the totals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.promo.baseline import Baseline, closed_weekdays
from core.promo.days import ALL_GEOS, Floats
from core.promo.events import FAR, NEAR
from core.promo.scenarios.kpis import (
    Breakdown,
    Kpi,
    LineKpis,
    PromoKpis,
    deltas,
    figures,
    interval,
    intervals,
    plain,
)
from core.promo.scenarios.period import PromoPeriod, historical_ranges, scenario_period
from core.promo.scenarios.response import Exposure, LineSums, PromoEffect, Response, response_of
from core.promo.scenarios.scenario import ALL_SEGMENTS, Mechanic, PromoScenario
from core.promo.scenarios.settings import REST, SHARE_SLACK, PromoSettings
from core.promo.scenarios.uncertainty import JointDraws, joint_draws
from core.promo.uplift import Uplift

LEAST_LOSS_SHARE = 1e-6  # of a department's sales: less is no cannibalisation to report
SAME_PP = 0.5  # percent points of discount that are no other discount


def evaluate(
    scenario: PromoScenario,
    baseline: Baseline,
    uplift: Uplift,
    settings: PromoSettings,
    *,
    forecast: pd.DataFrame | None = None,
) -> PromoKpis:
    """The figures of a promotion; `forecast` hands over `baseline.forecast` of its days, which otherwise
    takes most of the time. UserError for departments, sales channels, geos or segments that are unknown."""
    period = scenario_period(scenario, baseline, settings, forecast)
    ranges = historical_ranges(baseline.days, period.cells, uplift, scenario.days)
    response = response_of(period.cells, period.base, uplift, settings)
    lines = sorted(scenario.mechanics, key=lambda line: line.key)
    exposure = response.exposure(lines)
    draws = joint_draws(response, exposure, period, baseline, uplift)
    expected, drawn = response.effect(exposure), response.effect(exposure, draws)
    weights, sums = response.line_weights(exposure), response.line_sums(lines, exposure, expected)
    found = {
        line.key: _line_kpis(place, line, response, exposure, sums, draws, weights, uplift)
        for place, line in enumerate(lines)
    }
    cost = settings.cost_to_serve_share
    return PromoKpis(
        **_totals(expected, drawn, cost),
        breakdown={
            kind.value: _rows(split, expected, drawn, cost)
            for kind, split in _splits(response, exposure, lines, settings).items()
        },
        lines=tuple(found[line.key] for line in scenario.mechanics),
        cannibalised=_cannibalised(response, expected, drawn),
        dip=_dip(period, exposure, draws, baseline, uplift),
        notes=tuple(_notes(scenario, baseline, uplift, list(found.values()))),
        period_start=scenario.start,
        period_end=scenario.end,
        model_version=uplift.version,
        historical_ranges=ranges,
        response=response,
    )


def _line_kpis(
    place: int,
    line: Mechanic,
    response: Response,
    exposure: Exposure,
    sums: LineSums,
    draws: JointDraws,
    weights: Floats,
    uplift: Uplift,
) -> LineKpis:
    at = np.flatnonzero(exposure.line == place)
    single = (1 + draws.uplift[:, at]) * draws.scatter[:, at] - 1
    lower, upper = interval(100 * single @ weights[at])
    cells = [uplift.place(response.cells[k]) for k in response.cells_of(line)]
    tried_here = [event.discount_pct for cell in cells for event in uplift.events_of(cell)]
    tried = tried_here or [event.discount_pct for event in uplift.regression.events]
    deepest = max(tried, default=0.0)
    usual, moved = float(sums.usual[0, place]), sums.moved[:, place]
    return LineKpis(
        line.department, line.channel, line.discount_pct, line.segments, response.share_of(line),
        usual, usual + float(moved[0]), float(moved[0]), float(moved[1]), 100 * float(sums.uplift[place]),
        lower, upper, sums.margin_pct(place, moved=False), sums.margin_pct(place),
        pooled=not tried_here, untried=line.discount_pct > deepest + SAME_PP, deepest_pct=deepest,
    )  # fmt: skip


def _totals(expected: PromoEffect, drawn: PromoEffect, cost: float) -> dict[str, Any]:
    """Totals, deltas, baseline and intervals of the whole shop."""

    def with_and_without(effect: PromoEffect) -> tuple[dict[str, Floats], dict[str, Floats]]:
        usual = effect.base.sum(axis=-1)
        moved = effect.gain.sum(axis=-1) + effect.taken.sum(axis=-1)
        return figures(usual + moved, cost), figures(usual, cost)

    (with_it, without), (drawn_with, drawn_without) = with_and_without(expected), with_and_without(drawn)
    moved = {name.removesuffix("_delta"): value for name, value in deltas(with_it, without).items()}
    return {
        "totals": plain(with_it), "baseline": plain(without), "deltas": plain(moved),
        "intervals": intervals(drawn_with | deltas(drawn_with, drawn_without)),
    }  # fmt: skip


@dataclass(frozen=True)
class Split:
    """How the whole falls into rows called `labels` (shown as `names`): what each exposed cell gains
    (exposed, row), and what each cell has and loses (cell, row); the rows of both sum to 1."""

    key: str
    labels: tuple[str, ...]
    names: tuple[str, ...]
    of_exposed: Floats
    of_cells: Floats


def _splits(
    response: Response, exposure: Exposure, lines: Sequence[Mechanic], settings: PromoSettings
) -> dict[Breakdown, Split]:
    """By sales channel and by department as cells belong. By segment: the baseline and what other departments
    lose by share of revenue; what a line gains by share of revenue times sensitivity, over its segments."""
    found = {}
    for kind, key in ((Breakdown.CHANNEL, "channel"), (Breakdown.DEPARTMENT, "department")):
        of_cell = [str(getattr(cell, key)) for cell in response.cells]
        labels = tuple(sorted(set(of_cell)))
        belongs = (np.array(of_cell)[:, None] == np.array(labels)).astype(float)
        found[kind] = Split(key, labels, labels, belongs[exposure.cell], belongs)
    labels, names, shares, weights = _segments(settings)
    targeted = np.array([[line.for_all or name in line.segments for name in labels] for line in lines])
    parts = targeted * shares * weights
    whole = parts.sum(axis=1, keepdims=True)
    even = targeted / np.maximum(targeted.sum(axis=1, keepdims=True), 1)
    of_line = np.where(whole > 0, parts / np.where(whole > 0, whole, 1.0), even)
    of_cells = np.tile(shares, (len(response.cells), 1))
    found[Breakdown.SEGMENT] = Split("segment_id", labels, names, of_line[exposure.line], of_cells)
    return found


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


def _rows(
    split: Split, expected: PromoEffect, drawn: PromoEffect, cost: float
) -> tuple[dict[str, object], ...]:
    """One row a label: the five figures, their deltas, 90 % intervals of the deltas of sales and margin."""
    moved, drawn_moved = (
        effect.gain @ split.of_exposed + effect.taken @ split.of_cells for effect in (expected, drawn)
    )
    before = expected.base @ split.of_cells
    without, with_it = figures(before, cost), figures(before + moved, cost)
    shown = with_it | deltas(with_it, without)
    rows: list[dict[str, object]] = []
    for at, (label, name) in enumerate(zip(split.labels, split.names, strict=True)):
        row: dict[str, object] = {split.key: label, "name": name}
        row |= {figure: float(values[at]) for figure, values in shown.items()}
        for k, kpi in enumerate((Kpi.SALES, Kpi.MARGIN)):
            row[f"{kpi}_delta_lower"], row[f"{kpi}_delta_upper"] = interval(drawn_moved[k][:, at])
        rows.append(row)
    return tuple(rows)


def _cannibalised(response: Response, expected: PromoEffect, drawn: PromoEffect) -> dict[str, dict[str, Any]]:
    """Departments that promotions of others change, by name; what is lost is positive. The sales channel
    named is the one that loses most (gains most, where none loses)."""
    found = {}
    for name in sorted({cell.department for cell in response.cells}):
        at = [place for place, cell in enumerate(response.cells) if cell.department == name]
        usual, lost = float(response.sales[at].sum()), -float(expected.taken[0, at].sum())
        draws = -drawn.taken[0][:, at].sum(axis=1)
        if usual > 0 and np.abs(draws).max() > LEAST_LOSS_SHARE * usual:
            money = interval(draws)
            share = interval(100 * draws / np.maximum(drawn.base[0][:, at].sum(axis=1), 1e-9))
            shares = response.taken_pct(expected, name)
            loses = any(value > 0 for value in shares.values())
            channel = (max if loses else min)(shares, key=lambda key: shares[key])
            found[name] = {
                "sales_value": lost, "lower": money[0], "upper": money[1], "share_pct": 100 * lost / usual,
                "share_lower_pct": share[0], "share_upper_pct": share[1], "channel": channel,
                "channel_share_pct": shares[channel],
            }  # fmt: skip
    return found


def _dip(
    period: PromoPeriod, exposure: Exposure, draws: JointDraws, baseline: Baseline, uplift: Uplift
) -> dict[str, object]:
    """The dip of the promoted cells in the 14 days after the last one, as `PromoKpis.dip` has it. Sales
    without a dip are the period's level carried on by the calendar: no further forecast is needed."""
    last = period.dates[-1]
    dates = pd.date_range(last + pd.Timedelta(days=1), periods=FAR, freq="D")
    both = pd.date_range(period.dates[0], dates[-1], freq="D")
    at = [uplift.place(cell) for cell in period.cells]
    design, columns = uplift.regression.calendar_design(both)
    logs = (design @ uplift.regression.mean[columns]).reshape(len(uplift.days.cells), len(both))[at]
    known = [baseline.days.cells.index(cell) for cell in period.cells]
    calendar = np.exp(logs) * ~closed_weekdays(baseline.days, both)[known]
    during = calendar[:, : len(period.dates)].sum(axis=1)
    scale = period.base[0] / np.where(during > 0, during, np.inf)
    ahead = calendar[:, len(period.dates) :] * (scale * (exposure.promoted > 0))[:, None]
    weeks = np.stack([ahead[:, :NEAR].sum(axis=1), ahead[:, NEAR:].sum(axis=1)], axis=1)
    usual = draws.level[:, :, None] * weeks
    lost = (usual[:, :, 0] * (draws.near - 1) + usual[:, :, 1] * (draws.late - 1)).sum(axis=1)
    share = lost / np.where(usual.sum(axis=(1, 2)) > 0, usual.sum(axis=(1, 2)), np.inf)
    money, part = interval(lost), interval(share)
    return {
        "first_on": dates[0].date().isoformat(), "last_on": dates[-1].date().isoformat(),
        "baseline_sales_value": float(weeks.sum()),
        "sales_value": float(lost.mean()), "sales_value_lower": money[0], "sales_value_upper": money[1],
        "share": float(share.mean()), "share_lower": part[0], "share_upper": part[1],
    }  # fmt: skip


def _notes(
    scenario: PromoScenario, baseline: Baseline, uplift: Uplift, lines: Sequence[LineKpis]
) -> Iterator[str]:
    """What a reader must know of the figures."""
    for line in lines:
        label = f"{line.department}, {line.channel}"
        if line.discount_pct > 0 and line.pooled:
            yield f"{label}: no promotion of its own to learn from; the uplift is that of all others."
        if line.discount_pct > 0 and line.untried:
            where = "anywhere" if line.pooled else "there"
            yield (
                f"{label}: {line.discount_pct:g} % is deeper than anything tried {where} "
                f"({line.deepest_pct:.3g} %); beyond that the uplift is a projection."
            )
    if scenario.geo != ALL_GEOS and {cell.geo for cell in baseline.days.cells} == {ALL_GEOS}:
        yield f"The sales are not told apart by geo: for {scenario.geo}, the whole shop is shown."
    if not uplift.converged:
        yield uplift.warnings[0]
