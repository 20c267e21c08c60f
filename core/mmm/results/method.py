"""How a model was computed, in sentences and in a table: formula, draws, data, seconds, versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.mmm.config import MMMConfig

FORMULA = (
    r"y_{g,t} = Z_{g,t}\,\theta_g + \sum_c \beta_{g,c}\; "
    r"\mathrm{saturate}\!\left(\mathrm{adstock}(x_{g,\cdot,c})_t\right) + \mathcal{N}(0, \sigma_g)"
)
FORMULA_WORDS = (
    "KPI = baseline (level, trend, season, controls, events) + for each channel: level × "
    "saturation(carry-over(exposure)) + noise. Bayesian, sampled with NUTS; the baseline is integrated out."
)


def method_sentences(
    config: MMMConfig,
    diagnostics: Mapping[str, Any],
    run: Mapping[str, Any],
    periods: int,
    geos: int,
    noun: str,
) -> tuple[str, ...]:
    """What a reader needs to trace a number: model, data, sampling, meaning of the figures."""
    rows = f"{periods:,} {noun}s" + (f" in {geos} geographies" if geos > 1 else "")
    held = f", the last {config.holdout} not seen in training" if config.holdout else ""
    data = (
        f"Data: version {run['dataset_version']}, {rows}{held}."
        if run.get("dataset_version")
        else f"Data: {rows}{held}."
    )
    chains, draws = run.get("chains"), run.get("draws")
    sampled = f"{chains} chains of {draws:,} draws" if chains and draws else "posterior draws"
    rhat, ess = diagnostics.get("max_rhat"), diagnostics.get("min_ess_bulk")
    checks = f" (largest R-hat {rhat:.3f}, smallest effective sample {ess:,.0f})" if rhat and ess else ""
    seconds = diagnostics.get("seconds")
    lasted = f", computed in {seconds:.0f} seconds" if seconds else ""
    often = ", ".join(config.label(channel) for channel in config.frequency_channels)
    return (
        FORMULA_WORDS,
        *([f"{often}: level × carry-over(reach × saturation(average frequency))."] if often else []),
        data,
        f"Sampling: {sampled}{checks}{lasted}, seed {run.get('seed', 'unknown')}.",
        "Returns are incremental: KPI caused inside the range by its own spend, over that spend; marginal: "
        "the same for the next 1 % of spend.",
    )


def run_table(diagnostics: Mapping[str, Any], run: Mapping[str, Any]) -> pd.DataFrame:
    """what, value: seconds by stage, sampling and versions of the libraries."""
    stages = diagnostics.get("seconds_by_stage") or run.get("seconds") or {}
    rows = [(f"Seconds: {stage.replace('_', ' ')}", f"{value:.2f}") for stage, value in stages.items()]
    rows += [
        (name.capitalize(), str(run[name])) for name in ("chains", "draws", "tune", "seed") if name in run
    ]
    rows += [(f"Version of {name}", str(value)) for name, value in (run.get("versions") or {}).items()]
    checksum = run.get("dataset_checksum")
    rows += [("Checksum of the data", str(checksum))] if checksum else []
    return pd.DataFrame(rows, columns=["What", "Value"])
