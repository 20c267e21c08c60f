"""Small models whose calibration is checked: between them every shape, prior and kind of evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm import ChannelPrior, LiftTest, MMMConfig, Priors
from core.mmm.model.structure import Structure, structure_of


@dataclass(frozen=True)
class Design:
    """A named model on exposures that never change; the target column of `frame` only sets the scales."""

    name: str
    frame: pd.DataFrame
    config: MMMConfig

    @property
    def structure(self) -> Structure:
        """The model with the scales, centres and design matrix that all simulations share."""
        return structure_of(self.frame, self.config)


def designs() -> tuple[Design, ...]:
    """All of them, the simplest first."""
    return (national(), noisy(), geos(), shapes(), evidence(), reach(), daily())


def national() -> Design:
    """One geo, 64 weeks and 8 to forecast, two channels with geometric carry-over and Hill saturation."""
    return Design("national", _frame(72), _config(holdout=8))


def noisy() -> Design:
    """Weeks so noisy that the posterior is nearly the prior, where a wrong one shows."""
    return Design("noisy", _frame(48), _config(holdout=8, priors=Priors(noise_sd=1.0)))


def geos() -> Design:
    """Two geos, 40 weeks and 6 to forecast; one channel never ran in one of them."""
    frames = [_frame(46, seed=11 + g).assign(geo=f"g{g}") for g in range(2)]
    frames[1]["sales"] *= 2.5
    frames[1]["two"] = 0.0
    config = _config(geo_column="geo", use_geo=True, holdout=6)
    return Design("two geos", pd.concat(frames, ignore_index=True), config)


def shapes() -> Design:
    """Delayed and Weibull carry-over, every saturation, a ROAS prior, an organic medium, a treatment."""
    generator = np.random.default_rng(5)
    extra = {
        "three": _flights(generator, 72, 30.0),
        "mail": _flights(generator, 72, 5.0),
        "promo": generator.integers(0, 2, 72).astype(float),
    }
    config = _config(
        channel_columns=["one", "two", "three"],
        organic_columns=["mail"],
        treatment_columns={"promo": 0.0},
        adstock={"one": "delayed", "two": "weibull"},
        saturation={"one": "logistic", "two": "michaelis_menten", "mail": "none"},
        priors=Priors(channels={"three": ChannelPrior(roas_mean=2.0, roas_sd=1.0)}),
        holdout=8,
    )
    return Design("other shapes", _frame(72, **extra), config)


def evidence() -> Design:
    """Two lift tests, and a trend whose slope changes within the 76 weeks and once in the 12 that follow."""
    tests = [
        LiftTest("one", "2023-03-06", "2023-04-10", 1.0, 300.0),
        LiftTest("two", "2023-09-04", "2023-10-16", 1.0, 150.0, spend_change=-100.0),
    ]
    return Design("lift tests", _frame(88), _config(lift_tests=tests, holdout=12))


def reach() -> Design:
    """A channel with reach and frequency, which a lift test has measured, beside a plain one."""
    generator = np.random.default_rng(9)
    frequency = 1 + generator.gamma(4, 0.5, 72)
    config = _config(
        reach_frequency={"one": ("one", "often")},
        lift_tests=[LiftTest("one", "2023-03-06", "2023-04-10", 1.0, 300.0)],
        holdout=8,
    )
    return Design("reach and frequency", _frame(72, often=frequency), config)


def daily() -> Design:
    """190 days and 14 to forecast: carry-over is believed by the week and felt by the day."""
    return Design("daily", _frame(204, step="D"), _config(holdout=14, max_lag=21))


def _config(**changes: object) -> MMMConfig:
    # Outliers are looked for in the target, so their dummies would not be the same in every simulation.
    fields: dict[str, object] = {"channel_columns": ["one", "two"], "control_columns": ["price"]}
    fields |= {"date_column": "date", "target_column": "sales", "outliers": "keep"}
    return MMMConfig(**(fields | changes))  # type: ignore[arg-type]


def _frame(periods: int, seed: int = 3, step: str = "7D", **columns: NDArray[np.float64]) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    data: dict[str, object] = {
        "date": pd.date_range("2023-01-02", periods=periods, freq=step),
        "sales": 1000 + generator.normal(0, 50, periods),
        "one": _flights(generator, periods, 100.0),
        "two": generator.gamma(4, 15, periods),
        "price": generator.normal(10, 1, periods),
    }
    return pd.DataFrame(data | columns)


def _flights(generator: np.random.Generator, periods: int, size: float) -> NDArray[np.float64]:
    """(period,) exposure in bursts of six periods, half of them empty."""
    on = np.repeat(generator.uniform(size=periods // 6 + 1) < 0.5, 6)[:periods]
    return np.asarray(generator.gamma(2, size / 2, periods) * on)
