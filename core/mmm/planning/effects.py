"""What a schedule of spend causes: draws by channel, inside the horizon and after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.answers.evidence import Estimate
from core.mmm.fitted import FittedMMM
from core.mmm.model.media import MediaDraws, exposure_per_spend, media_terms, reference_frequency
from core.mmm.model.structure import scaled_exposure
from core.mmm.planning.answers import ChannelOutcome
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.values import round_to_sum

Floats = NDArray[np.float64]
MOST_DRAWS, FEWEST_DRAWS = 500, 150
CELLS = 20_000  # draws x geos x channels that answer within a second
STEP = 0.01


@dataclass(frozen=True)
class PlanEffects:
    """Draws of what a schedule causes, all geos together.

    `by_period` (draw, period): KPI inside the horizon; `window`, `after` (draw, channel): KPI inside it and
    carried over after it, earlier spend still at work included; `earned`, `extra` (draw, channel): money
    caused inside the horizon by its own spend, and by 1 % more of it; `spend` (channel,).
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

    def roas(self, channel: int, level: float) -> Estimate | None:
        """Incremental return of the channel's own spend; None where it has none."""
        spent = self.spend[channel]
        return Estimate.of(self.earned[:, channel] / spent, level) if spent > 0 else None

    def next_roas(self, channel: int, level: float) -> Estimate | None:
        """Incremental return of 1 % more spend on the channel; None where it has none."""
        spent = self.spend[channel] * STEP
        return Estimate.of(self.extra[:, channel] / spent, level) if spent > 0 else None


def draws_of(model: FittedMMM) -> int:
    """How many draws the plans of a model rest on: fewer where many geos make each of them dear.

    The same number for every plan of a model, so that plans are compared draw by draw.
    """
    series = len(model.geos) * len(model.channels)
    return min(MOST_DRAWS, max(FEWEST_DRAWS, CELLS // series), model.posterior.draws)


def plan_effects(model: FittedMMM, schedule: pd.DataFrame, draws: int | None = None) -> PlanEffects:
    """Effects of money by period of the horizon (rows) and paid channel (columns), right after the data.

    Geos keep their shares and media their prices; after the horizon nothing is spent.
    """
    money = schedule[list(model.channels)].to_numpy(dtype=float)
    media = model.thinned(draws or draws_of(model)).media.of(np.arange(len(model.channels)))
    value = model.structure.panel.value[:, -1]
    actual = _terms(model, media, money)
    caused = actual.sum(axis=1)
    periods = len(money)
    own = _in_money(actual, value, periods) - _in_money(_terms(model, media, money * 0), value, periods)
    more = _in_money(_terms(model, media, money * (1 + STEP)) - actual, value, periods)
    return PlanEffects(
        by_period=caused[:, :periods].sum(axis=-1),
        window=caused[:, :periods].sum(axis=1),
        after=caused[:, periods:].sum(axis=1),
        earned=own,
        extra=more,
        spend=money.sum(axis=0),
    )


def outcomes(
    basis: PlanBasis, before: PlanEffects, after: PlanEffects, recent: dict[str, float], level: float
) -> tuple[ChannelOutcome, ...]:
    """Each channel before and after; `recent` is its recent money."""
    # Cents are rounded together: the parts of the table add up to its total.
    spent_before, spent_after = round_to_sum(before.spend), round_to_sum(after.spend)
    return tuple(
        ChannelOutcome(
            channel=name,
            recent_value=recent[name],
            before_value=spent_before[place],
            after_value=spent_after[place],
            seen_value=basis.seen[name],
            kpi_before=Estimate.of(before.window[:, place], level),
            kpi_after=Estimate.of(after.window[:, place], level),
            roas_before=before.roas(place, level),
            roas_after=after.roas(place, level),
            next_roas=after.next_roas(place, level),
        )
        for place, name in enumerate(basis.channels)
    )


def _terms(model: FittedMMM, media: MediaDraws, money: Floats) -> Floats:
    """(draw, geo, period, channel) KPI over the horizon and the carry-over after it."""
    structure = model.structure
    tail, paid = structure.lags - 1, len(model.channels)
    past = scaled_exposure(structure.panel, structure.scales)[..., -tail or None :]
    planned = np.zeros((len(past), len(model.geos), len(money)))
    rate = np.nan_to_num(exposure_per_spend(structure))
    planned[:paid] = rate.T[:, :, None] * money.T[:, None, :]
    planned[len(model.config.channels) :] = reference_frequency(structure).T[:, :, None]
    quiet = np.zeros((len(past), len(model.geos), tail))
    past = past if tail else past[..., :0]
    exposure = np.ascontiguousarray(np.concatenate([past, planned, quiet], axis=-1))
    return media_terms(media, exposure, past.shape[-1])


def _in_money(terms: Floats, value: Floats, periods: int) -> Floats:
    """(draw, channel) money earned inside the horizon."""
    earned: Floats = np.einsum("sgtc,g->sc", terms[:, :, :periods], value)
    return earned
