"""All figures, one after another: `make bench`, or `make bench ARGS=--all` with everything that takes long.

What takes long is calibration with a hundred data sets per design, and every fit of the peers anew; without
`--all` three of each peer's comparisons are fitted live and the others are read from tests/data/peers.
"""

from __future__ import annotations

import subprocess
import sys

# Each in a process of its own: they point core at folders of their own.
USUAL = (
    ("start_and_train",),
    ("page_load",),
    ("plan_pages",),
    ("planning",),
    ("promo_ingest",),
    ("promo_pages",),
    ("promo_backtest",),
    ("peers_transforms",),
    ("peers_speed",),
    ("recovery", "--live"),
)
MORE = {"planning": ("--all",), "promo_ingest": ("--all",), "peers_speed": ("--all",)}
EVERYTHING = (*((name, *MORE.get(name, own)) for name, *own in USUAL), ("calibration",), ("promo_recovery",))


def main(words: list[str]) -> int:
    """The worst exit code of all parts."""
    codes = []
    for name, *options in EVERYTHING if "--all" in words else USUAL:
        print(f"\n== {' '.join((name, *options))}", flush=True)
        command = [sys.executable, "-m", f"tests.bench.{name}", *options]
        codes.append(subprocess.run(command, check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
