"""PyMC-Marketing's transforms computed anew in its own environment, against the figures that tests rely on.

`python -m tests.bench.peers_transforms` prints the largest difference; `--keep` writes the new figures.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.bench.peers.environments import HERE, Peer, python_of
from tests.bench.peers.markets import ROOT

KEPT = ROOT / "tests" / "data" / "peers" / "transforms.json"
CLOSE = 1e-12


def computed(out: Path) -> None:
    """Let the peer compute its figures into `out`."""
    script = HERE / "pymc_marketing_transforms.py"
    subprocess.run([str(python_of(Peer.PYMC_MARKETING)), "-W", "ignore", str(script), str(out)], check=True)


def difference(old: Path, new: Path) -> float:
    """The largest absolute difference between two files' figures; ValueError where the cases differ."""
    first, second = (json.loads(path.read_text()) for path in (old, new))
    worst = 0.0
    for kind in ("adstock", "saturation"):
        for one, two in zip(first[kind], second[kind], strict=True):
            if (one["function"], one["arguments"]) != (two["function"], two["arguments"]):
                raise ValueError(f"{one['function']} is kept where {two['function']} was computed")
            worst = max(worst, float(np.abs(np.subtract(one["output"], two["output"])).max()))
    return worst


def main(words: list[str]) -> int:
    """Compute and compare; 1 where the kept figures are no longer the peer's."""
    if "--keep" in words:
        computed(KEPT)
        return 0
    with tempfile.TemporaryDirectory(prefix="mixwright-peers-") as folder:
        fresh = Path(folder) / "transforms.json"
        computed(fresh)
        worst = difference(KEPT, fresh)
    print(f"PyMC-Marketing's transforms computed anew differ from the kept figures by at most {worst:.1e}")
    return int(worst > CLOSE)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
