"""PyMC-Marketing's model on a table: `python pymc_marketing_fit.py DATA.csv SPEC.json OUT.json`.

DATA has the columns date, geo, channels, controls and y, one row per date and geo. The model is that of the
public benchmark pymc-labs/mmm-param-recovery: channels and KPI over their maximum in each geo, geometric
adstock over 8 weeks, a shifted logistic curve called Hill sigmoid, two pairs of yearly season, 0.9 as the
wanted acceptance, sampled by nutpie. SPEC may add "backend": "numba" (the default) or "jax".
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
from answer import Stages, contributions, convergence, peak_memory_mb, specification, summary, versions, write

LIBRARIES = ("pymc-marketing", "pymc", "pytensor", "nutpie", "numba", "jax", "arviz", "numpy")
LAGS, SEASON_PAIRS = 8, 2


def saturation_of(geos: int) -> Any:
    """Height by channel, for several geos hierarchical; steepness and shift by channel."""
    from pymc_extras.prior import Prior
    from pymc_marketing.mmm import HillSaturationSigmoid
    from pymc_marketing.special_priors import LogNormalPrior

    if geos == 1:
        height = LogNormalPrior(mean=0.25, std=0.25, dims=("channel",))
    else:
        height = LogNormalPrior(
            mean=Prior("Gamma", mu=0.25, sigma=0.10, dims=("channel",)),
            std=Prior("Exponential", scale=0.10, dims=("channel",)),
            dims=("channel", "geo"),
            centered=False,
        )
    wide = {name: Prior("HalfNormal", sigma=1.5, dims=("channel",)) for name in ("beta", "lam")}
    return HillSaturationSigmoid(priors={"sigma": height, **wide})


def model_of(spec: dict[str, Any], geos: int) -> Any:
    """The model, not yet joined to data."""
    from pymc_extras.prior import Prior
    from pymc_marketing.mmm import GeometricAdstock
    from pymc_marketing.mmm.multidimensional import MMM

    decay = Prior("Beta", alpha=1, beta=3, dims=("channel",))
    by_maximum = {"method": "max", "dims": ()}
    return MMM(
        date_column="date",
        target_column="y",
        channel_columns=list(spec["channels"]),
        control_columns=list(spec["controls"]) or None,
        dims=("geo",),
        scaling={"channel": by_maximum, "target": by_maximum},
        adstock=GeometricAdstock(l_max=LAGS, priors={"alpha": decay}),
        saturation=saturation_of(geos),
        yearly_seasonality=SEASON_PAIRS,
    )


def sampled(model: Any, table: Any, target: Any, spec: dict[str, Any]) -> Any:
    """The fitted model's InferenceData."""
    extra = {}
    if spec.get("backend", "numba") == "jax":
        extra = {"nuts_sampler_kwargs": {"backend": "jax", "gradient_backend": "jax"}}
    return model.fit(
        X=table,
        y=target,
        draws=spec["draws"],
        tune=spec["tune"],
        chains=spec["chains"],
        target_accept=spec["target_accept"],
        random_seed=spec["seed"],
        nuts_sampler="nutpie",
        progressbar=False,
        **extra,
    )


def earned(model: Any, inference: Any, channels: list[str]) -> np.ndarray:
    """(chain, draw, geo, date, channel) contributions in units of the KPI."""
    scaled = inference.posterior["channel_contribution"].sel(channel=channels)
    in_units = scaled * model.get_scales_as_xarray()["target_scale"]
    return np.asarray(in_units.transpose("chain", "draw", "geo", "date", "channel").to_numpy())


def main(paths: list[str]) -> None:
    """Fit, print the channel summary, keep everything."""
    stages = Stages()
    data, spec, out = specification(paths)
    warnings.filterwarnings("ignore")
    import pandas as pd
    import pymc_marketing.mmm.multidimensional  # noqa: F401

    stages.ended("import")
    frame = pd.read_csv(data, parse_dates=["date"])
    table, target = frame.drop(columns=["y"]), frame["y"]
    model = model_of(spec, frame["geo"].nunique())
    model.build_model(X=table, y=target)
    stages.ended("build")
    inference = sampled(model, table, target, spec)
    stages.ended("compile and sample")
    draws = earned(model, inference, spec["channels"])
    totals = draws.sum(axis=(2, 3))
    print(summary(spec["channels"], totals), flush=True)
    stages.ended("summarise")
    free = [variable.name for variable in model.model.free_RVs]
    posterior = inference.posterior
    write(
        out,
        {
            "peer": "PyMC-Marketing",
            "channels": spec["channels"],
            "geos": [str(geo) for geo in posterior["geo"].to_numpy()],
            "dates": [str(day)[:10] for day in posterior["date"].to_numpy()],
            **contributions(draws.reshape(-1, *draws.shape[2:])),
            "convergence": convergence(posterior[free], totals, inference.sample_stats["diverging"]),
            "seconds": stages.whole(),
            "peak_memory_mb": peak_memory_mb(),
            "specification": spec,
            "versions": versions(LIBRARIES),
        },
    )


if __name__ == "__main__":
    main(sys.argv[1:])
