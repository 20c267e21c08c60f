"""Everything a fit holds fixed: panel, scales, baseline design, parameter layout; and the packed buffer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.choices import Outliers
from core.mmm.config import MMMConfig
from core.mmm.model.baseline import Basis, Design, Recipe, basis_of, design_of, recipe_of
from core.mmm.model.curves import ADSTOCK_CODES, SATURATION_CODES
from core.mmm.model.experiments import Experiments, experiments_of
from core.mmm.model.parameters import Layout, Scales, layout_of
from core.mmm.panel.panel import Panel, read_panel

Floats = NDArray[np.float64]


ROBUST_SDS = 4.0
MOST_SHARE = 0.05


def find_outliers(
    kpi: Floats, design: Design, exposure: Floats, train: int, limit: float = ROBUST_SDS
) -> list[tuple[int, int]]:
    """(geo, period) of residuals beyond `limit` robust sd, the largest first, at most 5 % of a geo's periods.

    `kpi` (geo, period) is scaled by its mean, `exposure` is (channel, geo, period). The residual is that of
    a ridge regression on the baseline's columns and, for media, on log(1 + exposure) now and one period ago.
    """
    found = []
    for g in range(len(kpi)):
        media = np.log1p(exposure[:, g]).T
        late = np.vstack([np.zeros((1, media.shape[1])), media[:-1]])
        columns = np.hstack([design.columns[g, :train] * design.sd, 0.3 * media, 0.3 * late])
        residual = _robust_residual(columns, kpi[g])
        spread = 1.4826 * np.median(np.abs(residual - np.median(residual)))
        if spread <= 0:
            continue
        score = np.abs(residual - np.median(residual)) / spread
        order = np.argsort(score)[::-1][: max(1, int(MOST_SHARE * train))]
        found += [(g, int(t)) for t in order if score[t] > limit]
    return found


def _robust_residual(columns: Floats, kpi: Floats, rounds: int = 5) -> Floats:
    """Residuals of a ridge regression whose outliers are pulled in (Huber weights), so that they
    stand out.
    """
    weight = np.ones(len(kpi))
    residual = kpi - np.median(kpi)
    for _ in range(rounds):
        noise = max(1.4826 * float(np.median(np.abs(residual))), 1e-6 * float(np.abs(kpi).max()))
        weight = np.minimum(1.0, 2.0 * noise / np.maximum(np.abs(residual), 1e-300))
        weighted = columns * weight[:, None]
        inner = weighted.T @ columns + noise**2 * np.eye(columns.shape[1])
        residual = kpi - columns @ np.linalg.solve(inner, weighted.T @ kpi)
    return residual


@dataclass(frozen=True)
class Structure:
    """A model ready to be sampled, or read back; `train` is the number of periods before the holdout."""

    config: MMMConfig
    panel: Panel
    train: int
    lags: int
    scales: Scales
    recipe: Recipe
    design: Design
    basis: Basis
    layout: Layout
    experiments: Experiments

    @property
    def weekly(self) -> float:
        """Periods per week."""
        return self.panel.frequency.periods_per_week

    @property
    def exposure(self) -> Floats:
        """(row, geo, period) of all periods; rows as in `scaled_exposure`."""
        return scaled_exposure(self.panel, self.scales)

    @property
    def frequency_rows(self) -> NDArray[np.int64]:
        """(channel,) the row of each channel's average frequency in an exposure; -1 where it has none."""
        channels, often = self.config.channels, self.config.frequency_channels
        return np.array([len(channels) + often.index(c) if c in often else -1 for c in channels])

    @property
    def target(self) -> Floats:
        """(geo, period) scaled KPI of the training periods less the baseline's prior mean."""
        kpi = self.panel.kpi[:, : self.train] / self.scales.kpi_mean[:, None]
        return kpi - self.design.columns[:, : self.train] @ self.design.mean

    @property
    def adstock_codes(self) -> NDArray[np.int64]:
        """(channel,) codes of the carry-over shapes."""
        return np.array([ADSTOCK_CODES[self.config.adstock_of(c)] for c in self.config.channels])

    @property
    def saturation_codes(self) -> NDArray[np.int64]:
        """(channel,) codes of the saturation shapes."""
        return np.array([SATURATION_CODES[self.config.saturation_of(c)] for c in self.config.channels])


def structure_of(frame: pd.DataFrame, config: MMMConfig) -> Structure:
    """The structure of a model on a frame; DatasetProblem where the frame is at fault."""
    panel = read_panel(frame, config)
    train = panel.periods - config.holdout
    lags = min(config.max_lag or panel.frequency.default_max_lag, train)
    scales = scales_of(panel, config, train)
    recipe = recipe_of(panel, config, train)
    if config.outliers == Outliers.DUMMY:
        exposure = scaled_exposure(panel, scales)[: len(config.channels), :, :train]
        kpi = panel.kpi[:, :train] / scales.kpi_mean[:, None]
        found = find_outliers(kpi, design_of(panel, config, recipe), exposure, train)
        apart = ((g, panel.dates[t]) for g, t in found)
        usual = set(config.ordinary_dates)
        recipe = replace(recipe, outliers=tuple(own for own in apart if str(own[1].date()) not in usual))
    design = design_of(panel, config, recipe)
    layout = layout_of(config, scales, panel.geos, panel.frequency)
    tests = experiments_of(panel, config, scales, train)
    return Structure(
        config, panel, train, lags, scales, recipe, design, basis_of(design, train), layout, tests
    )


def scales_of(panel: Panel, config: MMMConfig, train: int) -> Scales:
    """Scaling constants of the training periods."""
    exposure, kpi = panel.exposure[:, :train], panel.kpi[:, :train]
    count = np.maximum((exposure > 0).sum(axis=1), 1)
    typical = exposure.sum(axis=1) / count
    if config.population_column:
        per_head = typical / panel.population[:, None]
        seen = np.maximum((per_head > 0).sum(axis=0), 1)
        divisor = panel.population[:, None] * (per_head.sum(axis=0) / seen)
    else:
        overall = exposure.sum(axis=(0, 1)) / np.maximum((exposure > 0).sum(axis=(0, 1)), 1)
        divisor = np.where(typical > 0, typical, overall)
    divisor = np.where(divisor > 0, divisor, 1.0)
    scaled = exposure / divisor[:, None]
    median = np.array([_positive_median(scaled[..., c]) for c in range(scaled.shape[-1])])
    for k, channel in enumerate(config.frequency_channels):
        c = config.channels.index(channel)
        median[c] = _positive_median(panel.average_frequency[:, :train, k][exposure[..., c] > 0])
    mean = np.abs(kpi.mean(axis=1))
    money = float((panel.value[:, :train] * kpi).sum())
    return Scales(
        np.where(mean > 0, mean, 1.0), divisor, median, panel.spend[:, :train].sum(axis=(0, 1)), money
    )


def _positive_median(values: Floats) -> float:
    positive = values[values > 0]
    return float(np.median(positive)) if positive.size else 1.0


def scaled_exposure(panel: Panel, scales: Scales) -> Floats:
    """(row, geo, period): one row by channel of scaled exposure, or scaled reach where it has a frequency;
    then one by channel with reach and frequency, of its average frequency, which is not scaled."""
    rows = [panel.exposure / scales.exposure[:, None], panel.average_frequency]
    return np.ascontiguousarray(np.concatenate(rows, axis=-1).transpose(2, 0, 1))


def packed(structure: Structure) -> Floats:
    """The flat buffer that the compiled density reads (its order is that of `log_posterior`)."""
    s, layout, tests = structure, structure.layout, structure.experiments
    geos, periods, channels = len(s.panel.geos), s.train, len(s.config.channels)
    rank, rows = s.basis.singular.shape[-1], channels + len(s.config.frequency_channels)
    head = [0, geos, periods, channels, rank, s.lags, layout.size, len(tests.row_test), len(tests.table)]
    head += [layout.geo_place, layout.noise_place, 1 / s.weekly, rows]
    mean = s.scales.kpi_mean
    parts = [
        np.array(head, dtype=float), s.exposure[..., :periods], s.target, s.basis.left, s.basis.singular**2,
        mean / mean.sum(), mean, s.adstock_codes, s.saturation_codes, s.frequency_rows, layout.places,
        layout.kinds, layout.first, layout.second, layout.tilt, layout.centring, np.array(layout.total),
        tests.row_test, tests.row_geo, tests.changed, tests.table,
    ]  # fmt: skip
    buffer = np.concatenate([np.asarray(part, dtype=float).ravel() for part in parts])
    buffer[0] = buffer.size
    return buffer
