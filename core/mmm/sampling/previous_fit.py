"""What an earlier fit knows about the parameters of a new one: where they lie and how they move together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.mmm.fitted import FittedMMM
from core.mmm.model.parameters import Layout
from core.mmm.model.prior_draws import draw_prior
from core.mmm.model.structure import Structure
from core.mmm.sampling.parametrisation import recentred
from core.mmm.sampling.precondition import Coordinates, coordinates_from

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trusted:
    """When an earlier posterior may lead a new fit: the `share` of the new parameters it must know, its
    effective draws and R-hat, and the size beyond which a covariance costs more than it gives."""

    share: float = 2 / 3
    ess: float = 100.0
    r_hat: float = 1.05
    parameters: int = 400


@dataclass(frozen=True)
class PreviousFit:
    """An earlier posterior: `layout` names its parameters, `points` (draw, parameter) are its draws."""

    layout: Layout
    points: Floats
    sound: bool

    def coordinates(self, structure: Structure, rules: Trusted | None = None) -> Coordinates | None:
        """Coordinates for a fit of `structure`; parameters that are new come from the prior, unrelated.

        None where the earlier posterior is not sound, or knows too few of the parameters.
        """
        rules, names = rules or Trusted(), structure.layout.names
        known = set(names) & set(self.layout.names)
        if not self.sound or len(known) < rules.share * len(names) or len(names) > rules.parameters:
            return None
        prior = draw_prior(structure.layout, 2000, np.random.default_rng(0))
        mean, covariance = prior.mean(axis=0), np.diag(prior.var(axis=0))
        here = [k for k, name in enumerate(names) if name in known]
        there = [self.layout.names.index(names[k]) for k in here]
        points = self._centred_as(structure.layout)[:, there]
        mean[here], covariance[np.ix_(here, here)] = points.mean(axis=0), np.cov(points, rowvar=False)
        return coordinates_from(mean, covariance)

    def _centred_as(self, wanted: Layout) -> Floats:
        """The points with geo effects as `wanted` samples them, where both have the geo and the channel."""
        own = self.layout
        if own.geo_place < 0 or wanted.geo_place < 0:
            return self.points
        names = wanted.names[wanted.geo_place : wanted.noise_place]
        asked = dict(zip(names, wanted.centring.ravel().tolist(), strict=True))
        kept = [asked.get(name, 0.0) for name in own.names[own.geo_place : own.noise_place]]
        same = replace(own, centring=np.array(kept).reshape(own.centring.shape))
        return recentred(self.points, own, same)


def earlier_of(model: FittedMMM, rules: Trusted | None = None) -> PreviousFit:
    """What `model` knows; not sound where it has not converged or has too few draws for a covariance."""
    rules, size = rules or Trusted(), model.trace.shape[-1]
    points, told = model.trace.reshape(-1, size), model.diagnostics
    sound = (
        len(points) > 5 * size
        and told.get("min_ess_bulk", 0.0) >= rules.ess
        and told.get("max_rhat", np.inf) <= rules.r_hat
    )
    return PreviousFit(model.structure.layout, points, bool(sound))
