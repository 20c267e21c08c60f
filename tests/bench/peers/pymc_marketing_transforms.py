"""PyMC-Marketing's carry-over and saturation of small inputs: `python pymc_marketing_transforms.py OUT.json`.

Every case holds the peer's function and arguments, the input and what came out, so that a test can map the
arguments to Mixwright's and compare.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from answer import versions, write
from pymc_marketing.mmm import transformers

SEED, PERIODS, LAGS = 20261121, 24, 8
ADSTOCKS: tuple[tuple[str, dict[str, float]], ...] = (
    *(("geometric_adstock", {"alpha": alpha}) for alpha in (0.0, 0.2, 0.55, 0.9)),
    *(("delayed_adstock", {"alpha": a, "theta": t}) for a, t in ((0.3, 0.0), (0.5, 1.0), (0.8, 2.5))),
    *(
        ("weibull_adstock", {"lam": lam, "k": k})
        for lam, k in ((1.0, 1.0), (1.5, 1.5), (3.0, 0.7), (4.0, 3.0))
    ),
)
SATURATIONS: tuple[tuple[str, dict[str, float]], ...] = (
    *(("hill_function", {"slope": s, "kappa": k}) for s, k in ((0.7, 0.4), (1.0, 1.0), (2.3, 1.6))),
    *(("logistic_saturation", {"lam": lam}) for lam in (0.3, 1.0, 4.0)),
    *(("michaelis_menten", {"alpha": a, "lam": lam}) for a, lam in ((1.0, 0.5), (2.5, 1.2))),
)


def adstock_case(name: str, arguments: dict[str, float], spend: np.ndarray) -> dict[str, Any]:
    """The carried spend, weights summing to one."""
    function = getattr(transformers, name)
    out = np.asarray(function(spend, l_max=LAGS, normalize=True, **arguments).eval())
    return {"function": name, "arguments": arguments, "lags": LAGS, "output": out.tolist()}


def saturation_case(name: str, arguments: dict[str, float], carried: np.ndarray) -> dict[str, Any]:
    """The response to a carried exposure."""
    out = getattr(transformers, name)(carried, **arguments)
    values = np.asarray(out.eval() if hasattr(out, "eval") else out)
    return {"function": name, "arguments": arguments, "output": values.tolist()}


def cases() -> dict[str, Any]:
    """All cases with their input: spend of on and off weeks from a fixed seed."""
    rng = np.random.default_rng(SEED)
    spend = rng.gamma(2.0, 0.5, PERIODS) * (rng.uniform(size=PERIODS) < 0.6)
    return {
        "about": "Figures computed by PyMC-Marketing, Copyright The PyMC Labs Developers, Apache License 2.0",
        "command": "python tests/bench/peers/pymc_marketing_transforms.py tests/data/peers/transforms.json",
        "seed": SEED,
        "versions": versions(("pymc-marketing", "pymc", "pytensor", "numpy")),
        "input": spend.tolist(),
        "adstock": [adstock_case(name, arguments, spend) for name, arguments in ADSTOCKS],
        "saturation": [saturation_case(name, arguments, spend) for name, arguments in SATURATIONS],
    }


if __name__ == "__main__":
    write(sys.argv[1], cases())
