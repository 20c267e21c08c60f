"""What a schedule of spend adds: draws by channel, inside the horizon and after it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.mmm.arrays import Floats
from core.mmm.cents import round_to_sum
from core.mmm.fitted import FittedMMM
from core.mmm.model.media import media_per_money
from core.mmm.model.transforms import carry, saturate

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from core.mmm.numba_cache import kernel
from core.mmm.optimiser.horizon import Horizon, horizon_of, own_exposure_per_spend
from core.mmm.planning.answers import ChannelOutcome
from core.mmm.planning.basis import PlanBasis
from core.mmm.results.evidence import Estimate

MOST_DRAWS, FEWEST_DRAWS = 500, 150
CELLS = 20_000  # draws x geos x channels that answer within a second
STEP = 0.01


@kernel
def effects_kernel(
    money, past, weights, rate, saturation, half, slope, beta, value, by_period, window, after, earned, more
):
    """Fill KPI by (draw, period), and by (draw, channel): KPI inside the horizon and after it, money earned
    inside it, and money earned by one per unit more spend (to first order).

    `money` (geo, period, channel), with a single geo where all keep their shares; `past` (draw, channel, geo,
    period with the tail) carried exposure of the past; `rate` (draw, geo, channel) exposure per money;
    `value` (geo,) money per unit of KPI.
    """
    draws, channels, geos, length = past.shape
    periods = money.shape[1]
    series, own, carried = np.zeros(length), np.empty(length), np.empty(length)
    response, elasticity, spare = np.empty(length), np.empty(length), np.empty(length)
    for s in range(draws):
        for c in range(channels):
            for g in range(geos):
                if g < money.shape[0]:
                    series[:periods] = money[g, :, c]
                    carry(series, weights[s, c], own)
                step, level = rate[s, g, c], beta[s, g, c]
                for t in range(length):
                    carried[t] = past[s, c, g, t] + step * own[t]
                saturate(saturation[c], carried, half[s, c], slope[s, c], response, elasticity, spare)
                inside = late = next_one = 0.0
                for t in range(periods):
                    inside += response[t]
                    by_period[s, t] += level * response[t]
                    if carried[t] > 0.0:
                        next_one += elasticity[t] * step * own[t] / carried[t]
                for t in range(periods, length):
                    late += response[t]
                window[s, c] += level * inside
                after[s, c] += level * late
                earned[s, c] += value[g] * level * inside
                more[s, c] += value[g] * level * next_one


@dataclass(frozen=True)
class PlanEffects:
    """Draws of the incremental KPI of a schedule, all geos together.

    `by_period` (draw, period): KPI inside the horizon; `window`, `after` (draw, channel): KPI inside it and
    carried over after it, earlier spend still at work included; `earned`, `extra` (draw, channel): money
    earned inside the horizon by its own spend, and by 1 % more of it; `spend` (channel,).
    """

    by_period: Floats
    window: Floats
    after: Floats
    earned: Floats
    extra: Floats
    spend: Floats

    @property
    def total(self) -> Floats:
        """(draw,) KPI inside the horizon and after it."""
        both: Floats = self.window.sum(axis=1) + self.after.sum(axis=1)
        return both

    def whole_roas(self, level: float) -> Estimate | None:
        """Incremental return of all spend together; None where nothing is spent."""
        spent = float(self.spend.sum())
        return Estimate.of(self.earned.sum(axis=1) / spent, level) if spent > 0 else None


def draws_of(model: FittedMMM) -> int:
    """How many draws the plans of a model rest on: fewer where many geos make each of them dear.

    The same number for every plan of a model, so that plans are compared draw by draw.
    """
    series = len(model.geos) * len(model.channels)
    return min(MOST_DRAWS, max(FEWEST_DRAWS, CELLS // series), model.posterior.draws)


@dataclass(frozen=True)
class EffectsContext:
    """What any schedule over a horizon works on, made once: carried-over past, prices, response draws.

    `value` (geo,) money per unit of KPI; `from_past` (draw, channel) money earned inside the horizon by
    earlier spend alone; `own_rate` (draw, geo, channel) what one unit of a geo's own money buys there; at the
    national price where the channel rested in the geo.
    """

    horizon: Horizon
    value: Floats
    from_past: Floats
    own_rate: Floats


def effects_context(model: FittedMMM, periods: int, draws: int | None = None) -> EffectsContext:
    """The context of every schedule over `periods` periods right after the data."""
    posterior = model.thinned(draws or draws_of(model))
    empty = np.zeros((periods, len(model.channels)))
    horizon = horizon_of(model.structure, posterior.media, empty)
    value = np.ascontiguousarray(model.structure.panel.value[:, -1])
    _, own = media_per_money(model.structure, posterior.media, own_exposure_per_spend(model.structure))
    context = EffectsContext(horizon, value, np.zeros(horizon.media.half.shape), own)
    return replace(context, from_past=_effects(context, empty[None], empty).earned)


def plan_effects(
    model: FittedMMM, schedule: pd.DataFrame, draws: int | None = None, context: EffectsContext | None = None
) -> PlanEffects:
    """Draws of the KPI of a schedule right after the data, K = sum over g, t, c of beta saturate(adstock(x)).

    `schedule`: spend by period of the horizon (rows) and paid channel (columns), geos keeping their shares;
    or long rows date, geo, channel, spend, where geos have spend of their own. Media keep their prices; after
    the horizon nothing is spent. `draws` of the posterior are used, by default `draws_of(model)`; a `context`
    of the same horizon saves most of the time. Returns arrays (draw, ...) in KPI units and money.
    """
    if "geo" in schedule.columns:
        wide = schedule.pivot_table(index=["geo", "date"], columns="channel", values="spend", aggfunc="sum")
        by_geo = [wide.loc[geo].sort_index()[list(model.channels)].to_numpy(float) for geo in model.geos]
        money = np.stack(by_geo)
        whole = money.sum(axis=0)
    else:
        whole = schedule[list(model.channels)].to_numpy(dtype=float)
        money = whole[None]
    return _effects(context or effects_context(model, len(whole), draws), money, whole)


def _effects(context: EffectsContext, money: Floats, whole: Floats) -> PlanEffects:
    horizon = context.horizon
    rate = context.own_rate if len(money) > 1 else horizon.rate
    media, shape = horizon.media, horizon.media.half.shape
    by_period = np.zeros((shape[0], len(whole)))
    window, after, earned, more = (np.zeros(shape) for _ in range(4))
    effects_kernel(
        np.ascontiguousarray(money), horizon.past, media.weights, rate, media.saturation, media.half,
        media.slope, media.beta, context.value, by_period, window, after, earned, more,
    )  # fmt: skip
    return PlanEffects(by_period, window, after, earned - context.from_past, more * STEP, whole.sum(axis=0))


def estimates(draws: Floats, level: float) -> tuple[Estimate, ...]:
    """Mean and central interval of each column of `draws` (draw, column)."""
    lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    rows = zip(draws.mean(axis=0).tolist(), lower.tolist(), upper.tolist(), strict=True)
    return tuple(Estimate(*row) for row in rows)


def channel_outcomes(
    basis: PlanBasis, before: PlanEffects, after: PlanEffects, recent: dict[str, float], level: float
) -> tuple[ChannelOutcome, ...]:
    """Each channel before and after; `recent` is its recent money."""
    # Cents are rounded together: the parts of the table add up to its total.
    spent_before, spent_after = round_to_sum(before.spend), round_to_sum(after.spend)
    kpi_before, kpi_after = estimates(before.window, level), estimates(after.window, level)
    roas_before = _returns(before.earned, before.spend, level)
    roas_after = _returns(after.earned, after.spend, level)
    next_roas = _returns(after.extra, after.spend * STEP, level)
    return tuple(
        ChannelOutcome(
            channel=name,
            recent_value=recent[name],
            before_value=spent_before[place],
            after_value=spent_after[place],
            seen_value=basis.largest[name],
            kpi_before=kpi_before[place],
            kpi_after=kpi_after[place],
            roas_before=roas_before[place],
            roas_after=roas_after[place],
            next_roas=next_roas[place],
        )
        for place, name in enumerate(basis.channels)
    )


def _returns(earned: Floats, spend: Floats, level: float) -> list[Estimate | None]:
    """Money earned per unit of spend, by channel; None where nothing is spent."""
    found = estimates(earned / np.where(spend > 0, spend, 1.0), level)
    return [own if spent > 0 else None for own, spent in zip(found, spend, strict=True)]
