"""What every fit must say about itself: convergence, fit, what the data taught, and warnings in plain
words.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.mmm.model.kernel import SHARE
from core.mmm.model.media import media_sums
from core.mmm.model.predict import Posterior, noise_draws
from core.mmm.model.prior_draws import draw_prior
from core.mmm.model.structure import Structure
from core.mmm.results.accuracy import fit_metrics, leave_one_out
from core.mmm.results.decomposition import expected_draws
from core.mmm.results.judgement import FitThresholds
from core.mmm.sampling.convergence import ess_bulk, ess_tail, r_hat

Floats = NDArray[np.float64]


def convergence(points: Floats, diverging: NDArray[np.bool_], names: tuple[str, ...]) -> dict[str, Any]:
    """R-hat and effective sample sizes: the worst, and of each parameter, from (chain, draw, parameter)."""
    hats, bulk, tail = r_hat(points), ess_bulk(points), ess_tail(points)
    own = {n: {"rhat": float(h), "ess_bulk": float(b), "ess_tail": float(t)}
           for n, h, b, t in zip(names, hats, bulk, tail, strict=True)}  # fmt: skip
    # One chain, or a chain that never moved, has no R-hat: that is no convergence.
    worst = float("inf") if np.isnan(hats).any() else float(hats.max())
    return {
        "max_rhat": worst,
        "min_ess_bulk": float(np.nan_to_num(bulk).min()),
        "min_ess_tail": float(np.nan_to_num(tail).min()),
        "divergences": int(diverging.sum()),
        "parameters": own,
    }


def predictive_checks(
    structure: Structure, posterior: Posterior, generator: np.random.Generator
) -> dict[str, Any]:
    """r2, mape, wmape, crps in sample; the same under `holdout` where periods were held out; probability
    that the total baseline is negative in the fitted periods, and the worst period's."""
    expected = expected_draws(structure, posterior, generator)
    noise = noise_draws(structure, posterior, expected.shape[-1], generator)
    draws, actual, train = expected + noise, structure.panel.kpi, structure.train

    def metrics(part: slice) -> dict[str, float]:
        cases = draws[..., part].reshape(len(draws), -1)
        return fit_metrics(actual[:, part].ravel(), cases)

    found: dict[str, Any] = metrics(slice(0, train))
    sd = np.broadcast_to(
        (posterior.natural.noise * structure.scales.kpi_mean)[..., None], expected[..., :train].shape
    )
    flat = (len(draws), -1)
    found |= leave_one_out(actual[:, :train].ravel(), expected[..., :train].reshape(flat), sd.reshape(flat))
    if train < structure.panel.periods:
        found["holdout"] = metrics(slice(train, None)) | {"periods": structure.panel.periods - train}
    return found


def data_informativeness(
    structure: Structure, posterior: Posterior, points: Floats, generator: np.random.Generator
) -> dict[str, Any]:
    """What the data taught: contraction by channel, confounded pairs, chance of a negative baseline.

    Contraction is 1 - posterior variance / prior variance of the log contribution, which is that of the log
    incremental ROAS: 0 means that the data said nothing.
    """
    layout, config = structure.layout, structure.config
    prior = draw_prior(layout, 4000, generator)[:, layout.places[SHARE]]
    after = points.reshape(-1, layout.size)[:, layout.places[SHARE]]
    contraction = 1 - after.var(axis=0) / prior.var(axis=0)
    exposure = structure.exposure[..., : structure.train]
    value = np.ones(exposure.shape[1:])
    earned = media_sums(posterior.media, exposure, value, 0, structure.train)[..., 0].sum(axis=1)
    level = np.einsum("gtk,sgk->sgt", structure.design.columns[:, : structure.train], posterior.theta)
    base = (level * structure.scales.kpi_mean[:, None]).sum(axis=1)
    return {
        "contraction": dict(zip(config.channels, map(float, contraction), strict=True)),
        "confounded": _confounded(earned, base.sum(axis=1), config.channels),
        "negative_baseline_probability": float((base.sum(axis=1) < 0).mean()),
        "negative_baseline_worst_period": float((base < 0).mean(axis=0).max()),
    }


def _confounded(earned: Floats, base: Floats, channels: tuple[str, ...]) -> list[dict[str, Any]]:
    names = [*channels, "baseline"]
    together = np.column_stack([earned, base])
    with np.errstate(divide="ignore", invalid="ignore"):
        likeness = np.asarray(np.nan_to_num(np.corrcoef(together, rowvar=False)))
    limit, size = FitThresholds().confounded, np.asarray(together.std(axis=0))
    pairs = []
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            # The baseline always gives way to the largest channels; only a channel whose doubt is nearly all
            # shared with it cannot be told from it.
            if likeness[i, j] < -limit and size[i] > 0:
                pairs.append({"first": names[i], "second": names[j], "correlation": float(likeness[i, j])})
    return pairs
