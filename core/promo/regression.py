"""Daily sales explained: one Gaussian regression on the log scale, solved exactly.

The posterior of all coefficients is Normal; the noise is the one that maximises the marginal likelihood
(expectation-maximisation, MacKay 1992). Event effects come with their joint covariance, in which the
uncertainty of baseline, dip and cannibalisation is already contained.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from core.errors import UserError
from core.promo.days import CellDays
from core.promo.events import Event, events_of
from core.promo.terms import Term, Widths, calendar_terms, event_columns, promo_terms

Floats = NDArray[np.float64]
EVENT_WIDTH = 100.0  # as good as none: what an event brought is left to the data
ROUNDS = 30
LEAST_DAYS = 28
LEAST_NOISE = 1e-4  # of log sales: made-up data without any noise would leave nothing to divide by


@dataclass(frozen=True)
class Regression:
    """`names` and posterior `mean` (term,), `covariance` (term, term) of the calendar's and promotions' terms
    and then the events; `noise_sd` of the log of a cell's daily measure; `residuals` (cell, day), NaN where
    nothing was sold."""

    days: CellDays
    events: tuple[Event, ...]
    names: tuple[tuple[str, ...], ...]
    mean: Floats
    covariance: Floats
    noise_sd: float
    residuals: Floats
    widths: Widths

    @property
    def effects(self) -> tuple[Floats, Floats]:
        """(event,) log effects and their (event, event) covariance."""
        terms = len(self.names)
        return self.mean[terms:], self.covariance[terms:, terms:]

    def effect_of(self, *name: str) -> tuple[float, float]:
        """Mean and sd of one term on the log scale; UserError where there is none of that name."""
        if name not in self.names:
            raise UserError(f"The sales say nothing about {' '.join(name)}.")
        at = self.names.index(name)
        return float(self.mean[at]), float(np.sqrt(self.covariance[at, at]))

    def calendar(self, dates: pd.DatetimeIndex) -> tuple[Floats, Floats]:
        """(cell, day) mean and variance of the log baseline at `dates`, noise excluded."""
        terms = list(calendar_terms(self.days, dates, self.widths))
        places = np.array([self.names.index(term.name) for term in terms])
        design = np.stack([term.values.ravel() for term in terms], axis=1)
        mean = design @ self.mean[places]
        spread = np.einsum("ij,jk,ik->i", design, self.covariance[np.ix_(places, places)], design)
        shape = (len(self.days.cells), len(dates))
        return mean.reshape(shape), spread.reshape(shape)


def explain(days: CellDays, measure: Floats, widths: Widths | None = None) -> Regression:
    """The regression of one measure (cell, day) of the cube, sales or units; days without any are left out.

    UserError where the history is shorter than four weeks.
    """
    widths = widths or Widths()
    used = np.nan_to_num(measure) > 0
    if len(days.dates) < LEAST_DAYS or not used.any():
        raise UserError(f"{len(days.dates)} days of sales are too few: at least {LEAST_DAYS} are needed.")
    terms = [*calendar_terms(days, days.dates, widths), *promo_terms(days, widths)]
    events = events_of(days)
    design = np.concatenate([_columns(terms, used), event_columns(days, events)[used]], axis=1)
    prior = np.r_[[term.width for term in terms], np.full(len(events), EVENT_WIDTH)] ** -2.0
    target = np.log(measure[used])
    mean, covariance, noise = _solve(design, target, prior)
    residuals = np.full(measure.shape, np.nan)
    residuals[used] = target - design @ mean
    names = tuple(term.name for term in terms)
    return Regression(days, events, names, mean, covariance, noise, residuals, widths)


def _columns(terms: list[Term], used: NDArray[np.bool_]) -> Floats:
    return np.stack([term.values[used] for term in terms], axis=1)


def _solve(design: Floats, target: Floats, prior: Floats) -> tuple[Floats, Floats, float]:
    """Posterior mean and covariance, and the noise that fits best."""
    square, along = design.T @ design, design.T @ target
    whole, rows = float(target @ target), len(target)
    variance = float(np.var(target)) * 0.1
    for _ in range(ROUNDS):
        factor = cho_factor(square / variance + np.diag(prior))
        mean = cho_solve(factor, along / variance)
        covariance = cho_solve(factor, np.eye(len(prior)))
        missed = whole - 2 * mean @ along + mean @ square @ mean
        before, variance = variance, max((missed + float((square * covariance).sum())) / rows, LEAST_NOISE**2)
        if abs(variance / before - 1) < 1e-4:
            break
    return np.asarray(mean), np.asarray(covariance), float(np.sqrt(variance))
