"""How a posterior is walked: which effects are centred, in which coordinates, from which start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.mmm.model.structure import Structure
from core.mmm.sampling.mode import Mode, find_mode
from core.mmm.sampling.parametrisation import centred_where_known, recentred
from core.mmm.sampling.precondition import (
    CoordinateOrigin,
    Coordinates,
    Reach,
    coordinates_at,
    mismatch,
    plain_coordinates,
)
from core.mmm.sampling.previous_fit import PreviousFit

BOLD, CAREFUL = 0.85, 0.9


@dataclass(frozen=True)
class Initialisation:
    """The structure as it is sampled, and the coordinates in which its chains move."""

    structure: Structure
    coordinates: Coordinates

    @property
    def warm(self) -> bool:
        """Whether an earlier posterior leads the chains."""
        return self.coordinates.origin == CoordinateOrigin.EARLIER

    @property
    def target_accept(self) -> float:
        """The wanted acceptance: shorter steps where nothing makes the posterior round, and where the spread
        of geo effects narrows it to a neck."""
        layout = self.structure.layout
        neck = layout.geo_place >= 0 and not layout.centring.all()
        return CAREFUL if neck or self.coordinates.origin == CoordinateOrigin.NONE else BOLD

    @property
    def facts(self) -> dict[str, Any]:
        """preconditioner, warm_start, and the channels some of whose geo effects are centred."""
        centred = np.flatnonzero(self.structure.layout.centring.any(axis=0))
        return {
            "preconditioner": str(self.coordinates.origin),
            "warm_start": self.warm,
            "centred": [self.structure.config.channels[c] for c in centred],
        }


def approach_to(
    structure: Structure, earlier: PreviousFit | None = None, reach: Reach | None = None
) -> Initialisation:
    """The way that promises most draws for its price: an earlier posterior where it fits, else curvature.

    Both kinds of geo effects are tried; the first whose posterior is enough like a Gaussian is taken. Where
    neither is, the parameters are sampled as they are: the sampler's own tuning is then the best guide.
    """
    reach = reach or Reach()
    if structure.layout.size > reach.parameters:
        return Initialisation(structure, plain_coordinates(structure))
    for own, mode in _ways(structure):
        most = reach.crooked_centred if own.layout.centring.any() else reach.crooked
        curved = coordinates_at(mode, reach)
        if mode.found and mismatch(own, curved) <= most:
            return Initialisation(own, _better(own, curved, earlier, reach))
    return Initialisation(structure, _better(structure, plain_coordinates(structure), earlier, reach))


def _better(structure: Structure, own: Coordinates, earlier: PreviousFit | None, reach: Reach) -> Coordinates:
    """The earlier posterior's coordinates where it knows the parameters and new rows changed little, else
    `own`."""
    known = earlier.coordinates(structure) if earlier else None
    return known if known and mismatch(structure, known, rank=0.5) <= reach.changed else own


def _ways(structure: Structure) -> list[tuple[Structure, Mode]]:
    """The structure as it is, and with effects centred where the data know them; each with its mode."""
    mode = find_mode(structure)
    centred = centred_where_known(structure, mode)
    if not centred.layout.centring.any():
        return [(structure, mode)]
    start = recentred(mode.point, structure.layout, centred.layout)
    return [(structure, mode), (centred, find_mode(centred, start))]
