"""One measured fit: who, on which table, how long, how well; and all of them as a record that can be kept."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tests.bench.peers.environments import Peer, python_of
from tests.bench.peers.markets import ROOT, Table, another, columns_of

EFFORT = {"draws": 1000, "tune": 1000, "chains": 4, "target_accept": 0.9}


class Contestant(StrEnum):
    """Who fits, and how its process came to be."""

    FRESH = "Mixwright"
    WORKER = "Mixwright, running worker"
    NUMBA = "PyMC-Marketing, nutpie (numba)"
    JAX = "PyMC-Marketing, nutpie (jax)"
    MERIDIAN = "Meridian (jax)"


PYMC_MARKETING = (Contestant.NUMBA, Contestant.JAX)


@dataclass(frozen=True)
class Row:
    """One fit. `seconds` wall clock from the process's start, or from asking for it, to the printed channel
    summary; `processor` seconds of all its threads; `load` of the machine while it ran (1 minute's mean)."""

    table: str
    contestant: str
    run: int
    seconds: float
    processor: float
    memory_mb: float
    max_r_hat: float
    min_ess: float
    totals_min_ess: float
    divergences: int
    load: float
    stages: dict[str, float | None]
    versions: dict[str, str]
    totals: list[float]

    @property
    def pace(self) -> float:
        """Least effective draws of any channel's contribution, per second."""
        return self.totals_min_ess / self.seconds

    @property
    def processor_pace(self) -> float:
        """The same per second of processor time."""
        return self.totals_min_ess / self.processor


def measured(contestant: Contestant, name: str, table: Table, run: int) -> Row:
    """The row of one fit in a process of its own. Raises RuntimeError with the process's last words."""
    with tempfile.TemporaryDirectory(prefix="mixwright-peers-") as folder:
        place = Path(folder)
        spec: dict[str, Any] = {"channels": table.channels, "controls": table.controls, "seed": run}
        spec |= EFFORT | {"weekly": False, "read": True}
        spec |= {"backend": "jax"} if contestant == Contestant.JAX else {}
        (place / "spec.json").write_text(json.dumps(spec))
        columns_of(table).to_csv(place / "data.csv", index=False)
        columns_of(another(table, run)).to_csv(place / "another.csv", index=False)
        _run(_command(contestant, place), place)
        return _row(contestant, name, run, json.loads((place / "out.json").read_text()))


def _command(contestant: Contestant, place: Path) -> list[str]:
    data, spec, out = (str(place / name) for name in ("data.csv", "spec.json", "out.json"))
    if contestant == Contestant.FRESH:
        return [sys.executable, "-m", "tests.bench.peers.mixwright_fit", data, spec, out]
    if contestant == Contestant.WORKER:
        module = "tests.bench.peers.mixwright_worker"
        first = str(place / "first.json")
        return [sys.executable, "-m", module, spec, data, first, str(place / "another.csv"), out]
    peer = Peer.MERIDIAN if contestant == Contestant.MERIDIAN else Peer.PYMC_MARKETING
    return [str(python_of(peer)), str(peer.script), data, spec, out]


def _run(command: list[str], place: Path) -> None:
    # The state of an installation is not touched; numba's and JAX's caches stay where they always are.
    env = {**os.environ, "MIXWRIGHT_HOME": str(place / "state")}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}: {' '.join(command)}\n{done.stderr[-4000:]}")


def _row(contestant: Contestant, name: str, run: int, answer: dict[str, Any]) -> Row:
    found, stages = answer["convergence"], dict(answer["seconds"])
    return Row(
        name, contestant, run, stages.pop("total"), stages.pop("processor"), answer["peak_memory_mb"],
        found["max_r_hat"], found["min_ess_bulk"], found["totals_min_ess_bulk"], found["divergences"],
        os.getloadavg()[0], stages, answer["versions"], answer["channel_totals"]["mean"],
    )  # fmt: skip


class Record:
    """The rows so far, kept in a file after each one."""

    def __init__(self, path: Path, rows: Iterable[Row] = ()) -> None:
        self.path, self.rows = path, list(rows)

    @classmethod
    def read(cls, path: Path) -> Record:
        """What the file holds; no rows where there is none."""
        kept = json.loads(path.read_text())["rows"] if path.exists() else []
        return cls(path, (Row(**row) for row in kept))

    def add(self, row: Row) -> None:
        """Put in a row, in the place of one of the same run."""
        same = (row.table, row.contestant, row.run)
        self.rows = [old for old in self.rows if (old.table, old.contestant, old.run) != same] + [row]

    def keep(self, about: dict[str, Any]) -> None:
        """Write all rows and what there is to say about them."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = [asdict(row) for row in self.rows]
        self.path.write_text(json.dumps({**about, "rows": rows}, indent=1) + "\n")

    def of(self, table: str, *contestants: Contestant) -> list[Row]:
        """Rows of a table by one of these contestants."""
        return [row for row in self.rows if row.table == table and row.contestant in contestants]

    def median(self, figure: str, table: str, *contestants: Contestant) -> float | None:
        """The median of a figure over runs: the best that any of these contestants reaches."""
        found = (self.of(table, one) for one in contestants)
        medians = [statistics.median(getattr(row, figure) for row in rows) for rows in found if rows]
        if not medians:
            return None
        return max(medians) if "pace" in figure else min(medians)
