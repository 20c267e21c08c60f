"""Carry-over and saturation are those that PyMC-Marketing has under the same names, to 1e-8.

`make bench` computes the peer's figures anew. How the peer's arguments map to ours:

    geometric_adstock(alpha)         decay = alpha
    delayed_adstock(alpha, theta)    decay = alpha, peak = theta
    weibull_adstock(lam, k)          shape = k, scale = lam
    hill_function(slope, kappa)      slope = slope, half = kappa
    logistic_saturation(lam)         half = ln 3 / lam, where the response is one half
    michaelis_menten(alpha, lam)     half = lam, times alpha, which is a channel's level with us
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.mmm.model.curves import Adstock, Saturation
from core.mmm.model.transforms import adstock, adstock_weights, saturation

RECORD = json.loads(Path("tests/data/peers/transforms.json").read_text())
INPUT = np.array(RECORD["input"])
CLOSE = {"rtol": 0.0, "atol": 1e-8}


def named(case: dict[str, Any]) -> str:
    """A readable name of a case."""
    return f"{case['function']}({', '.join(f'{k}={v}' for k, v in case['arguments'].items())})"


def our_weights(function: str, lags: int, given: dict[str, float]) -> NDArray[np.float64]:
    """Our weights for the peer's arguments."""
    if function == "geometric_adstock":
        return adstock_weights(Adstock.GEOMETRIC, given["alpha"], 0.0, lags)
    if function == "delayed_adstock":
        return adstock_weights(Adstock.DELAYED, given["alpha"], given["theta"], lags)
    return adstock_weights(Adstock.WEIBULL, given["k"], given["lam"], lags)


def our_response(function: str, given: dict[str, float]) -> NDArray[np.float64]:
    """Our response to the input for the peer's arguments."""
    if function == "hill_function":
        return saturation(Saturation.HILL, INPUT, given["kappa"], given["slope"])
    if function == "logistic_saturation":
        return saturation(Saturation.LOGISTIC, INPUT, math.log(3) / given["lam"])
    return given["alpha"] * saturation(Saturation.MICHAELIS_MENTEN, INPUT, given["lam"])


@pytest.mark.parametrize("case", RECORD["adstock"], ids=named)
def test_carry_over_is_the_peers(case: dict[str, Any]) -> None:
    weights = our_weights(case["function"], case["lags"], case["arguments"])
    np.testing.assert_allclose(adstock(INPUT, weights), case["output"], **CLOSE)


@pytest.mark.parametrize("case", RECORD["saturation"], ids=named)
def test_saturation_is_the_peers(case: dict[str, Any]) -> None:
    np.testing.assert_allclose(our_response(case["function"], case["arguments"]), case["output"], **CLOSE)


def test_every_transform_with_a_namesake_is_compared() -> None:
    compared = {case["function"] for kind in ("adstock", "saturation") for case in RECORD[kind]}
    assert compared == {
        "geometric_adstock", "delayed_adstock", "weibull_adstock",
        "hill_function", "logistic_saturation", "michaelis_menten",
    }  # fmt: skip
