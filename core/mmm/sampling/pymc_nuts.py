"""Sampling of the PyMC model with nutpie; its draws in the kernel's parameters, so that results are the same.

Importing this file imports neither PyMC nor nutpie; compiling a model does.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.mmm.model.parameters import Layout
from core.mmm.model.pymc_model import build_pymc_model
from core.mmm.model.structure import Structure
from core.mmm.sampling.nuts import Progress, Sampler, SamplerSettings, Trace, kept_draws, run_chains

Floats = NDArray[np.float64]


def compile_pymc(structure: Structure) -> Sampler:
    """What draws from the PyMC model of a structure; takes effort, progress and cores, like `sample`."""
    import nutpie

    # Noise and spread start where those of the kernel do.
    model = build_pymc_model(structure, explicit=False)
    starts = {"noise": np.full(len(structure.panel.geos), 0.1)}
    if structure.layout.geo_place >= 0:
        starts["geo_spread"] = np.full(len(structure.config.channels), 0.3)
    compiled = nutpie.compile_pymc_model(model, initial_points=starts, var_names=_names(structure.layout))
    return partial(_sample, structure, compiled)


def _names(layout: Layout) -> list[str]:
    """The variables whose draws make up the kernel's point, in the order of its parameters' first places."""
    return list(dict.fromkeys(name.partition("[")[0] for name in layout.names))


def _sample(
    structure: Structure, compiled: Any, effort: SamplerSettings, progress: Progress | None, cores: int
) -> Trace:
    # A compiled model makes its chains' starting points from the effort's seed.
    model = compiled._make_model(None)
    results = run_chains(model, effort, progress, cores)
    names = _names(structure.layout)
    draws, diverging, steps = kept_draws(results, names)
    return Trace(points_of(structure.layout, dict(zip(names, draws, strict=True))), diverging, steps)


def points_of(layout: Layout, draws: dict[str, Floats]) -> Floats:
    """(chain, draw, parameter) unconstrained points of the kernel from natural values by variable.

    Each value is (chain, draw, size), its entries in the order of the layout's parameters of that name.
    """
    chains, count, _ = next(iter(draws.values())).shape
    points = np.empty((chains, count, layout.size))
    for name, values in draws.items():
        places = [place for place, own in enumerate(layout.names) if own.partition("[")[0] == name]
        points[..., places] = _unconstrained(name, values)
    return points


def _unconstrained(name: str, values: Floats) -> Floats:
    if name == "geo_offset":
        return values
    # Rounding may bring an extreme draw to the border itself.
    positive = np.maximum(values, 1e-300)
    if name == "retention":
        return np.asarray(np.log(positive) - np.log1p(-np.minimum(values, 1 - 1e-16)))
    return np.asarray(np.log(positive))
