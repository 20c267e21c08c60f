"""The score of a forecast as sums, so that slices add up and every ratio is taken once, at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

import numpy as np
from numpy.typing import NDArray

from core.mmm.results.accuracy import crps

Floats = NDArray[np.float64]
LEVEL = 0.9


@dataclass(frozen=True)
class Scores:
    """Sums over `cases` (one a geo and period) of a forecast against what happened, in KPI units.

    `inside` counts the cases inside the 90 % interval. Scores of several slices are added.
    """

    cases: float = 0.0
    crps_sum: float = 0.0
    absolute_error: float = 0.0
    absolute_actual: float = 0.0
    squared_error: float = 0.0
    actual: float = 0.0
    squared_actual: float = 0.0
    inside: float = 0.0

    def __add__(self, other: Scores) -> Scores:
        mine, theirs = asdict(self), asdict(other)
        return Scores(**{name: mine[name] + theirs[name] for name in mine})

    @property
    def crps(self) -> float:
        """Mean continuous ranked probability score in KPI units; lower is better."""
        return _ratio(self.crps_sum, self.cases)

    @property
    def wmape(self) -> float:
        """Sum of absolute errors of the mean over the sum of the KPI (0..1)."""
        return _ratio(self.absolute_error, self.absolute_actual)

    @property
    def coverage(self) -> float:
        """Share of cases inside the 90 % interval; 0.9 is right."""
        return _ratio(self.inside, self.cases)

    @property
    def r2(self) -> float:
        """1 - squared errors over squared deviations from the mean of what happened; NaN without any."""
        spread = self.squared_actual - _ratio(self.actual**2, self.cases)
        # What rounding leaves of equal values is no variation.
        return 1 - self.squared_error / spread if spread > 1e-9 * self.squared_actual else float("nan")

    def to_json(self) -> dict[str, float]:
        """Plain numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, float]) -> Scores:
        """The scores that `to_json` wrote."""
        return cls(**{field.name: float(plain[field.name]) for field in fields(cls)})


def score(actual: Floats, draws: Floats) -> Scores:
    """The score of `draws` (draw, ...) of a predictive distribution against `actual` (...)."""
    flat, cases = actual.ravel(), draws.reshape(len(draws), -1)
    error = flat - cases.mean(axis=0)
    lower, upper = np.quantile(cases, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return Scores(
        cases=float(flat.size),
        crps_sum=float(crps(flat, cases).sum()),
        absolute_error=float(np.abs(error).sum()),
        absolute_actual=float(np.abs(flat).sum()),
        squared_error=float((error**2).sum()),
        actual=float(flat.sum()),
        squared_actual=float((flat**2).sum()),
        inside=float(((flat >= lower) & (flat <= upper)).sum()),
    )


def _ratio(above: float, below: float) -> float:
    return above / below if below else float("nan")
