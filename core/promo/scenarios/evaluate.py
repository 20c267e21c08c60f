"""What a promotion is expected to bring: the figures of the whole shop over its days, with their intervals.

Expectations come from expectations of their parts (see `response`), intervals from joint draws of all parts
(see `unknowns`). The dip behind the promotion is told apart and lies in no other figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.promo.baseline import Baseline
from core.promo.days import ALL_GEOS
from core.promo.scenarios.after import after_of
from core.promo.scenarios.breakdown import KpiChange, rows_of, splits
from core.promo.scenarios.figures import deltas, figures, interval, intervals, plain
from core.promo.scenarios.historical_range import seen_ranges
from core.promo.scenarios.kpis import LineKpis, PromoKpis
from core.promo.scenarios.lines import line_kpis, line_notes
from core.promo.scenarios.period import PromoPeriod, period_of, refuse_unknown
from core.promo.scenarios.response import Aims, Response, Sold, response_of, sell, taken_pct
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.settings import PromoSettings
from core.promo.scenarios.unknowns import Unknowns, unknowns_of
from core.promo.uplift import Uplift

Floats = NDArray[np.float64]
LEAST_LOSS_SHARE = 1e-6  # of a department's sales: less is no cannibalisation to report


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
    unknowns = unknowns_of(response, aims, period, baseline, uplift)
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
        after=after_of(period, aims, unknowns, baseline, uplift),
        notes=tuple(_notes(scenario, baseline, uplift, found)),
        period_start=scenario.start,
        period_end=scenario.end,
        model_version=uplift.version,
        seen=seen_ranges(baseline.days, period.cells, uplift, scenario.days),
        response=response,
    )  # fmt: skip


def response_in(period: PromoPeriod, uplift: Uplift, settings: PromoSettings) -> Response:
    """The expectations of a period, which searches run on."""
    shares = {segment.segment_id: segment.revenue_share for segment in settings.known_segments}
    return response_of(period.cells, period.base, uplift, shares)


def _drawn(response: Response, aims: Aims, unknowns: Unknowns) -> KpiChange:
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


def _cannibalised(response: Response, sold: Sold, drawn: KpiChange) -> dict[str, dict[str, Any]]:
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


def _strongest(response: Response, sold: Sold, mine: list[int]) -> tuple[str, float]:
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
