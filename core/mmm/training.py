"""A table and a specification become a fitted model."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.json_values import to_json
from core.mmm.choices import Engine
from core.mmm.config import ConfigLimits, MMMConfig
from core.mmm.fitted import FittedMMM
from core.mmm.model.baseline import draw_coefficients
from core.mmm.model.media import media_draws, media_terms
from core.mmm.model.parameters import natural_of
from core.mmm.model.predict import Posterior
from core.mmm.model.structure import Structure, structure_of
from core.mmm.results.diagnostics import (
    convergence,
    data_informativeness,
    predictive_checks,
)
from core.mmm.results.judgement import has_converged, judge
from core.mmm.results.stability import stability_of
from core.mmm.sampling.initialisation import CAREFUL
from core.mmm.sampling.nuts import (
    Cancelled,
    Progress,
    Sampler,
    SamplerSettings,
    Trace,
    prepare_sampler,
    sample,
)
from core.mmm.sampling.previous_fit import earlier_of

Floats = NDArray[np.float64]
MOST_KEPT, LEAST_KEPT, KEPT_CELLS = 1000, 400, 6e6


def fit(
    frame: pd.DataFrame,
    config: MMMConfig,
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    seed: int = 1,
    progress: Progress | None = None,
    cores: int | None = None,
    engine: str = Engine.KERNEL,
    warm: FittedMMM | None = None,
) -> FittedMMM:
    """The posterior of the model on `frame`: one row per date (and geo).

    `progress(stage, done, total, divergences)` is called with the stages prepare, compile, tune, sample,
    summarise; returning False ends the fit with Cancelled. Raises DatasetProblem with every fault of the
    frame, UserError for an effort beyond the limits. `engine` "kernel" samples the compiled density, "pymc"
    the same model in PyMC: slower, the answer is the same. `warm` is an earlier model of such data: where
    it is sound and alike, its posterior leads the chains and tuning is short; what moved since is told in
    `diagnostics["stability"]`. `diagnostics["sampler"]` says how the draws were made.
    """
    effort = _effort(draws, tune, chains, seed, engine)
    clock = _Clock(progress)
    clock.enter("prepare")
    structure = structure_of(frame, config)
    clock.enter("compile")
    sampler = _sampler_of(structure, Engine(engine), warm)
    clock.enter("sample", silent=True)
    trace = sampler(effort, progress, cores or _cores(chains))
    clock.enter("summarise")
    posterior = keep_draws(structure, trace.points, seed)
    diagnostics = diagnose(structure, posterior, trace, seed)
    diagnostics["sampler"] = sampler_facts(effort, trace, Engine(engine))
    model = FittedMMM(structure, posterior, trace.points, trace.diverging, diagnostics, seed)
    if warm is not None and (moved := stability_of(warm, model)) is not None:
        diagnostics["stability"] = to_json(moved)
    diagnostics |= clock.seconds()
    return model


def sampler_facts(effort: SamplerSettings, trace: Trace, engine: Engine) -> dict[str, Any]:
    """How the draws were made: engine, draws, tune, chains, target_accept, gradients (after tuning); of the
    kernel, which chooses its own acceptance, also preconditioner, warm_start and the channels with centred
    geo effects."""
    plan: dict[str, Any] = {name: getattr(effort, name) for name in ("draws", "tune", "chains")}
    plan |= {"target_accept": effort.target_accept or CAREFUL}
    return {"engine": str(engine)} | plan | {"gradients": int(trace.steps.sum())} | dict(trace.facts)


def _sampler_of(structure: Structure, engine: Engine, warm: FittedMMM | None) -> Sampler:
    """What draws from the posterior, compiled."""
    if engine == Engine.PYMC:
        from core.mmm.sampling.pymc_nuts import compile_pymc

        return compile_pymc(structure)
    prepare_sampler(structure)
    return partial(sample, structure, earlier=earlier_of(warm) if warm is not None else None)


def _effort(draws: int, tune: int, chains: int, seed: int, engine: str) -> SamplerSettings:
    limits, faults = ConfigLimits(), []
    for name, value, most in (
        ("draws", draws, limits.draws), ("tune", tune, limits.tune), ("chains", chains, limits.chains)
    ):  # fmt: skip
        if not 1 <= value <= most:
            faults.append(f"{name} must lie between 1 and {most}, not {value}.")
    if engine not in set(Engine):
        faults.append(f"engine must be one of {', '.join(Engine)}, not {engine}.")
    if faults:
        raise UserError(faults)
    return SamplerSettings(draws, tune, chains, seed)


def _cores(chains: int) -> int:
    import os

    return max(1, min(chains, len(os.sched_getaffinity(0))))


def keep_draws(structure: Structure, points: Floats, seed: int) -> Posterior:
    """Evenly thinned draws with the baseline's coefficients drawn exactly from their conditional."""
    flat = points.reshape(-1, structure.layout.size)
    cells = structure.panel.kpi.size * len(structure.config.channels)
    count = min(len(flat), int(np.clip(KEPT_CELLS / cells, LEAST_KEPT, MOST_KEPT)))
    kept = flat[np.linspace(0, len(flat) - 1, count).round().astype(np.int64)]
    natural = natural_of(
        kept, structure.layout, structure.config, len(structure.panel.geos), structure.weekly
    )
    media = media_draws(structure, natural)
    train = structure.train
    earned = media_terms(media, structure.exposure[..., :train]).sum(axis=-1)
    residual = structure.target - earned / structure.scales.kpi_mean[:, None]
    generator = np.random.default_rng([seed, 0])
    theta = draw_coefficients(structure.basis, structure.design, residual, natural.noise, generator)
    return Posterior(natural, media, theta)


def diagnose(structure: Structure, posterior: Posterior, trace: Trace, seed: int) -> dict[str, Any]:
    """The diagnostics of the contract, without the seconds."""
    generator = np.random.default_rng([seed, 9])
    found = convergence(trace.points, trace.diverging, structure.layout.names)
    found["converged"] = has_converged(found)
    found |= predictive_checks(structure, posterior, generator)
    found |= data_informativeness(structure, posterior, trace.points, generator)
    found["outliers"] = [
        {"geo": structure.panel.geos[g], "date": str(day.date())} for g, day in structure.recipe.outliers
    ]
    cases = structure.train * len(structure.panel.geos)
    found["warnings"] = judge(found, structure.config.label, cases).warnings
    return found


class _Clock:
    """Seconds by stage, and the word to the progress callback when a stage begins."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress, self._begun = progress, [("start", time.perf_counter())]

    def enter(self, stage: str, silent: bool = False) -> None:
        """Begin a stage; Cancelled where the callback wants no more."""
        self._begun.append((stage, time.perf_counter()))
        if not silent and self._progress is not None and self._progress(stage, 0, 1, 0) is False:
            raise Cancelled("The fit was cancelled.")

    def seconds(self) -> dict[str, Any]:
        """Total seconds, those of compiling, and all stages."""
        ends = [at for _, at in self._begun[2:]] + [time.perf_counter()]
        stages = {stage: end - at for (stage, at), end in zip(self._begun[1:], ends, strict=True)}
        total = ends[-1] - self._begun[0][1]
        return {"seconds": total, "seconds_compile": stages["compile"], "seconds_by_stage": stages}
