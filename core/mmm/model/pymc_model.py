"""The mix model as a PyMC model: the reference that the compiled kernel is proven against.

To be read, checked and extended by analysts; `fit(..., engine="pymc")` samples it. Importing this file does
not import PyMC, building the model does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.mmm.model.structure import Structure

if TYPE_CHECKING:
    import pymc as pm


def build_pymc_model(structure: Structure, explicit: bool = True) -> pm.Model:
    """The model of a structure (see `structure_of`) in PyMC, data included.

    Dims: geo, date, channel, lift_test, and one for each group of channels that has a parameter of its own.
    Free variables: total_share, split, iroas, retention (share left a week later), peak, shape, spread
    (periods), half (scaled exposure), slope, geo_spread, geo_offset, noise (in units of the geo's mean KPI).
    `explicit`: the KPI is an observed multivariate normal over the dates, easiest to read; otherwise a
    potential of the same value by the design's singular vectors, quicker to sample.
    Deterministic: share, geo_factor, contribution (geo, date, channel) in KPI units. Observed: kpi, lift.

    On the unconstrained scale its log density is that of the kernel plus log n, n the channels under the
    common share prior: the kernel samples their n log shares, PyMC the log total and n - 1 log ratios, and
    the map between the two has the constant determinant n.
    """
    import pymc as pm
    import pytensor.tensor as pt

    from core.mmm.model import pymc_terms as terms

    with pm.Model(coords=_coords(structure)) as model:
        share = terms.share_terms(structure)
        shapes = terms.shape_terms(structure)
        factor = terms.geo_terms(structure)
        exposure = structure.exposure[..., : structure.train]
        by_channel = [
            terms.respond(structure, shapes, channel, exposure[c], terms.frequency_of(structure, channel))
            for c, channel in enumerate(structure.config.channels)
        ]
        response = pt.stack(by_channel, axis=-1)
        level = terms.media_levels(structure, share, factor, response)
        media = pm.Deterministic("contribution", level[:, None] * response, dims=("geo", "date", "channel"))
        (terms.add_kpi if explicit else terms.add_thin_kpi)(structure, media.sum(axis=-1))
        if len(structure.experiments.table):
            terms.add_lifts(structure, shapes, response, level)
    return model


def _coords(structure: Structure) -> dict[str, Any]:
    from core.mmm.model.pymc_terms import coords_by_form

    own = {dim: channels for dim, channels in coords_by_form(structure).items() if channels}
    return own | {
        "geo": list(structure.panel.geos),
        "date": structure.panel.dates[: structure.train],
        "channel": list(structure.config.channels),
        "lift_test": list(range(len(structure.experiments.table))),
    }
