"""A data set drawn from the model as docs/model.md states it, in plain numpy, with its truth.

Nothing of the sampler's arithmetic is used here: only the prior's draws, the scales and the design matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.model.curves import Adstock, Saturation
from core.mmm.model.prior_draws import draw_prior
from core.mmm.model.structure import Structure

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """What a data set was made of: `point` (parameter,) unconstrained; `theta` (geo, column); `media`
    (geo, period, channel), `baseline` and `kpi` (geo, period) in KPI units; measured `lifts` (test,)."""

    point: Floats
    theta: Floats
    media: Floats
    baseline: Floats
    kpi: Floats
    lifts: Floats


def draw_truth(structure: Structure, generator: np.random.Generator) -> Truth:
    """One draw of every parameter from its prior, and data that follow."""
    point = draw_prior(structure.layout, 1, generator)[0]
    value = dict(zip(structure.layout.names, point, strict=True))
    mean, geos = structure.scales.kpi_mean[:, None], structure.panel.geos
    media, lost = _media(structure, value)
    theta = generator.normal(
        structure.design.mean, structure.design.sd, (len(geos), len(structure.design.sd))
    )
    level = np.einsum("gtk,gk->gt", structure.design.columns, theta)
    baseline = mean * (level + _later_slopes(structure, generator))
    noise = np.exp([[value[f"noise[{geo}]"]] for geo in geos])
    kpi = baseline + media.sum(axis=-1) + mean * noise * generator.standard_normal(baseline.shape)
    return Truth(
        point, theta, media, baseline, kpi, generator.normal(lost, structure.experiments.table[:, 4])
    )


def on_truth(structure: Structure, truth: Truth) -> Structure:
    """The same model, scales and all, with the simulated KPI and lifts in place of its own."""
    table = structure.experiments.table.copy()
    table[:, 3] = truth.lifts
    return replace(
        structure,
        panel=replace(structure.panel, kpi=truth.kpi),
        experiments=replace(structure.experiments, table=table),
    )


def _media(structure: Structure, value: dict[str, float]) -> tuple[Floats, Floats]:
    """(geo, period, channel) contributions, and (test,) what each lift test's comparison would have lost."""
    tests, train = structure.experiments, structure.train
    earned, lost = [], np.zeros(len(tests.table))
    for c, channel in enumerate(structure.config.channels):
        row_of_frequency = structure.frequency_rows[c]
        often = structure.exposure[row_of_frequency] if row_of_frequency >= 0 else None
        response = _response(structure, value, channel, structure.exposure[c], often)
        size = structure.scales.kpi_mean * np.exp(_effect(structure, value, channel))
        total = structure.scales.kpi_mean.sum() * train
        share = np.exp(value[f"share[{channel}]"])
        level = size * share * total / (size @ response[:, :train].sum(axis=1))
        earned.append(level[:, None] * response)
        for row, number in enumerate(tests.row_test):
            test_channel, start, stop = tests.table[number, :3].astype(int)
            if test_channel == c:
                g = tests.row_geo[row]
                seen = None if often is None else often[[g], :train]
                other = _response(structure, value, channel, tests.changed[row][None], seen)[0]
                lost[number] += level[g] * (response[g, :train] - other)[start:stop].sum()
    return np.stack(earned, axis=-1), lost


def _effect(structure: Structure, value: dict[str, float], channel: str) -> Floats:
    """(geo,) log deviations of a channel's effect."""
    if f"geo_spread[{channel}]" not in value:
        return np.zeros(len(structure.panel.geos))
    offsets = np.array([value[f"geo_offset[{geo},{channel}]"] for geo in structure.panel.geos])
    return np.asarray(np.exp(value[f"geo_spread[{channel}]"]) * offsets)


def _response(
    structure: Structure, value: dict[str, float], channel: str, exposure: Floats, often: Floats | None
) -> Floats:
    """(geo, period) carried and saturated exposure; with average frequency `often`, carried over is the
    reach (`exposure`) times its saturated frequency."""
    weights, kind = _weights(structure, value, channel), structure.config.saturation_of(channel)
    if often is not None:
        return _carried(exposure * _saturated(kind, value, channel, often), weights)
    return _saturated(kind, value, channel, _carried(exposure, weights))


def _carried(exposure: Floats, weights: Floats) -> Floats:
    return np.stack([np.convolve(own, weights)[: len(own)] for own in exposure])


def _saturated(kind: Saturation, value: dict[str, float], channel: str, amount: Floats) -> Floats:
    if kind == Saturation.NONE:
        return amount
    ratio = amount / np.exp(value[f"half[{channel}]"])
    if kind == Saturation.LOGISTIC:
        return np.asarray(np.tanh(np.log(3) * ratio / 2))
    power = ratio ** np.exp(value[f"slope[{channel}]"]) if kind == Saturation.HILL else ratio
    return np.asarray(power / (1 + power))


def _weights(structure: Structure, value: dict[str, float], channel: str) -> Floats:
    """(lag,) carry-over weights that sum to 1."""
    lags, kind = np.arange(structure.lags), structure.config.adstock_of(channel)
    if kind == Adstock.WEIBULL:
        shape, scale = np.exp(value[f"shape[{channel}]"]), np.exp(value[f"spread[{channel}]"])
        later = (lags + 1) / scale
        density = later ** (shape - 1) * np.exp(-(later**shape))
        raw = density - density.min()
    else:
        by_week = 1 / (1 + np.exp(-value[f"retention[{channel}]"]))
        decay = by_week ** (1 / structure.weekly)
        peak = np.exp(value[f"peak[{channel}]"]) if kind == Adstock.DELAYED else 0.0
        away = (lags - peak) ** 2 if kind == Adstock.DELAYED else lags
        # Divided by the greatest, which would otherwise vanish with the others where the decay is tiny.
        raw = decay ** (away - away.min())
    return np.asarray(raw / raw.sum())


def _later_slopes(structure: Structure, generator: np.random.Generator) -> Floats:
    """(geo, period) changes of the trend after the training periods, in units of the geo's mean KPI."""
    dates, knots = structure.panel.dates, structure.recipe.knots
    out = np.zeros(structure.panel.kpi.shape)
    knot = knots[-1] if len(knots) else dates[-1]
    while (knot := knot + pd.Timedelta(weeks=structure.config.knot_weeks)) <= dates[-1]:
        if knot > dates[structure.train - 1]:
            years = np.maximum(np.asarray((dates - knot).days) / 365.25, 0)
            out += generator.normal(0, structure.config.priors.slope_change_sd, (len(out), 1)) * years
    return out
