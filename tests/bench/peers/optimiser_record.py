"""Where the peer's figures about planning are kept, and what is said about them."""

from __future__ import annotations

import datetime
import os
import platform
from typing import Any

from tests.bench.peers.markets import ROOT

KEPT = ROOT / "tests" / "data" / "peers" / "optimiser.json"
COMMAND = "python -m tests.bench.planning --all"


def about(versions: dict[str, str]) -> dict[str, Any]:
    """What was measured, when and where."""
    return {
        "about": "Planning with PyMC-Marketing's BudgetOptimizer (Apache License 2.0) on curves fitted by "
        "Mixwright: seconds from the call to the answer, KPI of its plan by its own response",
        "command": COMMAND,
        "seeds": "data World(101), fit 1; optimisers draw nothing",
        "date": datetime.date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": versions,
    }
