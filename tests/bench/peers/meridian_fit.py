"""Google Meridian's model on a table: `python meridian_fit.py DATA.csv SPEC.json OUT.json`.

DATA has the columns date, geo, channels, controls, y and perhaps population (1 everywhere if not, as in the
public benchmark pymc-labs/mmm-param-recovery, whose choices these are): a coefficient prior, log-normal media
effects, a decay of Beta(1, 3), carry-over over 8 weeks before Hill, knots chosen automatically, one noise per
geo. Half of the tuning adapts, half burns in. JAX is Meridian's own default; the environment variable
MERIDIAN_BACKEND chooses another. SPEC may add "weekly": false, which leaves out the weekly contributions.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
from answer import (
    Stages,
    contributions,
    convergence,
    peak_memory_mb,
    specification,
    summary,
    versions,
    write,
)

LIBRARIES = ("google-meridian", "jax", "jaxlib", "tensorflow", "tfp-nightly", "arviz", "numpy")
LAGS = 8
DERIVED = ("mu_t", "tau_g", "beta_gm", "gamma_gc")


def input_of(frame: Any, spec: dict[str, Any]) -> Any:
    """Meridian's own form of the table."""
    from meridian.data.data_frame_input_data_builder import DataFrameInputDataBuilder

    channels = list(spec["channels"])
    builder = DataFrameInputDataBuilder(kpi_type="revenue", default_time_column="date")
    builder = builder.with_kpi(frame, kpi_col="y").with_population(frame)
    if spec["controls"]:
        builder = builder.with_controls(frame, control_cols=list(spec["controls"]))
    builder = builder.with_media(
        frame, media_cols=channels, media_spend_cols=channels, media_channels=channels, time_col="date"
    )
    return builder.build()


def model_of(data: Any) -> Any:
    """The model of the public benchmark on this data."""
    from meridian import backend, constants
    from meridian.model.model import Meridian
    from meridian.model.prior_distribution import PriorDistribution
    from meridian.model.spec import ModelSpec

    decay = backend.tfd.Beta(*np.array([1.0, 3.0], backend.np_float_dtype), name=constants.ALPHA_M)
    spec = ModelSpec(
        prior=PriorDistribution(alpha_m=decay),
        media_effects_dist="log_normal",
        hill_before_adstock=False,
        max_lag=LAGS,
        unique_sigma_for_each_geo=True,
        media_prior_type="coefficient",
        rf_prior_type="coefficient",
        enable_aks=True,
    )
    return Meridian(input_data=data, model_spec=spec)


class Settings(dict[str, float]):
    """Keyword arguments that JAX takes as constants: it asks for a hash, which a plain dict lacks."""

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.items())))


def sample(model: Any, spec: dict[str, Any]) -> None:
    """Draw from the posterior; the model keeps the draws."""
    model.sample_posterior(
        n_chains=spec["chains"],
        n_adapt=spec["tune"] // 2,
        n_burnin=spec["tune"] // 2,
        n_keep=spec["draws"],
        seed=(spec["seed"], spec["seed"]),
        dual_averaging_kwargs=Settings(target_accept_prob=spec["target_accept"]),
    )


def earned(model: Any, whole: bool) -> np.ndarray:
    """(chain, draw, geo, channel) contributions in units of the KPI, or by (geo, date, channel)."""
    from meridian.analysis.analyzer import Analyzer

    found = Analyzer(model_context=model.model_context, inference_data=model.inference_data)
    return np.asarray(found.incremental_outcome(aggregate_geos=False, aggregate_times=whole))


def free_names(posterior: Any) -> list[str]:
    """The sampled parameters that vary."""
    names = [name for name in posterior.data_vars if name not in DERIVED]
    return [name for name in names if float(posterior[name].std(("chain", "draw")).max()) > 0]


def main(paths: list[str]) -> None:
    """Fit, print the channel summary, keep everything."""
    stages = Stages()
    data, spec, out = specification(paths)
    warnings.filterwarnings("ignore")
    import pandas as pd
    from meridian.model import model as _meridian_model  # noqa: F401

    stages.ended("import")
    frame = pd.read_csv(data)
    frame["date"] = pd.to_datetime(frame["date"]).dt.strftime("%Y-%m-%d")
    if "population" not in frame:
        frame["population"] = 1
    model = model_of(input_of(frame, spec))
    stages.ended("build")
    sample(model, spec)
    stages.ended("compile and sample")
    totals = earned(model, whole=True)
    by_channel = totals.sum(axis=2)
    print(summary(spec["channels"], by_channel), flush=True)
    stages.ended("summarise")
    inference = model.inference_data
    weekly = earned(model, whole=False) if spec.get("weekly", True) else totals[:, :, :, None]
    write(
        out,
        {
            "peer": "Meridian",
            "channels": spec["channels"],
            "geos": [str(geo) for geo in model.input_data.geo.to_numpy()],
            "dates": [str(day)[:10] for day in model.input_data.time.to_numpy()],
            **contributions(weekly.reshape(-1, *weekly.shape[2:])),
            "convergence": convergence(
                inference.posterior[free_names(inference.posterior)],
                by_channel,
                inference.sample_stats["diverging"],
            ),
            "seconds": stages.whole(),
            "peak_memory_mb": peak_memory_mb(),
            "specification": spec,
            "versions": versions(LIBRARIES),
        },
    )


if __name__ == "__main__":
    main(sys.argv[1:])
