"""Prior assumptions in plain quantities, editable per channel; refused at birth when impossible."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import UserError

_Z_90 = 1.645  # standard normal quantile: 90 % lie within this many sd


def beta_shape(mean: float, sd: float) -> tuple[float, float]:
    """(a, b) of the Beta distribution with this mean and sd; both lie in (0, 1)."""
    size = mean * (1 - mean) / sd**2 - 1
    return mean * size, (1 - mean) * size


def log_normal_shape(mean: float, sd: float) -> tuple[float, float]:
    """(mu, sigma) on the log scale of the LogNormal distribution with this mean and sd."""
    variance = math.log1p((sd / mean) ** 2)
    return math.log(mean) - variance / 2, math.sqrt(variance)


@dataclass(frozen=True)
class ChannelPrior:
    """What is believed about one channel before the data speak.

    `roas_mean` and `roas_sd` (KPI value per unit of spend, incremental) replace the contribution-share
    prior where given. `retention_*`: share of an effect that is left one week later, whatever the
    frequency of the data. `half_ratio`: exposure of half saturation as a multiple of the channel's median
    non-zero exposure, with `half_sd` on the log scale; `slope_*`: steepness of the Hill curve (median, and
    sd on the log scale). `peak_weeks_*`: weeks until the peak of a delayed adstock. `shape_*` and
    `spread_weeks_*`: shape and scale of a Weibull adstock (median, and sd on the log scale).
    `frequency_*` take the place of `half_*` and `slope_*` in a channel with reach and frequency, whose
    saturation acts on average frequency: half saturation as a multiple of the channel's median frequency.
    A median slope of 2 puts the frequency of most effect per impression at that of half saturation.
    """

    roas_mean: float | None = None
    roas_sd: float | None = None
    retention_mean: float = 0.30
    retention_sd: float = 0.20
    half_ratio: float = 1.25
    half_sd: float = 0.9
    slope_median: float = 1.2
    slope_sd: float = 0.3
    peak_weeks_mean: float = 1.0
    peak_weeks_sd: float = 1.0
    shape_median: float = 1.5
    shape_sd: float = 0.4
    spread_weeks_median: float = 1.5
    spread_weeks_sd: float = 0.5
    frequency_half_ratio: float = 1.0
    frequency_half_sd: float = 0.5
    frequency_slope_median: float = 2.0
    frequency_slope_sd: float = 0.4

    def __post_init__(self) -> None:
        faults = list(self._faults())
        if faults:
            raise UserError(faults)

    def _faults(self) -> list[str]:
        faults = []
        if (self.roas_mean is None) != (self.roas_sd is None):
            faults.append("An incremental ROAS prior needs both its mean and its standard deviation.")
        if not 0 < self.retention_mean < 1:
            faults.append(f"retention_mean must lie between 0 and 1, not {self.retention_mean}.")
        elif not 0 < self.retention_sd**2 < self.retention_mean * (1 - self.retention_mean):
            faults.append(
                f"retention_sd {self.retention_sd} is too large for a share around {self.retention_mean}."
            )
        for name, value in vars(self).items():
            if value is not None and not name.startswith("retention") and not (0 < value < math.inf):
                faults.append(f"{name} must be a positive number, not {value}.")
        return faults

    @property
    def on_roas(self) -> bool:
        """Whether the prior speaks about incremental ROAS rather than the contribution share."""
        return self.roas_mean is not None


@dataclass(frozen=True)
class Priors:
    """Prior assumptions of a whole model.

    Media: the total share of the KPI that all channels together earn is LogNormal with mean
    `media_share_mean` and sd `media_share_sd`; it is split by a Dirichlet of `share_concentration` per
    channel whose weights are tilted by `spend_tilt` (0 = equal, 1 = all by spend) towards spend shares.
    Baseline and noise: standard deviations in units of the geo's mean KPI; slopes are per year.
    """

    media_share_mean: float = 0.30
    media_share_sd: float = 0.15
    share_concentration: float = 1.0
    spend_tilt: float = 0.5
    intercept_sd: float = 0.5
    slope_sd: float = 0.3
    slope_change_sd: float = 0.4
    season_sd: float = 0.2
    weekday_sd: float = 0.3
    control_sd: float = 0.3
    event_sd: float = 0.3
    treatment_sd: float = 0.3
    outlier_sd: float = 5.0
    noise_sd: float = 0.2
    geo_spread: float = 0.3
    channels: Mapping[str, ChannelPrior] = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults = [
            f"{name} must be a positive number, not {value}."
            for name, value in vars(self).items()
            if name not in ("channels", "spend_tilt") and not (0 < value < math.inf)
        ]
        if not 0 <= self.spend_tilt <= 1:
            faults.append(f"spend_tilt must lie between 0 and 1, not {self.spend_tilt}.")
        if faults:
            raise UserError(faults)

    def of(self, channel: str) -> ChannelPrior:
        """The prior of one channel: its own, or the default."""
        return self.channels.get(channel, ChannelPrior())


def half_life_of(retention: float) -> float:
    """Weeks until half of an effect has faded, from the share left after one week: ln(1/2) / ln(share)."""
    return math.log(0.5) / math.log(retention)


def retention_of(half_life: float) -> float:
    """The share of an effect left after one week, from its half-life in weeks: (1/2) ** (1 / weeks)."""
    return float(0.5 ** (1 / half_life))


def likely_range(mean: float, sd: float) -> tuple[float, float]:
    """The 90 % range of the LogNormal belief with this mean and sd."""
    middle, width = log_normal_shape(mean, sd)
    return math.exp(middle - _Z_90 * width), math.exp(middle + _Z_90 * width)
