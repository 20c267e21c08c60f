"""The peers' virtual environments: made once, with pinned versions, and found again.

They lie in the folder that MIXWRIGHT_PEERS names, else in the user's cache: `pmm` holds PyMC-Marketing and
nutpie, `mer` Google Meridian. `python -m tests.bench.peers.environments` makes both.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

HERE = Path(__file__).resolve().parent
VARIABLE = "MIXWRIGHT_PEERS"


class Peer(StrEnum):
    """A library that is measured beside Mixwright; the value is its folder's name."""

    PYMC_MARKETING = "pmm"
    MERIDIAN = "mer"

    @property
    def pins(self) -> Path:
        """The requirement file with every version."""
        return HERE / f"{self.name.lower()}.txt"

    @property
    def script(self) -> Path:
        """What fits this peer's model to a table."""
        return HERE / f"{self.name.lower()}_fit.py"


def folder() -> Path:
    """Where the environments lie."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get(VARIABLE) or cache / "mixwright" / "peers")


def python_of(peer: Peer) -> Path:
    """The peer's interpreter; the environment is made, or brought to the pinned versions, if need be."""
    python = folder() / peer / "bin" / "python"
    if not python.exists():
        _make(folder() / peer)
    missing = _missing(python, peer)
    if missing:
        print(f"Installing {len(missing)} libraries for {peer.script.stem} in {folder() / peer}", flush=True)
        _install(python, peer)
    return python


def _make(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    uv = shutil.which("uv")
    same = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [uv, "venv", "--quiet", "--python", same] if uv else [sys.executable, "-m", "venv"]
    subprocess.run([*command, str(place)], check=True)


def _missing(python: Path, peer: Peer) -> set[str]:
    """Pins that the environment does not hold."""
    listing = (
        "from importlib.metadata import distributions as d\n"
        "for one in d(): print(one.name.lower().replace('_', '-').replace('.', '-') + '==' + one.version)"
    )
    found = subprocess.run([str(python), "-c", listing], check=True, capture_output=True, text=True).stdout
    pins = {line.replace("_", "-") for line in peer.pins.read_text().lower().split() if "==" in line}
    return {pin for pin in pins if pin not in set(found.split())}


def _install(python: Path, peer: Peer) -> None:
    uv = shutil.which("uv")
    command = [uv, "pip", "install", "--quiet", "--python", str(python)] if uv else [
        str(python), "-m", "pip", "install", "--quiet",
    ]  # fmt: skip
    subprocess.run([*command, "-r", str(peer.pins)], check=True)


if __name__ == "__main__":
    for each in Peer:
        print(python_of(each))
