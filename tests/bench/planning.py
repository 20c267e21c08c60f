"""How fast a plan is found, and how good, beside PyMC-Marketing's BudgetOptimizer on the same fitted curves.

`python -m tests.bench.planning` fits ten channels over 156 weeks once, then plans 52 weeks on 1,000 draws in
three processes of its own: a what-if, the best split, and the best weekly flighting (520 amounts). The peer's
figures come from tests/data/peers/optimiser.json; `--all` measures it anew, three runs, and keeps that
file. Seconds count from the call to its answer, the model being loaded and the libraries imported; medians
of three. The peer is judged by processor time, which others on the machine disturb less.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.peers.markets import ROOT
from tests.bench.peers.optimiser_duel import DRAWS, PERIODS, Duel, prepared, their_run
from tests.bench.peers.optimiser_record import KEPT, about

RUNS = 3
# Our plan is in whole cents, theirs is not: that much of the KPI lies between them.
CENTS = 1e-7
MOST_SECONDS = {"what-if": 0.1, "split": 0.5, "flighting": 10.0}
# What of theirs, what of ours, how many times faster. The first response loads compiled code on both sides,
# and no more than being faster is promised for it.
AT_LEAST_TIMES = (
    ("first", "split first", 20),
    ("second", "split", 6),
    ("response again", "what-if", 20),
    ("response", "what-if first", 1),
)


def our_run(folder: Path) -> dict[str, Any]:
    """Seconds and plan of a process of its own."""
    command = [sys.executable, "-m", "tests.bench.peers.optimiser_duel", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    return dict(json.loads((folder / "ours.json").read_text()))


def median(runs: list[dict[str, Any]], what: str, clock: str) -> float:
    """Median seconds of one action by `clock`: seconds or processor."""
    return statistics.median(run[what][clock] for run in runs)


def judge_own(ours: list[dict[str, Any]]) -> list[str]:
    """One line per promise about our own seconds."""
    lines = []
    for what, most in MOST_SECONDS.items():
        wall, processor = (median(ours, what, clock) for clock in ("seconds", "processor"))
        first = median(ours, f"{what} first", "seconds")
        lines.append(
            f"{_word(wall <= most)} {what:10} {wall:6.3f} s, processor {processor:.3f} s, first call "
            f"{first:.3f} s (at most {most} s)"
        )
    return lines


def judge_pace(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[str]:
    """One line per promise against the peer."""
    lines = []
    for their_name, our_name, times in AT_LEAST_TIMES:
        wall = [median(runs, name, "seconds") for runs, name in ((theirs, their_name), (ours, our_name))]
        used = [median(runs, name, "processor") for runs, name in ((theirs, their_name), (ours, our_name))]
        kept = used[0] >= times * used[1]
        lines.append(
            f"{_word(kept)} {their_name:14} PyMC-Marketing {wall[0]:.3f} s, ours {wall[1]:.3f} s: "
            f"{wall[0] / wall[1]:.0f} times (at least {times}); by processor {used[0]:.3f} and "
            f"{used[1]:.3f}: {used[0] / used[1]:.0f} times"
        )
    return lines


def judge_worth(duel: Duel, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[str]:
    """Whether our plan earns at least as much, by our response and by theirs."""
    lines = []
    for number, run in enumerate(theirs, 1):
        mine, other = duel.worth(ours[0]["plan"]), duel.worth(run["plan"])
        lines.append(
            f"{_word(mine >= other * (1 - CENTS))} run {number}, by our response: our plan {mine:,.1f}, "
            f"theirs {other:,.1f} ({mine / other - 1:+.7%})"
        )
        mine, other = run["worth of others"]["ours"], run["worth"]
        lines.append(
            f"{_word(mine >= other * (1 - CENTS))} run {number}, by their response: our plan {mine:,.1f}, "
            f"theirs {other:,.1f} ({mine / other - 1:+.7%}), {run['evaluations']} evaluations"
        )
    return lines


def _word(kept: bool) -> str:
    return "kept  " if kept else "FAILED"


def main(words: list[str]) -> int:
    """Measure and print; 1 where a promise is broken. Words: --all."""
    with tempfile.TemporaryDirectory(prefix="mixwright-planning-") as name:
        folder = Path(name)
        duel = prepared(folder)
        our_run(folder)  # compiles what was never compiled on this machine
        ours = [our_run(folder) for _ in range(RUNS)]
        print(
            f"{PERIODS} weeks x {len(duel.channels)} channels x {DRAWS} draws, load {os.getloadavg()[0]:.1f}"
        )
        lines = judge_own(ours)
        kept = json.loads(KEPT.read_text()) if KEPT.exists() else {"theirs": []}
        if "--all" in words:
            theirs = [their_run(folder, ours[0]["plan"]) for _ in range(RUNS)]
            kept = about(theirs[0]["versions"]) | {"theirs": theirs}
            KEPT.write_text(json.dumps(kept, indent=1) + "\n")
        if kept["theirs"]:
            lines += judge_pace(ours, kept["theirs"]) + judge_worth(duel, ours, kept["theirs"])
        print("\n".join(lines))
    return int(any(line.startswith("FAILED") for line in lines))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
