"""What a peer's fit hands back: contributions in units of the KPI, seconds by stage, convergence."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

LEVELS = (0.05, 0.5, 0.95)


class Stages:
    """Seconds of each stage, counted from the start of the process or from `began` (boot time clock)."""

    def __init__(self, began: float | None = None) -> None:
        self._began = _process_began() if began is None else began
        self._seconds: dict[str, float] = {}
        self._last = self._began
        self._processor = 0.0
        self.ended("start")

    def ended(self, stage: str) -> None:
        """Note that `stage` has just ended."""
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        self._seconds[stage] = now - self._last
        self._last, self._processor = now, time.process_time()

    def whole(self) -> dict[str, float]:
        """Seconds by stage; "total" and "processor" (all threads) until the last one ended."""
        return {**self._seconds, "total": self._last - self._began, "processor": self._processor}


def _process_began() -> float:
    """When the kernel started this process, so that imports count."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return ticks / os.sysconf("SC_CLK_TCK")


def specification(paths: list[str]) -> tuple[str, dict[str, Any], str]:
    """(data, specification, output) of the command line DATA.csv SPEC.json OUT.json, defaults filled in."""
    if len(paths) != 3:
        raise SystemExit(f"usage: {Path(sys.argv[0]).name} DATA.csv SPEC.json OUT.json")
    usual = {"controls": [], "draws": 1000, "tune": 1000, "chains": 4, "seed": 1, "target_accept": 0.9}
    return paths[0], {**usual, **json.loads(Path(paths[1]).read_text())}, paths[2]


def contributions(draws: np.ndarray) -> dict[str, Any]:
    """Figures of draws (draw, geo, date, channel): weekly means, totals by geo and channel and over geos."""
    totals = draws.sum(axis=2)
    return {
        "weekly_mean": draws.mean(axis=0).tolist(),
        "totals": _spread(totals),
        "channel_totals": _spread(totals.sum(axis=1)),
    }


def _spread(totals: np.ndarray) -> dict[str, Any]:
    quantiles = np.quantile(totals, LEVELS, axis=0)
    named = {f"q{round(100 * level):02d}": q.tolist() for level, q in zip(LEVELS, quantiles, strict=True)}
    return {"mean": totals.mean(axis=0).tolist(), **named}


def summary(channels: list[str], totals: np.ndarray) -> str:
    """A printable line per channel: mean and 90 % interval of `totals` (chain, draw, channel)."""
    flat = totals.reshape(-1, totals.shape[-1])
    rows = np.c_[flat.mean(axis=0), np.quantile(flat, [0.05, 0.95], axis=0).T]
    return "\n".join(
        f"{name} {mean:.4g} ({low:.4g} to {high:.4g})"
        for name, (mean, low, high) in zip(channels, rows, strict=True)
    )


def convergence(parameters: Any, totals: np.ndarray, diverging: Any) -> dict[str, float]:
    """Worst R-hat and bulk ESS of the sampled parameters and of `totals` (chain, draw, channel)."""
    import arviz as az

    chosen = az.convert_to_dataset(parameters)
    r_hat, ess, names = az.rhat(chosen), az.ess(chosen, method="bulk"), list(chosen.data_vars)
    own = az.convert_to_dataset({"total": totals})
    return {
        "max_r_hat": max(float(np.nanmax(r_hat[name])) for name in names),
        "min_ess_bulk": min(float(np.nanmin(ess[name])) for name in names),
        "totals_max_r_hat": float(az.rhat(own)["total"].max()),
        "totals_min_ess_bulk": float(az.ess(own, method="bulk")["total"].min()),
        "divergences": int(np.asarray(diverging).sum()),
    }


def versions(names: tuple[str, ...]) -> dict[str, str]:
    """Installed versions of those of the libraries that are there."""
    found = {"python": sys.version.split()[0]}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def peak_memory_mb() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write(path: str, answer: dict[str, Any]) -> None:
    """Keep the answer as JSON."""
    Path(path).write_text(json.dumps(answer))
