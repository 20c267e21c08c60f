"""One planning question put to Mixwright and to PyMC-Marketing: the same draws, money, limits and weeks.

`python -m tests.bench.peers.optimiser_duel FOLDER` answers it by Mixwright and writes ours.json. The last
weeks of the data are dark in all channels, since PyMC-Marketing's optimiser leaves out what past money still
does: without such money both optimise the same function.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.mmm import BudgetProblem, FittedMMM, MMMConfig, fit, optimize, simulate
from core.mmm.warm_up import warm_up_reading
from tests.bench.peers.environments import Peer, python_of
from tests.bench.peers.markets import ten_channels

PERIODS, DRAWS, DARK = 52, 1000, 7


def fitted() -> FittedMMM:
    """Ten channels over 156 weeks, the last of them dark."""
    table = ten_channels()
    frame = table.frame.drop(columns="geo")
    frame.loc[frame.index[-DARK:], list(table.channels)] = 0.0
    config = MMMConfig(
        date_column="date",
        target_column="y",
        channel_columns=list(table.channels),
        control_columns=list(table.controls),
    )
    return fit(frame, config, draws=500, tune=1000, chains=4, seed=1)


@dataclass(frozen=True)
class Duel:
    """The question: a year of the last year's money, no channel above 1.5 times its largest year."""

    model: FittedMMM

    @property
    def channels(self) -> list[str]:
        """Names in the model's order."""
        return list(self.model.channels)

    @property
    def total(self) -> float:
        """Money of the year."""
        return round(float(self.model.recent_spend(PERIODS).sum()), 2)

    def problem(self, total: float | None = None, **changes: Any) -> BudgetProblem:
        """As the optimiser wants it."""
        upper = {name: (0.0, most) for name, most in self.upper().items()}
        return BudgetProblem(self.model, PERIODS, total or self.total, bounds=upper, **changes)

    def upper(self) -> dict[str, float]:
        """The most money by channel."""
        most = 1.5 * self.model.frame.rolling(PERIODS).sum().max()
        return {name: float(most[name]) for name in self.channels}

    def schedule(self, money: dict[str, float]) -> pd.DataFrame:
        """The same money in every week."""
        return pd.DataFrame({name: np.full(PERIODS, money[name] / PERIODS) for name in self.channels})

    def worth(self, money: dict[str, float]) -> float:
        """Mean KPI by our response."""
        return float(simulate(self.model, self.schedule(money), draws=DRAWS).sum("period").mean())

    def draws(self) -> dict[str, np.ndarray]:
        """(draw, channel) curves in money and KPI, as the peer wants them."""
        kept, paid = self.model.thinned(DRAWS), len(self.channels)
        money = self.model.structure.scales.exposure[0, :paid]
        own = kept.media
        return {
            "decay": kept.natural.first[:, :paid],
            "half": own.half[:, :paid] * money,
            "slope": own.slope[:, :paid],
            "beta": own.beta[:, 0, :paid],
        }


def prepared(folder: Path) -> Duel:
    """Fit, and write into the folder all that both sides read."""
    duel = Duel(fitted())
    duel.model.save(folder / "model")
    np.savez(folder / "draws.npz", **duel.draws())
    frame = duel.model.frame.reset_index()
    frame.assign(y=duel.model.structure.panel.kpi[0]).to_csv(folder / "data.csv", index=False)
    return duel


def their_run(folder: Path, ours: dict[str, float]) -> dict[str, Any]:
    """PyMC-Marketing's seconds and plan, and what it says of ours; RuntimeError with its last words."""
    duel = Duel(FittedMMM.load(folder / "model"))
    weeks = pd.date_range(duel.model.dates[-1], periods=PERIODS + 1, freq="7D")[1:]
    spec = {
        "channels": duel.channels, "start": str(weeks[0].date()), "end": str(weeks[-1].date()),
        "periods": PERIODS, "total": duel.total, "upper": duel.upper(), "judge": {"ours": ours},
        "recent": duel.model.recent_spend(PERIODS).to_dict(),
    }  # fmt: skip
    (folder / "spec.json").write_text(json.dumps(spec))
    script = Peer.PYMC_MARKETING.script.with_name("pymc_marketing_optimiser.py")
    command = [str(python_of(Peer.PYMC_MARKETING)), str(script), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    return {**json.loads((folder / "out.json").read_text()), "load": os.getloadavg()[0]}


def timed(action: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What it gives, and its seconds by the clock and by the processor (all threads)."""
    began, used = time.perf_counter(), time.process_time()
    found = action()
    return found, {"seconds": time.perf_counter() - began, "processor": time.process_time() - used}


def answered(folder: Path) -> dict[str, Any]:
    """Our seconds, first and again, and our plan.

    The kernels are loaded before, as the app does when it starts: nobody's first question waits for them.
    """
    warm_up_reading()
    duel = Duel(FittedMMM.load(folder / "model"))
    usual = {name: duel.total / len(duel.channels) for name in duel.channels}
    plan, first = timed(lambda: optimize(duel.problem(), draws=DRAWS))
    _, again = timed(lambda: optimize(duel.problem(1.02 * duel.total), draws=DRAWS))
    _, asked = timed(lambda: simulate(duel.model, duel.schedule(usual), draws=DRAWS))
    _, asked_again = timed(lambda: simulate(duel.model, duel.schedule(plan.spend.to_dict()), draws=DRAWS))
    weekly, flighted = timed(lambda: optimize(duel.problem(flighting="optimised"), draws=DRAWS))
    _, flighted_again = timed(
        lambda: optimize(duel.problem(1.02 * duel.total, flighting="optimised"), draws=DRAWS)
    )
    return {
        "split first": first, "split": again, "what-if first": asked, "what-if": asked_again,
        "flighting first": flighted, "flighting": flighted_again, "plan": plan.spend.to_dict(),
        "worth": plan.kpi, "worth of the flighting": weekly.kpi, "kkt residual": plan.kkt_residual,
        "load": os.getloadavg()[0],
    }  # fmt: skip


if __name__ == "__main__":
    (Path(sys.argv[1]) / "ours.json").write_text(json.dumps(answered(Path(sys.argv[1]))))
