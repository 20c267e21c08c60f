"""No-U-turn sampling of the media parameters with nutpie, with live progress and cancelling.

The density is a compiled function whose address goes straight to the Rust sampler: no model graph is built
and nothing is compiled once the kernel lies in numba's cache. nutpie (and ArviZ, which it brings) are
imported on the first fit only.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.mmm.model.structure import Structure, packed
from core.mmm.sampling.initialisation import CAREFUL, Initialisation, approach_to
from core.mmm.sampling.mode import start_point
from core.mmm.sampling.parametrisation import recentred
from core.mmm.sampling.precondition import plain_coordinates
from core.mmm.sampling.previous_fit import PreviousFit

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int, int], object]
POLL_SECONDS = 0.15
# One line of JSON is all we want of the sampler's own progress display.
_TEMPLATE = (
    '{"chains": [{% for c in chains %}{% if not loop.first %},{% endif %}'
    "[{{ c.finished_draws }}, {{ c.divergences }}]{% endfor %}]}"
)


class Cancelled(Exception):
    """The progress callback asked for an end."""


@dataclass(frozen=True)
class SamplerSettings:
    """How much sampling a fit gets; no more than `warm_tune` steps of tuning where an earlier posterior
    leads it. Without `target_accept` the posterior's shape decides (`Approach.target_accept`)."""

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    seed: int = 1
    target_accept: float | None = None
    warm_tune: int = 300


@dataclass(frozen=True)
class Trace:
    """Unconstrained draws: `points` (chain, draw, parameter), `diverging`, `steps` (chain, draw); `facts`
    are words about the way they were drawn."""

    points: Floats
    diverging: NDArray[np.bool_]
    steps: NDArray[np.int64]
    facts: Mapping[str, Any] = field(default_factory=dict)


Sampler = Callable[[SamplerSettings, Progress | None, int], Trace]


def sample(
    structure: Structure,
    effort: SamplerSettings,
    progress: Progress | None,
    cores: int,
    earlier: PreviousFit | None = None,
) -> Trace:
    """The posterior of the media parameters; Cancelled when `progress` returns False.

    The chains move where the posterior is easy to walk (`approach_to`); draws are the layout's parameters.
    """
    approach = approach_to(structure, earlier)
    if approach.warm:
        effort = replace(effort, tune=min(effort.tune, effort.warm_tune))
    effort = replace(effort, target_accept=effort.target_accept or approach.target_accept)
    results = run_chains(_model(approach, effort.seed), effort, progress, cores)
    trace = _trace(results)
    points = recentred(trace.points, approach.structure.layout, structure.layout)
    return replace(
        trace,
        points=points,
        facts={"tune": effort.tune, "target_accept": effort.target_accept} | approach.facts,
    )


def run_chains(model: Any, effort: SamplerSettings, progress: Progress | None, cores: int) -> Any:
    """The sampler's raw results for a compiled model; Cancelled when `progress` returns False."""
    from nutpie import _lib

    watch = _Watch(effort, progress)
    settings = _lib.PyNutsSettings.Diag(effort.seed)
    settings.num_tune, settings.num_draws, settings.num_chains = effort.tune, effort.draws, effort.chains
    settings.target_accept = effort.target_accept or CAREFUL
    shown = _lib.ProgressType.template_callback(int(POLL_SECONDS * 1000), _TEMPLATE, cores, watch.note)
    sampler = _lib.PySampler.from_pymc(settings, cores, model, shown, _lib.PyStorage.arrow())
    try:
        watch.follow(sampler)
    except BaseException:
        sampler.abort()
        raise
    return sampler.take_results()


def _model(approach: Initialisation, seed: int) -> Any:
    from nutpie import _lib

    from core.mmm.sampling.callbacks import density_callback, expand_callback, sampling_buffer

    structure, coordinates = approach.structure, approach.coordinates
    size = structure.layout.size
    buffer = sampling_buffer(packed(structure), coordinates.centre, coordinates.root)
    density = _lib.LogpFunc(density_callback.address, buffer.ctypes.data, buffer)
    expand = _lib.ExpandFunc(size, size, expand_callback.address, buffer.ctypes.data, buffer)
    sizes = {"parameter": size}
    variables = _lib.PyVariable.new_variables(
        ["point"], ["float64"], [(size,)], sizes, {"point": ("parameter",)}
    )
    start = start_point(structure)

    def begin(chain_seed: int | None) -> Floats:
        return coordinates.begin(start, np.random.default_rng([seed, int(chain_seed or 0)]))

    return _lib.PyMcModel(density, expand, variables, size, sizes, {}, begin, None)


class _Watch:
    """Passes the sampler's progress on, in the caller's thread."""

    def __init__(self, effort: SamplerSettings, progress: Progress | None) -> None:
        self._effort, self._progress = effort, progress
        self._latest = [[0, 0]] * effort.chains
        self._lock = threading.Lock()

    def note(self, text: str) -> None:
        """Keep the sampler's latest counts (called from its thread)."""
        with self._lock:
            self._latest = json.loads(text)["chains"]

    def follow(self, sampler: Any) -> None:
        """Report until the sampler has finished; Cancelled when the caller wants no more."""
        while True:
            # The sampler's own `is_finished` repeats the last timeout as an error: waiting is the only test.
            try:
                sampler.wait(POLL_SECONDS)
            except TimeoutError:
                self._report()
            else:
                return self._finish()

    def _finish(self) -> None:
        """The last report: the sampler may have ended before it told its final counts."""
        whole = self._effort.tune + self._effort.draws
        with self._lock:
            self._latest = [[whole, divergences] for _, divergences in self._latest]
        self._report()

    def _report(self) -> None:
        if self._progress is None:
            return
        with self._lock:
            counts = self._latest
        effort = self._effort
        done = sum(finished for finished, _ in counts)
        stage = "tune" if done < effort.chains * effort.tune else "sample"
        total = effort.chains * (effort.tune + effort.draws)
        if self._progress(stage, done, total, sum(count for _, count in counts)) is False:
            raise Cancelled("The fit was cancelled.")


def _trace(results: Any) -> Trace:
    (points,), diverging, steps = kept_draws(results, ["point"])
    return Trace(points, diverging, steps)


def kept_draws(results: Any, names: list[str]) -> tuple[list[Floats], NDArray[np.bool_], NDArray[np.int64]]:
    """Draws after tuning: of each variable (chain, draw, value); divergences and steps (chain, draw)."""
    batches, statistics = results.get_arrow_trace()
    draws: list[list[Floats]] = [[] for _ in names]
    diverging, steps = [], []
    for batch, own in zip(batches, statistics, strict=True):
        kept = ~np.asarray(own.column("tuning"))
        for variable, name in zip(draws, names, strict=True):
            variable.append(_flat(batch.column(name)).reshape(len(kept), -1)[kept])
        diverging.append(np.asarray(own.column("diverging"))[kept])
        steps.append(np.asarray(own.column("n_steps"))[kept])
    values = [np.array(variable) for variable in draws]
    return values, np.array(diverging, dtype=bool), np.array(steps, dtype=np.int64)


def _flat(column: Any) -> Floats:
    import pyarrow

    values = pyarrow.array(column).flatten()
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=float)


def prepare_sampler(structure: Structure) -> None:
    """Import the sampler and have the kernels compiled, or loaded from disk, for this structure."""
    import nutpie  # noqa: F401

    from core.mmm.sampling.callbacks import evaluate_moved, sampling_buffer

    plain, gradient = plain_coordinates(structure), np.empty(structure.layout.size)
    buffer = sampling_buffer(packed(structure), plain.centre, plain.root)
    evaluate_moved(np.zeros_like(gradient), gradient, np.empty(1), buffer)
