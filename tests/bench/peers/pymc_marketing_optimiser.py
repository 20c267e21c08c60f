"""PyMC-Marketing's BudgetOptimizer on given curves: `python pymc_marketing_optimiser.py FOLDER`.

FOLDER holds data.csv (date, channels, y), draws.npz (each (draw, channel): `decay`, `half` in money,
`slope`, `beta` in units of the KPI) and spec.json (channels, start, end, periods, total, upper and recent
money by channel, plans to be judged); the answer is written to out.json. Nothing is sampled: the draws are
put where its posterior would be. The search starts at recent money: from its own start, the same money for
every channel, it can end with "Inequality constraints incompatible", which the answer tells.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from answer import versions

LIBRARIES = ("pymc-marketing", "pymc", "pytensor", "numba", "arviz", "scipy", "numpy")
LAGS = 8
RESPONSE = "total_media_contribution_original_scale"


def timed(action: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What it gives, and its seconds by the clock and by the processor, the compiler's processes included."""
    began, used = time.perf_counter(), _processor()
    found = action()
    return found, {"seconds": time.perf_counter() - began, "processor": _processor() - used}


def _processor() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def model_with(draws: dict[str, np.ndarray], frame: Any, channels: list[str]) -> Any:
    """Its multidimensional model with geometric adstock and Hill saturation, holding the draws."""
    import arviz as az
    from pymc_extras.prior import Prior
    from pymc_marketing.mmm import GeometricAdstock, HillSaturation
    from pymc_marketing.mmm.multidimensional import MMM

    wide = {name: Prior("HalfNormal", sigma=1.5, dims="channel") for name in ("slope", "kappa", "beta")}
    model = MMM(
        date_column="date",
        target_column="y",
        channel_columns=channels,
        adstock=GeometricAdstock(
            l_max=LAGS, priors={"alpha": Prior("Beta", alpha=1, beta=3, dims="channel")}
        ),
        saturation=HillSaturation(priors=wide),
    )
    model.build_model(X=frame[["date", *channels]], y=frame["y"])
    model.add_original_scale_contribution_variable(var=["channel_contribution"])
    scales = model.get_scales_as_xarray()
    money = scales["channel_scale"].sel(channel=channels).to_numpy()
    unit = float(scales["target_scale"])
    values = {
        "adstock_alpha": draws["decay"],
        "saturation_slope": draws["slope"],
        "saturation_kappa": draws["half"] / money,
        "saturation_beta": draws["beta"] / unit,
        "intercept_contribution": np.zeros(len(draws["beta"])),
        "y_sigma": np.full(len(draws["beta"]), 0.05),
    }
    model.idata = az.from_dict(
        posterior={name: value[None] for name, value in values.items()},
        coords={"channel": channels},
        dims={name: ["channel"] for name, value in values.items() if value.ndim == 2},
    )
    return model


def bounds_of(spec: dict[str, Any]) -> Any:
    """The channels' limits per period, as it wants them."""
    import xarray as xr

    upper = np.array([spec["upper"][name] for name in spec["channels"]]) / spec["periods"]
    return xr.DataArray(
        np.column_stack([np.zeros_like(upper), upper]),
        dims=("channel", "bound"),
        coords={"channel": spec["channels"], "bound": ["lower", "upper"]},
    )


def outcome(made: Any, weekly: float, limits: Any, start: Any) -> str:
    """What comes of a search from `start`, None: from the same money for every channel."""
    from pymc_marketing.mmm.budget_optimizer import MinimizeException

    try:
        _, result = made.allocate_budget(total_budget=weekly, budget_bounds=limits, x0=start)
    except MinimizeException as error:
        return str(error)
    return f"{result.message}: {-float(result.fun):.1f}"


def main(folder: Path) -> None:
    """Optimise twice, draw the response once, judge the plans."""
    warnings.filterwarnings("ignore")
    import pandas as pd
    import pytensor
    from pymc_marketing.mmm.budget_optimizer import BudgetOptimizer
    from pymc_marketing.mmm.multidimensional import MultiDimensionalBudgetOptimizerWrapper

    spec = json.loads((folder / "spec.json").read_text())
    channels, weekly = spec["channels"], spec["total"] / spec["periods"]
    frame = pd.read_csv(folder / "data.csv", parse_dates=["date"])
    with np.load(folder / "draws.npz") as kept:
        model = model_with(dict(kept), frame, channels)
    wrapper = MultiDimensionalBudgetOptimizerWrapper(
        model=model, start_date=spec["start"], end_date=spec["end"]
    )
    assert wrapper.num_periods == spec["periods"], wrapper.num_periods
    limits = bounds_of(spec)
    recent = np.array([spec["recent"][name] for name in channels])
    start = recent / recent.sum() * weekly

    def made_and_asked() -> Any:
        # What wrapper.optimize_budget does, keeping the compiled optimiser for the second call.
        made = BudgetOptimizer(
            num_periods=wrapper.num_periods, model=wrapper, response_variable=RESPONSE, custom_constraints=()
        )
        return made, *made.allocate_budget(total_budget=weekly, budget_bounds=limits, x0=start)

    (made, plan, result), first = timed(made_and_asked)
    # The same question: with 2 % more money the search can fail again.
    _, second = timed(lambda: made.allocate_budget(total_budget=weekly, budget_bounds=limits, x0=start))
    shown, response = timed(lambda: wrapper.sample_response_distribution(plan, noise_level=0.0))
    _, response_again = timed(lambda: wrapper.sample_response_distribution(plan, noise_level=0.0))
    graph = made.extract_response_distribution(RESPONSE)
    worth = pytensor.function([made._budgets_flat], graph)

    def judged(money: dict[str, float]) -> float:
        per_week = np.array([money[name] for name in channels]) / spec["periods"]
        return float(np.asarray(worth(per_week)).mean())

    money = {name: float(plan.sel(channel=name)) * spec["periods"] for name in channels}
    answer = {
        "first": first,
        "second": second,
        "response": response,
        "response again": response_again,
        "from its own start": outcome(made, weekly, limits, None),
        "with 2 % more money": outcome(made, 1.02 * weekly, limits, 1.02 * start),
        "steps": int(result.nit),
        "evaluations": int(result.nfev),
        "plan": money,
        "worth": judged(money),
        "worth of others": {name: judged(own) for name, own in spec["judge"].items()},
        "response mean": float(shown[RESPONSE].mean()),
        "versions": versions(LIBRARIES),
    }
    (folder / "out.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
