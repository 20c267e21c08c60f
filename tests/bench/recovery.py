"""How well the default model finds the truth of simulated markets, beside PyMC-Marketing on the same data.

`python -m tests.bench.recovery` fits every market and prints the table of docs/model.md. The peer's figures
are frozen in tests/data/peers/recovery.json; `--live` fits three markets anew in the peer's own environment,
`--freeze` those that have no figures yet (all of them: an hour).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm import FittedMMM, MMMConfig, fit
from tests.bench.peers.arena import EFFORT
from tests.bench.peers.environments import Peer, python_of
from tests.bench.simulated import WORLDS, Market, World, simulate

Floats = NDArray[np.float64]
DATA = Path(__file__).parents[1] / "data"
FROZEN = DATA / "peers" / "recovery.json"
LEVEL = 0.9
LIVE = ("plain-1x104x4-1", "saturation-1x104x4-15", "plain-2x104x4-9")
PUBLIC = "public-1x104x4"


@dataclass(frozen=True)
class Score:
    """How one fit stands to the truth.

    `held` of `cells` channel totals (one by geo and channel with media) lie in their 90 % intervals; `wape`
    is the sum of absolute errors of the weekly contributions over their sum; `bias` that of all media.
    """

    name: str
    cells: int
    held: int
    wape: float
    bias: float
    seconds: float
    max_rhat: float
    min_ess: float
    divergences: int

    @property
    def well_specified(self) -> bool:
        """Whether the data obey the model's own equation."""
        return self.name.startswith("plain")


def config_of(market: Market) -> MMMConfig:
    """The default model of a market: nothing is set but the columns."""
    panel = market.world.geos > 1
    return MMMConfig(
        date_column="date",
        target_column="y",
        channel_columns=market.channels,
        control_columns=market.controls,
        geo_column="geo" if panel else None,
        use_geo=panel,
    )


def public_market() -> Market:
    """The public benchmark's small data set with its truth (see tests/data/mmm/README.md)."""
    frame = pd.read_csv(DATA / "mmm" / "recovery_small.csv")
    truth = pd.read_csv(DATA / "mmm" / "recovery_small_truth.csv")
    channels = tuple(name for name in frame if str(name).startswith("x"))
    columns = [f"contribution_{name}" for name in channels]
    world = World(0, 1, len(frame), len(channels), breaks="public")
    kept = frame[["date", "geo", *channels, "c1", "c2", "y"]]
    return Market(world, kept, truth[columns].to_numpy()[None], channels, ("c1", "c2"))


def markets() -> list[Market]:
    """All data sets: the public one and those of the simulator."""
    return [public_market(), *(simulate(world) for world in WORLDS)]


def name_of(market: Market) -> str:
    """The name under which a market's figures are kept."""
    return PUBLIC if market.world.breaks == "public" else market.world.name


def wape(found: Floats, truth: Floats) -> float:
    """Weighted absolute percentage error of weekly contributions (geo, week, channel)."""
    return float(np.abs(found - truth).sum() / truth.sum())


def fitted(market: Market, draws: int = 1000, tune: int = 1000, chains: int = 4) -> FittedMMM:
    """The default model on a market."""
    frame = market.frame if market.world.geos > 1 else market.frame.drop(columns="geo")
    return fit(frame, config_of(market), draws=draws, tune=tune, chains=chains, seed=1)


def score(market: Market, model: FittedMMM) -> Score:
    """How a fitted model stands to the market's truth."""
    found = np.asarray(model.contributions(1000).transpose("draw", "geo", "date", "channel"))
    totals, truth = found.sum(axis=2), market.totals
    lower, upper = np.quantile(totals, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    live = truth > 0
    held = ((truth >= lower) & (truth <= upper))[live]
    facts = model.diagnostics
    return Score(
        name_of(market),
        int(live.sum()),
        int(held.sum()),
        wape(found.mean(axis=0), market.contributions),
        float(totals.mean(axis=0).sum() / truth.sum() - 1),
        float(facts["seconds"]),
        float(facts["max_rhat"]),
        float(facts["min_ess_bulk"]),
        int(facts["divergences"]),
    )


def coverage(scores: Iterable[Score]) -> float:
    """Part of all cells whose truth lies in the interval."""
    kept = list(scores)
    return sum(one.held for one in kept) / sum(one.cells for one in kept)


def ratio_to(peer: dict[str, float], scores: Iterable[Score]) -> float:
    """Geometric mean of WAPE over the peer's WAPE, over the markets that both have."""
    logs = [np.log(one.wape / peer[one.name]) for one in scores if one.name in peer]
    return float(np.exp(np.mean(logs)))


def frozen_peer() -> dict[str, float]:
    """The peer's WAPE by market."""
    kept = json.loads(FROZEN.read_text())
    return {name: float(facts["wape"]) for name, facts in kept["markets"].items()}


def table(scores: list[Score], peer: dict[str, float]) -> str:
    """The figures as Markdown."""
    lines = [
        "| market | cells held | WAPE | PyMC-Marketing | ratio | bias | R-hat | min ESS | divergences | s |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in scores:
        other = peer.get(one.name, float("nan"))
        lines.append(
            f"| {one.name} | {one.held}/{one.cells} | {one.wape:.3f} | {other:.3f} | {one.wape / other:.2f} "
            f"| {one.bias:+.2f} | {one.max_rhat:.3f} | {one.min_ess:.0f} | {one.divergences} "
            f"| {one.seconds:.1f} |"
        )
    return "\n".join(lines)


def verdict(scores: list[Score], peer: dict[str, float]) -> str:
    """The bars, each with its figure."""
    plain = [one for one in scores if one.well_specified]
    broken = [one for one in scores if not one.well_specified]
    return "\n".join(
        [
            f"coverage of 90 % intervals, well-specified: {coverage(plain):.3f} (wanted .85 to .95)",
            f"coverage of 90 % intervals, misspecified: {coverage(broken):.3f} (wanted at least .80)",
            f"WAPE over PyMC-Marketing's, geometric mean: {ratio_to(peer, scores):.3f} (wanted at most .8)",
            f"worst R-hat {max(one.max_rhat for one in scores):.4f} (wanted at most 1.01), least bulk ESS "
            f"{min(one.min_ess for one in scores):.0f} (wanted 400), divergences "
            f"{sum(one.divergences for one in scores)}",
        ]
    )


def peer_fit(market: Market) -> dict[str, Any]:
    """What is kept of PyMC-Marketing's fit of a market, in its own environment."""
    peer = Peer.PYMC_MARKETING
    with tempfile.TemporaryDirectory(prefix="mixwright-peers-") as name:
        data, spec, out = (Path(name) / part for part in ("data.csv", "spec.json", "out.json"))
        market.frame.to_csv(data, index=False)
        columns = {"channels": market.channels, "controls": market.controls}
        spec.write_text(json.dumps(columns | EFFORT | {"seed": 1}))
        command = [str(python_of(peer)), str(peer.script), str(data), str(spec), str(out)]
        subprocess.run(command, check=True, capture_output=True)
        return peer_facts(market, json.loads(out.read_text()))


def peer_facts(market: Market, answer: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a peer's answer."""
    found = np.asarray(answer["weekly_mean"], dtype=float)
    lower, upper = np.asarray(answer["totals"]["q05"]), np.asarray(answer["totals"]["q95"])
    truth = market.totals
    held = ((truth >= lower) & (truth <= upper))[truth > 0]
    return {
        "wape": wape(found, market.contributions),
        "held": int(held.sum()),
        "cells": int(held.size),
        "convergence": answer["convergence"],
        "seconds": answer["seconds"],
        "versions": answer["versions"],
    }


def freeze() -> None:
    """Fit by the peer what has no figures yet, and keep them after each fit."""
    facts = json.loads(FROZEN.read_text()) if FROZEN.exists() else {"markets": {}}
    facts |= {"command": "python -m tests.bench.recovery --freeze", "seed": 1, "effort": EFFORT}
    for market in markets():
        if name_of(market) not in facts["markets"]:
            facts["markets"][name_of(market)] = peer_fit(market)
            FROZEN.write_text(json.dumps(facts, indent=1) + "\n")
            print(name_of(market), f"{facts['markets'][name_of(market)]['wape']:.3f}", flush=True)


def live(peer: dict[str, float]) -> None:
    """Three markets fitted anew by the peer, beside what was frozen."""
    for market in markets():
        if name_of(market) in LIVE:
            now = peer_fit(market)["wape"]
            print(
                f"{name_of(market)}: PyMC-Marketing now {now:.3f}, frozen {peer[name_of(market)]:.3f}",
                flush=True,
            )


def main() -> int:
    """Print the table and the bars."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--live", action="store_true", help="fit three markets by the peer as well")
    given.add_argument("--freeze", action="store_true", help="fit by the peer what is not frozen")
    given.add_argument("--json", type=Path, help="keep the scores in this file")
    options = given.parse_args()
    if options.freeze:
        freeze()
    peer, scores = frozen_peer(), []
    for market in markets():
        scores.append(score(market, fitted(market)))
        print(".", end="", file=sys.stderr, flush=True)
    print(table(scores, peer))
    print(verdict(scores, peer))
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in scores], indent=1))
    if options.live:
        live(peer)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
