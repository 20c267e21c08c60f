"""Simulation-based calibration: parameters from the prior, data from the model, the fit, and the truth's rank
among the fit's draws. Where prior, density, sampler and results state one model, every rank is uniform.

Talts et al. (2018), "Validating Bayesian inference algorithms with simulation-based calibration"; the joint
log density as a quantity of its own after Modrak et al. (2023). Scales, centres and design matrix are those
of one frame, for all simulated data sets: a fit's own scales come from its data, which no prior can know.

`python -m tests.bench.calibration [data sets per design]`
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.model.density import log_posterior
from core.mmm.model.media import media_terms
from core.mmm.model.predict import Posterior, baseline_draws, noise_draws
from core.mmm.model.structure import Structure, packed
from core.mmm.results.decomposition import expected_draws
from core.mmm.sampling.convergence import ess_bulk
from core.mmm.sampling.nuts import SamplerSettings, Trace, sample
from core.mmm.training import keep_draws
from tests.bench.calibration_designs import Design, designs
from tests.bench.calibration_truth import Truth, draw_truth, on_truth
from tests.bench.ecdf_bands import p_value

Floats = NDArray[np.float64]
RANKS, RECENT = 100, 13


@dataclass(frozen=True)
class Plan:
    """How each data set is fitted: `draws` in each of two chains after `tune`; many more and in
    smaller steps where fewer than `enough` are independent. Under `least` after that counts as failed."""

    draws: int = 500
    tune: int = 400
    enough: float = 200.0
    least: float = 100.0


@dataclass(frozen=True)
class Outcome:
    """One data set: rank 0 .. RANKS - 1 of each quantity, the smallest effective sample size, divergences,
    and whether it took a second fit."""

    ranks: pd.Series
    ess: float
    divergences: int
    again: bool


def run(design: Design, count: int, plan: Plan | None = None, workers: int = 1) -> list[Outcome]:
    """The outcome of `count` data sets of a design."""
    # Without salt the same luck would fall on every design.
    job = partial(outcome, design.structure, plan or Plan(), zlib.crc32(design.name.encode()))
    if workers == 1:
        return [job(seed) for seed in range(count)]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(job, range(count), chunksize=4))


def outcome(structure: Structure, plan: Plan, salt: int, seed: int) -> Outcome:
    """Draw a truth, fit its data, rank the truth."""
    truth = draw_truth(structure, np.random.default_rng([seed, salt]))
    simulated = on_truth(structure, truth)
    trace, again = sample(simulated, SamplerSettings(plan.draws, plan.tune, 2, seed), None, 1), False
    if _ess(trace) < plan.enough:
        effort = SamplerSettings(4 * plan.draws, 2 * plan.tune, 2, seed, target_accept=0.97)
        trace, again = sample(simulated, effort, None, 1), True
    points = _thinned(trace.points)
    posterior = keep_draws(simulated, points[None], seed)
    found = quantities(simulated, truth, posterior, points, np.random.default_rng([seed, salt, 1]))
    ranks = {key: int((draws < true).sum()) for key, (true, draws) in found.items()}
    return Outcome(pd.Series(ranks), _ess(trace), int(trace.diverging.sum()), again)


def _ess(trace: Trace) -> float:
    return float(np.nan_to_num(ess_bulk(trace.points)).min())


def _thinned(points: Floats) -> Floats:
    """(draw, parameter) one draw less than there are ranks, far apart, of all chains."""
    flat = points.reshape(-1, points.shape[-1])
    return flat[np.linspace(0, len(flat) - 1, RANKS - 1).round().astype(int)]


Found = dict[tuple[str, str], tuple[float, Floats]]


def quantities(
    structure: Structure, truth: Truth, posterior: Posterior, points: Floats, generator: np.random.Generator
) -> Found:
    """True value and draws of everything ranked, by kind and name."""
    found: Found = {
        ("parameter", name): (truth.point[i], points[:, i]) for i, name in enumerate(structure.layout.names)
    }
    buffer, spare = packed(structure), np.empty(structure.layout.size)
    joint = np.array([log_posterior(point, spare, buffer) for point in (truth.point, *points)])
    found["joint density", "log density"] = (joint[0], joint[1:])
    for g, geo in enumerate(structure.panel.geos):
        for k, name in enumerate(structure.design.names):
            found["coefficient", f"{name}[{geo}]"] = (truth.theta[g, k], posterior.theta[:, g, k])
    return found | _media(structure, truth, posterior) | _baseline(structure, truth, posterior, generator)


def _media(structure: Structure, truth: Truth, posterior: Posterior) -> Found:
    """What each channel earned in each geo over the training periods, and in the last of them; and all."""
    found: Found = {}
    earned = media_terms(posterior.media, structure.exposure)
    train = slice(0, structure.train)
    recent = slice(structure.train - RECENT, structure.train)
    for c, channel in enumerate(structure.config.channels):
        for g, geo in enumerate(structure.panel.geos):
            if structure.exposure[c, g].any():
                pair = truth.media[g, train, c].sum(), earned[:, g, train, c].sum(axis=-1)
                found["contribution", f"{channel}[{geo}]"] = pair
        pair = truth.media[:, recent, c].sum(), earned[:, :, recent, c].sum(axis=(1, 2))
        found["contribution", f"{channel}, last {RECENT}"] = pair
    found["contribution", "all media"] = truth.media[:, train].sum(), earned[:, :, train].sum(axis=(1, 2, 3))
    return found


def _baseline(
    structure: Structure, truth: Truth, posterior: Posterior, generator: np.random.Generator
) -> Found:
    """The baseline over the training and the held out periods; and the held out KPI itself, noise and all."""
    train, later = slice(0, structure.train), slice(structure.train, None)
    base = baseline_draws(structure, posterior, structure.panel, generator)
    expected = expected_draws(structure, posterior, generator)
    forecast = expected + noise_draws(structure, posterior, expected.shape[-1], generator)
    return {
        ("baseline", "training total"): (truth.baseline[:, train].sum(), base[..., train].sum(axis=(1, 2))),
        ("baseline", "holdout total"): (truth.baseline[:, later].sum(), base[..., later].sum(axis=(1, 2))),
        ("forecast", "holdout total"): (truth.kpi[:, later].sum(), forecast[..., later].sum(axis=(1, 2))),
        ("forecast", "last period"): (truth.kpi[:, -1].sum(), forecast[..., -1].sum(axis=1)),
    }


def judged(outcomes: list[Outcome], least: float = Plan.least) -> pd.DataFrame:
    """Frame kind, name, p, half, most by quantity: the p-value of uniform ranks, and how often the central
    50 % and 90 % interval held the truth; fits with fewer than `least` independent draws left out."""
    ranks = pd.DataFrame([one.ranks for one in outcomes if one.ess >= least])
    rows = []
    for kind, name in ranks.columns:
        own = ranks[kind, name].to_numpy()
        half = ((own >= RANKS // 4) & (own < RANKS - RANKS // 4)).mean()
        most = ((own >= RANKS // 20) & (own < RANKS - RANKS // 20)).mean()
        rows.append((kind, name, p_value(own, RANKS), half, most))
    return pd.DataFrame(rows, columns=["kind", "name", "p", "half", "most"])


def main() -> int:
    """Print the tables; 1 where a quantity strays further than chance explains among all that are judged."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    frames, workers = [], len(os.sched_getaffinity(0))
    print("| design | data sets | failed | fitted twice | divergent | least ESS | seconds |")
    print("|---|---|---|---|---|---|---|")
    for design in designs():
        begun = time.perf_counter()
        outcomes = run(design, count, workers=workers)
        print(_effort_row(design.name, outcomes, time.perf_counter() - begun), flush=True)
        frames.append(judged(outcomes).assign(design=design.name))
    found = pd.concat(frames, ignore_index=True)
    return _report(found)


def _effort_row(name: str, outcomes: list[Outcome], seconds: float) -> str:
    ess = np.array([one.ess for one in outcomes])
    again = sum(one.again for one in outcomes)
    divergent = sum(one.divergences > 0 for one in outcomes)
    failed, least = (ess < Plan.least).sum(), ess.min()
    return f"| {name} | {len(ess)} | {failed} | {again} | {divergent} | {least:.0f} | {seconds:.0f} |"


def _report(found: pd.DataFrame) -> int:
    head = "quantities | outside 95 % band | expected | smallest p | of all | 50 % hold | 90 % hold |"
    for by in ("design", "kind"):
        print(f"\n| {by} | {head}\n|---|---|---|---|---|---|---|---|")
        for name, own in found.groupby(by, sort=False):
            print(_verdict_row(str(name), own))
    print(_verdict_row("all", found))
    stray = found[found.p < 0.05].sort_values("p")
    print("\nOutside their own 95 % band:")
    for row in stray.itertuples():
        print(f"- {row.design}: {row.kind} {row.name}, p {row.p:.4f}, {row.half:.0%} and {row.most:.0%} hold")
    return int(found.p.min() * len(found) < 0.05)


def _verdict_row(name: str, own: pd.DataFrame) -> str:
    """`of all`, the global test, is the smallest p times the number of quantities (Bonferroni)."""
    outside, expected, least = (own.p < 0.05).sum(), 0.05 * len(own), own.p.min()
    whole = min(1.0, least * len(own))
    cells = [name, len(own), outside, f"{expected:.1f}", f"{least:.4f}", f"{whole:.2f}"]
    return "| " + " | ".join(map(str, [*cells, f"{own.half.mean():.1%}", f"{own.most.mean():.1%}"])) + " |"


if __name__ == "__main__":
    raise SystemExit(main())
