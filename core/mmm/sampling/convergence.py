"""Rank-normalised split R-hat and effective sample sizes of many parameters at once.

Vehtari, Gelman, Simpson, Carpenter, Buerkner (2021), "Rank-normalization, folding, and localization: an
improved R-hat for assessing convergence of MCMC". Pure arrays: draws are (chain, draw, parameter).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtri
from scipy.stats import rankdata

Floats = NDArray[np.float64]


def r_hat(draws: Floats) -> Floats:
    """(parameter,) the worse of bulk and folded R-hat; 1 is ideal."""
    split = _split(draws)
    folded = np.abs(split - np.median(split, axis=(0, 1)))
    return np.maximum(_plain_r_hat(_normal_ranks(split)), _plain_r_hat(_normal_ranks(folded)))


def ess_bulk(draws: Floats) -> Floats:
    """(parameter,) effective number of independent draws for the centre of the distribution."""
    return _ess(_normal_ranks(_split(draws)))


def ess_tail(draws: Floats) -> Floats:
    """(parameter,) effective number of draws for the 5 % and 95 % quantiles, the smaller of both."""
    low, high = np.quantile(draws, [0.05, 0.95], axis=(0, 1))
    below = [_split((draws <= edge).astype(float)) for edge in (low, high)]
    return np.minimum(_ess(below[0]), _ess(below[1]))


def _split(draws: Floats) -> Floats:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]], axis=0)


def _normal_ranks(split: Floats) -> Floats:
    chains, draws, parameters = split.shape
    ranks = rankdata(split.reshape(chains * draws, parameters), axis=0)
    return np.asarray(ndtri((ranks - 0.375) / (chains * draws + 0.25))).reshape(split.shape)


def _plain_r_hat(split: Floats) -> Floats:
    draws = split.shape[1]
    between = draws * split.mean(axis=1).var(axis=0, ddof=1)
    within = split.var(axis=1, ddof=1).mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.sqrt((between / within + draws - 1) / draws)
    return np.where(within > 0, ratio, np.nan)


def _ess(split: Floats) -> Floats:
    chains, draws, parameters = split.shape
    covariance = _autocovariance(split)
    within = covariance[:, 0].mean(axis=0) * draws / (draws - 1)
    pooled = within * (draws - 1) / draws + split.mean(axis=1).var(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = 1 - (within - covariance.mean(axis=0)) / pooled
    rho[0] = 1.0
    tau = np.array([_length(rho[:, k], draws) for k in range(parameters)])
    size = chains * draws
    return np.asarray(np.where(pooled > 0, size / np.maximum(tau, 1 / np.log10(size)), np.nan))


def _autocovariance(split: Floats) -> Floats:
    draws = split.shape[1]
    length = next_fast_len(2 * draws)
    spectrum = rfft(split - split.mean(axis=1, keepdims=True), n=length, axis=1)
    return np.asarray(irfft(np.abs(spectrum) ** 2, n=length, axis=1)[:, :draws] / draws)


def _length(rho: Floats, draws: int) -> float:
    """Integrated autocorrelation by Geyer's initial monotone sequence of pairs."""
    pairs = rho[: draws - draws % 2].reshape(-1, 2).sum(axis=1)[: max(1, (draws - 3) // 2)]
    negative = np.flatnonzero(~(pairs > 0))
    stop = int(negative[0]) if len(negative) else len(pairs)
    kept = np.minimum.accumulate(pairs[:stop]) if stop else pairs[:1]
    last = max(float(rho[2 * stop]), 0.0) if 2 * stop < draws else 0.0
    return float(-1 + 2 * kept.sum() + last)
