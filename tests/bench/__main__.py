"""All figures, one after another: `make bench`."""

from __future__ import annotations

import subprocess
import sys

# Each in a process of its own: they point core at folders of their own.
MODULES = ("start_and_train", "page_load")


def main() -> int:
    """The worst exit code of all parts."""
    codes = []
    for name in MODULES:
        print(f"\n== {name}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    raise SystemExit(main())
