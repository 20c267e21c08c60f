"""Daily sales explained: one Gaussian regression on the log scale, solved exactly.

The posterior of all coefficients is Normal; the noise is the one that maximises the marginal likelihood
(expectation-maximisation, MacKay 1992). Event effects come with their joint covariance, in which the
uncertainty of baseline, dip and cannibalisation is already contained.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csc_array

from core.errors import UserError
from core.promo.days import CellDays, Floats
from core.promo.events import PromoEvent, event_places, events_of
from core.promo.terms import WEEK, Term, Widths, calendar_terms, promo_terms, week_terms
from core.threads import one_core

EVENT_WIDTH = 100.0  # as good as none: what an event brought is left to the data
ROUNDS = 30
LEAST_DAYS = 28
LEAST_NOISE = 1e-4  # of log sales: made-up data without any noise would leave nothing to divide by
LEAST_WEEK = 0.002
BLOCK = 4096  # rows of a forecast whose variance is worked out at once


@dataclass(frozen=True)
class Regression:
    """The posterior of the log regression.

    `names`, `mean` (term,) and `covariance` (term, term) of the calendar and promotion terms; `event_mean`
    (event,) log effects with their `event_covariance` (event, event); `noise_sd` of the log of a cell's daily
    measure, `week_sd` of what every week has of its own in all cells. `centre` (cell,) is the mean log of a
    cell's daily measure, about which its level is sought.
    """

    days: CellDays
    events: tuple[PromoEvent, ...]
    names: tuple[tuple[str, ...], ...]
    mean: Floats
    covariance: Floats
    noise_sd: float
    week_sd: float
    widths: Widths
    event_mean: Floats
    event_covariance: Floats
    centre: Floats = field(default_factory=lambda: np.zeros(1))  # models kept before have it in their levels

    @property
    def effects(self) -> tuple[Floats, Floats]:
        """(event,) log effects and their (event, event) covariance."""
        return self.event_mean, self.event_covariance

    def effect_of(self, *name: str) -> tuple[float, float]:
        """Mean and sd of one term on the log scale; UserError where there is none of that name."""
        if name not in self.names:
            raise UserError(f"The sales say nothing about {' '.join(name)}.")
        at = self.names.index(name)
        return float(self.mean[at]), float(np.sqrt(self.covariance[at, at]))

    def calendar(self, dates: pd.DatetimeIndex) -> tuple[Floats, Floats]:
        """(cell, day) mean and variance of the log baseline at `dates`, the days' noise excluded."""
        design, places = self.calendar_design(dates)
        covariance = self.covariance[np.ix_(places, places)]
        rows = design.tocsr()
        spread = np.concatenate(
            [
                np.asarray(rows[at : at + BLOCK].multiply(rows[at : at + BLOCK] @ covariance).sum(axis=1))
                for at in range(0, rows.shape[0], BLOCK)
            ]
        )
        shape = (len(self.days.cells), len(dates))
        logs = (design @ self.mean[places]).reshape(shape) + self.centre[:, None]
        return logs, spread.reshape(shape) + self.week_sd**2

    def calendar_design(self, dates: pd.DatetimeIndex) -> tuple[csc_array, NDArray[np.int64]]:
        """(cell x day, calendar term) design at `dates`, and the places of its terms in `names`."""
        every = np.ones((len(self.days.cells), len(dates)), bool)
        design, terms = _design(calendar_terms(self.days, dates, self.widths), every)
        place = {name: at for at, name in enumerate(self.names)}
        return design, np.array([place[name] for name, _ in terms])


def explain(days: CellDays, measure: Floats, widths: Widths | None = None) -> Regression:
    """The regression of one measure (cell, day) of the cube, sales or units; days without any are left out.

    UserError where the history is shorter than four weeks.
    """
    with one_core():
        return _explained(days, measure, widths or Widths())


def _explained(days: CellDays, measure: Floats, widths: Widths) -> Regression:
    events = events_of(days)
    places = event_places(days, events)
    # A promotion of unknown depth is neither an event to learn from nor a day without promotion.
    used = (np.nan_to_num(measure) > 0) & ~(days.promo & (places < 0))
    if len(days.dates) < LEAST_DAYS or not used.any():
        raise UserError(f"{len(days.dates)} days of sales are too few: at least {LEAST_DAYS} are needed.")
    every = chain(
        calendar_terms(days, days.dates, widths), week_terms(days, widths), promo_terms(days, widths)
    )
    design, terms = _design(every, used)
    prior = np.array([width for _, width in terms]) ** -2.0
    centre = _centre(days, measure, used)
    target = np.log(measure[used]) - np.broadcast_to(centre[:, None], measure.shape)[used]
    sums = _Sums.of(design, target, places[used], len(events))
    weeks = np.array([name[0] == WEEK for name, _ in terms])
    mean, covariance, noise, week = _solve(
        sums, prior, weeks, max(float(np.var(target)) / 10, LEAST_NOISE**2)
    )
    event_mean, event_covariance = sums.events(mean, covariance, noise**2)
    names = tuple(name for name, _ in terms)
    return Regression(
        days, events, names, mean, covariance, noise, week, widths, event_mean, event_covariance, centre
    )


def _centre(days: CellDays, measure: Floats, used: NDArray[np.bool_]) -> Floats:
    """(cell,) mean log of the measure on days without promotion; of all its days for a cell that is always on
    promotion, of the whole shop for one that never sold. A level of which nothing is known must not be free:
    its variance would blow up the mean of the forecast."""
    plain = used & ~days.promo
    chosen = plain | (used & ~plain.any(axis=1, keepdims=True))
    logs = np.log(np.where(used, measure, 1.0))
    count = chosen.sum(axis=1)
    own = np.where(chosen, logs, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(count > 0, own, float(logs[used].mean()))


def _design(
    terms: Iterable[Term], used: NDArray[np.bool_]
) -> tuple[csc_array, list[tuple[tuple[str, ...], float]]]:
    """(day in use, term) sparse design, and each term's name and width. Most terms concern one cell, so that
    a dense design of a hundred cells would be a hundred times larger."""
    kept, places, starts, found = [], [], [0], []
    for term in terms:
        column = term.values[used]
        at = np.flatnonzero(column)
        kept.append(column[at])
        places.append(at)
        starts.append(starts[-1] + len(at))
        found.append((term.name, term.width))
    shape = (int(used.sum()), len(found))
    return csc_array((np.concatenate(kept), np.concatenate(places), starts), shape=shape), found


@dataclass(frozen=True)
class _Sums:
    """Sums of squares and products of the normal equations. A day belongs to one event at most, so that the
    events' block is diagonal and is eliminated (Schur complement): `count` (event,) days of each, `across`
    (term, event), `total` (event,) of the target."""

    square: Floats
    along: Floats
    whole: float
    rows: int
    across: Floats
    count: Floats
    total: Floats

    @classmethod
    def of(cls, design: csc_array, target: Floats, event: NDArray[np.int64], events: int) -> _Sums:
        inside = np.flatnonzero(event >= 0)
        ones = np.ones(len(inside))
        flags = csc_array((ones, (inside, event[inside])), shape=(len(target), events))
        square, across = (design.T @ design).toarray(), (design.T @ flags).toarray()
        count, total = np.bincount(event[inside], minlength=events), flags.T @ target
        return cls(
            square, design.T @ target, float(target @ target), len(target), across, count.astype(float), total
        )

    def weights(self, variance: float) -> Floats:
        """(event,) posterior variance of each event's effect were the calendar known."""
        return np.asarray(1 / (self.count / variance + EVENT_WIDTH**-2.0))

    def terms(self, prior: Floats, variance: float) -> tuple[Floats, Floats]:
        """Posterior mean and covariance of the terms, the events integrated out."""
        small = self.across * self.weights(variance) / variance**2
        factor = cho_factor(self.square / variance + np.diag(prior) - small @ self.across.T)
        covariance = cho_solve(factor, np.eye(len(prior)))
        return covariance @ (self.along / variance - small @ self.total), covariance

    def events(self, mean: Floats, covariance: Floats, variance: float) -> tuple[Floats, Floats]:
        """(event,) mean and (event, event) covariance of the events' effects."""
        small = self.weights(variance)
        turn = small[:, None] * self.across.T / variance
        return small * self.total / variance - turn @ mean, turn @ covariance @ turn.T + np.diag(small)

    def noise(self, mean: Floats, covariance: Floats, variance: float) -> float:
        """The noise's variance that the posterior expects: mean squared residual, the coefficients' own
        uncertainty counted in."""
        small = self.weights(variance)
        turn = small[:, None] * self.across.T / variance
        event = small * self.total / variance - turn @ mean
        missed = self.whole - 2 * (mean @ self.along + event @ self.total)
        missed += mean @ self.square @ mean + 2 * mean @ self.across @ event + self.count @ event**2
        mixed = covariance @ turn.T
        unsure = (self.square * covariance).sum() - 2 * (self.across * mixed).sum()
        unsure += self.count @ (small + (turn * mixed.T).sum(axis=1))
        return float((missed + unsure) / self.rows)


def _solve(
    sums: _Sums, prior: Floats, weeks: NDArray[np.bool_], variance: float
) -> tuple[Floats, Floats, float, float]:
    """Posterior mean and covariance of the terms, and the sd of noise and weeks that fit best, sought from
    `variance` and the `prior` of `weeks`."""
    for _ in range(ROUNDS):
        mean, covariance = sums.terms(prior, variance)
        before, variance = variance, max(sums.noise(mean, covariance, variance), LEAST_NOISE**2)
        size = max(float((mean[weeks] ** 2 + np.diag(covariance)[weeks]).mean()), LEAST_WEEK**2)
        moved = abs(size * float(prior[weeks][0]) - 1)
        prior = np.where(weeks, 1 / size, prior)
        if abs(variance / before - 1) < 1e-4 and moved < 1e-2:
            break
    return mean, covariance, float(np.sqrt(variance)), float(np.sqrt(size))
