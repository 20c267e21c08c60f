"""What a promotion is expected to bring: the figures of the whole shop over its days, with their intervals.

Expectations come from expectations of their parts (see `response`), intervals from joint draws of all parts
(see `unknowns`). The dip behind the promotion is told apart and lies in no other figure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.promo.baseline import Baseline, closed_weekdays
from core.promo.days import ALL_GEOS, Floats
from core.promo.events import FAR, NEAR
from core.promo.scenarios.breakdown import KpiChange, rows_of, splits
from core.promo.scenarios.kpis import LineKpis, PromoKpis, deltas, figures, interval, intervals, plain
from core.promo.scenarios.period import PromoPeriod, historical_ranges, period_of, refuse_unknown
from core.promo.scenarios.response import (
    Exposure,
    LineSums,
    PromoEffect,
    Response,
    exposed_share,
    line_sums,
    response_of,
    sell,
    taken_pct,
    weights_of,
)
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from core.promo.scenarios.settings import PromoSettings
from core.promo.scenarios.uncertainty import JointDraws, joint_draws
from core.promo.uplift import Uplift

LEAST_LOSS_SHARE = 1e-6  # of a department's sales: less is no cannibalisation to report


SAME_PP = 0.5  # percent points of discount that are no other discount


def dip_after(
    period: PromoPeriod, aims: Exposure, unknowns: JointDraws, baseline: Baseline, uplift: Uplift
) -> dict[str, object]:
    """The dip of the promoted cells in the 14 days behind the last one, as `PromoKpis.after` has it."""
    last = period.dates[-1]
    dates = pd.date_range(last + pd.Timedelta(days=1), periods=FAR, freq="D")
    promoted = exposed_share(aims, len(period.cells)) > 0
    weeks = _weeks_after(period, dates, baseline, uplift) * promoted[:, None]
    usual = unknowns.level[:, :, None] * weeks
    lost = (usual[:, :, 0] * (unknowns.near - 1) + usual[:, :, 1] * (unknowns.late - 1)).sum(axis=1)
    whole = float(weeks.sum())
    share = lost / np.where(usual.sum(axis=(1, 2)) > 0, usual.sum(axis=(1, 2)), np.inf)
    return _row(dates[0].date(), dates[-1].date(), whole, lost, share)


def _row(first: dt.date, last: dt.date, whole: float, lost: Floats, share: Floats) -> dict[str, object]:
    money, part = interval(lost), interval(share)
    return {
        "first_on": first.isoformat(), "last_on": last.isoformat(), "baseline_sales_value": whole,
        "sales_value": float(lost.mean()), "sales_value_lower": money[0], "sales_value_upper": money[1],
        "share": float(share.mean()), "share_lower": part[0], "share_upper": part[1],
    }  # fmt: skip


def _weeks_after(period: PromoPeriod, dates: pd.DatetimeIndex, baseline: Baseline, uplift: Uplift) -> Floats:
    """(cell, week) sales without a dip: the period's level carried on by the calendar, so that no further
    forecast is needed."""
    both = pd.date_range(period.dates[0], dates[-1], freq="D")
    at = [uplift.place(cell.department, cell.channel, cell.geo) for cell in period.cells]
    design, columns = uplift.regression.calendar_design(both)
    logs = (design @ uplift.regression.mean[columns]).reshape(len(uplift.days.cells), len(both))[at]
    known = [baseline.days.cells.index(cell) for cell in period.cells]
    usual = np.exp(logs) * ~closed_weekdays(baseline.days, both)[known]
    during = usual[:, : len(period.dates)].sum(axis=1)
    scale = period.base[0] / np.where(during > 0, during, np.inf)
    ahead = usual[:, len(period.dates) :] * scale[:, None]
    return np.stack([ahead[:, :NEAR].sum(axis=1), ahead[:, NEAR:].sum(axis=1)], axis=1)


def line_kpis(
    lines: Sequence[Mechanic],
    response: Response,
    aims: Exposure,
    sold: PromoEffect,
    unknowns: JointDraws,
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
    aims: Exposure,
    sums: LineSums,
    unknowns: JointDraws,
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
    period = period_of(scenario.start, scenario.end, scenario.geo, baseline, forecast)
    refuse_unknown(scenario, settings, period.cells)
    response = response_in(period, uplift, settings)
    lines = sorted(scenario.mechanics, key=lambda line: line.lot)
    aims = response.aims(lines)
    expected = KpiChange(response.base, response.sold(aims))
    unknowns = joint_draws(response, aims, period, baseline, uplift)
    drawn = _drawn(response, aims, unknowns)
    cost = settings.cost_to_serve_share
    found = line_kpis(lines, response, aims, expected.sold, unknowns, uplift)
    shown = tuple(found[lines.index(line)] for line in scenario.mechanics)
    return PromoKpis(
        **_totals(expected, drawn, cost),
        breakdown={
            kind.value: rows_of(split, expected, drawn, cost)
            for kind, split in splits(response, aims, lines, settings).items()
        },
        lines=shown,
        cannibalised=_cannibalised(response, expected.sold, drawn),
        after=dip_after(period, aims, unknowns, baseline, uplift),
        notes=tuple(_notes(scenario, baseline, uplift, found)),
        period_start=scenario.start,
        period_end=scenario.end,
        model_version=uplift.version,
        seen=historical_ranges(baseline.days, period.cells, uplift, scenario.days),
        response=response,
    )  # fmt: skip


def response_in(period: PromoPeriod, uplift: Uplift, settings: PromoSettings) -> Response:
    """The expectations of a period, which searches run on."""
    shares = {segment.segment_id: segment.revenue_share for segment in settings.known_segments}
    return response_of(period.cells, period.base, uplift, shares)


def _drawn(response: Response, aims: Exposure, unknowns: JointDraws) -> KpiChange:
    sales = response.sales * unknowns.level
    rates = (unknowns.rate, unknowns.per)
    base = np.stack([sales, sales * unknowns.rate, sales * unknowns.per])
    sold = sell(
        response, aims, sales, rates, unknowns.kept, unknowns.uplift, unknowns.slope, unknowns.scatter
    )
    return KpiChange(base, sold)


def _totals(expected: KpiChange, drawn: KpiChange, cost: float) -> dict[str, Any]:
    """Totals, deltas, baseline and intervals of the whole."""
    (without, with_it), (maybe_without, maybe_with) = (
        [figures(sums, cost) for sums in _sums(change)] for change in (expected, drawn)
    )
    moved = {name.removesuffix("_delta"): value for name, value in deltas(with_it, without).items()}
    return {
        "totals": plain(with_it), "baseline": plain(without), "deltas": plain(moved),
        "intervals": intervals(maybe_with | deltas(maybe_with, maybe_without)),
    }  # fmt: skip


def _sums(change: KpiChange) -> tuple[Floats, Floats]:
    """(3, ...) sums over the cells without and with the promotion."""
    before = change.base.sum(axis=-1)
    return before, before + change.sold.gain.sum(axis=-1) + change.sold.taken.sum(axis=-1)


def _cannibalised(response: Response, sold: PromoEffect, drawn: KpiChange) -> dict[str, dict[str, Any]]:
    """Departments that promotions of others change, by name; what is lost is positive."""
    found = {}
    for name in sorted({cell.department for cell in response.cells}):
        mine = [at for at, cell in enumerate(response.cells) if cell.department == name]
        usual, lost = float(response.sales[mine].sum()), -float(sold.taken[0, mine].sum())
        draws = -drawn.sold.taken[0][:, mine].sum(axis=1)
        shares = 100 * draws / np.maximum(drawn.base[0][:, mine].sum(axis=1), 1e-9)
        if usual > 0 and np.abs(draws).max() > LEAST_LOSS_SHARE * usual:
            money, share = interval(draws), interval(shares)
            channel, most = _strongest(response, sold, mine)
            found[name] = {
                "sales_value": lost, "lower": money[0], "upper": money[1], "share_pct": 100 * lost / usual,
                "share_lower_pct": share[0], "share_upper_pct": share[1], "channel": channel,
                "channel_share_pct": most,
            }  # fmt: skip
    return found


def _strongest(response: Response, sold: PromoEffect, mine: list[int]) -> tuple[str, float]:
    """The sales channel that loses most (gains most, where none loses), and its loss in percent of its
    baseline."""
    shares = {channel: taken_pct(response, sold, mine, channel) for channel in _channels(response, mine)}
    loses = any(share > 0 for share in shares.values())
    worst = (max if loses else min)(shares, key=lambda channel: shares[channel])
    return worst, shares[worst]


def _channels(response: Response, mine: list[int]) -> list[str]:
    return sorted({response.cells[at].channel for at in mine})


def _notes(
    scenario: PromoScenario, baseline: Baseline, uplift: Uplift, lines: Sequence[LineKpis]
) -> Iterator[str]:
    yield from line_notes(lines)
    if scenario.geo != ALL_GEOS and {cell.geo for cell in baseline.days.cells} == {ALL_GEOS}:
        yield f"The sales are not told apart by geo: for {scenario.geo}, the whole shop is shown."
    if not uplift.converged:
        yield uplift.warnings[0]
