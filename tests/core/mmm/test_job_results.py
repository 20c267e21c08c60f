import datetime as dt
import json
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from core.json_values import tolerant_json
from core.mmm.job_results import TrainingInput, training_results
from tests.core.conftest import CHANNEL_ROW

GIVEN = TrainingInput(1, {}, {"draws": 10, "tune": 10, "chains": 2, "seed": 1}, "p", 7, 2, "c")


class Fitted:
    """What a fitted model says of itself."""

    diagnostics: ClassVar[dict[str, Any]] = {
        "r2": np.float64(0.9),
        "max_rhat": float("inf"),
        "converged": True,
        "warnings": ["Careful."],
        "parameters": {"beta": {"rhat": 1.0}},
        "holdout": {"r2": 0.5, "periods": 8},
    }

    def channel_summary(self, level: float) -> pd.DataFrame:
        organic = CHANNEL_ROW | {"channel": "newsletter", "roas": np.nan, "share": 0.0, "contribution": 0.0}
        return pd.DataFrame([CHANNEL_ROW, organic])


def test_what_json_cannot_hold_becomes_none_or_text() -> None:
    value = {"a": np.array([1.0, np.nan]), "b": dt.date(2026, 1, 2), "c": (np.int64(3), True), "d": Fitted}
    assert tolerant_json(value)["a"] == [1.0, None]
    assert tolerant_json(value)["b"] == "2026-01-02"
    assert tolerant_json(value)["c"] == [3, True]
    json.dumps(tolerant_json(value), allow_nan=False)


def test_figures_are_split_into_sample_and_holdout_once_each() -> None:
    found = training_results(Fitted(), GIVEN, 1, {"sample": 1.5}, "path", "sum")
    figures = {(metric.name, metric.split): metric.value for metric in found.metrics}
    assert figures == {("r2", "in_sample"): 0.9, ("r2", "holdout"): 0.5, ("periods", "holdout"): 8.0}
    assert len(figures) == len(found.metrics)


def test_results_can_be_read_without_draws() -> None:
    found = training_results(Fitted(), GIVEN, 1, {"prepare": 0.5, "sample": 1.5}, "path", "sum")
    assert found.results["channel_summary"][0]["roas"] == 2.0
    assert found.results["channel_summary"][1]["roas"] is None
    assert found.results["warnings"] == ["Careful."]
    run = found.results["run"]
    assert (run["stages"], run["dataset_id"], run["seed"]) == (["prepare", "sample"], 7, 1)
    assert set(run["versions"]) >= {"nutpie", "numpy"}


def test_shares_keep_the_proportion_of_the_contribution_interval() -> None:
    share = training_results(Fitted(), GIVEN, 1, {}, "path", "sum").shares[0]
    assert (share.channel, share.mean) == ("tv_S", 0.1)
    assert abs(share.lower - 0.075) < 1e-12 and abs(share.upper - 0.13) < 1e-12
