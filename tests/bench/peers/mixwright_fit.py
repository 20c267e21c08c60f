"""Mixwright on a table: `python -m tests.bench.peers.mixwright_fit DATA.csv SPEC.json OUT.json`.

The default model; data, specification and answer have the form of the peers' scripts. "read after load" is
how long channel summary, response curves and 200 draws of contributions take once a kept model was loaded.
"""

from __future__ import annotations

import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.bench.peers.answer import (
    Stages,
    contributions,
    convergence,
    peak_memory_mb,
    specification,
    versions,
    write,
)

if TYPE_CHECKING:
    from core.mmm import FittedMMM

LIBRARIES = ("nutpie", "numba", "numpy", "pandas")
BATCH = 250


def fitted(data: str, spec: dict[str, Any]) -> FittedMMM:
    """The model fitted to the table."""
    import pandas as pd

    from core.mmm import MMMConfig, fit

    frame = pd.read_csv(data)
    several = frame["geo"].nunique() > 1
    config = MMMConfig(
        date_column="date",
        target_column="y",
        channel_columns=list(spec["channels"]),
        control_columns=list(spec["controls"]),
        geo_column="geo" if several else None,
        use_geo=several,
        population_column="population" if several and "population" in frame else None,
    )
    effort = {name: spec[name] for name in ("draws", "tune", "chains", "seed")}
    return fit(frame if several else frame.drop(columns=["geo"]), config, **effort)


def totals_of(model: FittedMMM) -> np.ndarray:
    """(chain, draw, channel) contributions of every draw, none thinned, over all geos and periods."""
    from core.mmm.model.media import media_draws, media_sums
    from core.mmm.model.parameters import natural_of

    structure = model.structure
    chains, draws, size = model.trace.shape
    flat = model.trace.reshape(-1, size)
    value = np.zeros(structure.exposure.shape[1:])
    parts = []
    for first in range(0, len(flat), BATCH):
        natural = natural_of(
            flat[first : first + BATCH],
            structure.layout,
            structure.config,
            len(structure.panel.geos),
            structure.weekly,
        )
        media = media_draws(structure, natural)
        sums = media_sums(media, structure.exposure, value, 0, value.shape[1])
        parts.append(sums[..., 0].sum(axis=1))
    return np.concatenate(parts).reshape(chains, draws, -1)


def seconds_to_read(model: FittedMMM) -> float:
    """Seconds for what a results screen asks of a model that was kept and loaded again."""
    from core.mmm import FittedMMM

    with tempfile.TemporaryDirectory(prefix="mixwright-read-") as folder:
        model.save(folder)
        loaded = FittedMMM.load(folder)
    began = time.perf_counter()
    loaded.channel_summary()
    loaded.response_curves()
    loaded.contributions(200)
    return time.perf_counter() - began


def answered(model: FittedMMM, spec: dict[str, Any], stages: Stages, memory: float) -> dict[str, Any]:
    """The answer in the form that all scripts share."""
    totals = totals_of(model)
    weekly = model.contributions(1000).to_numpy() if spec.get("weekly", True) else totals[:, :1, None, :]
    reading = None
    if spec.get("read", False):
        from core.mmm.warm_up import warm_up_reading

        warm_up_reading()
        reading = seconds_to_read(model)
    return {
        "peer": "Mixwright",
        "channels": spec["channels"],
        "geos": list(model.geos),
        "dates": [str(day.date()) for day in model.dates],
        **contributions(weekly),
        "convergence": convergence({"point": model.trace}, totals, model.diverging),
        "seconds": {**stages.whole(), "read after load": reading},
        "peak_memory_mb": memory,
        "specification": spec,
        "versions": versions(LIBRARIES),
    }


def fit_and_print(data: str, spec: dict[str, Any], stages: Stages) -> tuple[FittedMMM, float]:
    """The fitted model, its channel summary printed, and the most memory held until then in megabytes."""
    model = fitted(data, spec)
    stages.ended("fit")
    table = model.channel_summary()
    print(table[["channel", "contribution", "contribution_lower", "contribution_upper", "roas"]], flush=True)
    stages.ended("summarise")
    return model, peak_memory_mb()


def main(paths: list[str]) -> None:
    """Fit, print the channel summary, keep everything."""
    stages = Stages()
    data, spec, out = specification(paths)
    model, memory = fit_and_print(data, spec, stages)
    write(out, answered(model, spec, stages, memory))


if __name__ == "__main__":
    main(sys.argv[1:])
