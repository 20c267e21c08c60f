"""From `make run` in a fresh clone to the printed address: nothing installed, nothing downloaded before.

`python -m tests.bench.bare_start`: the committed state, cloned into a temporary folder with an empty package
cache.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY = "Mixwright is ready"
LONGEST_SECONDS = 600.0


def main() -> None:
    """Prints the seconds until the packages are installed and until the address is printed."""
    folder = Path(tempfile.mkdtemp(prefix="mixwright-bare-"))
    # The embedded server's own account has to reach its files.
    folder.chmod(0o755)
    try:
        clone = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = int(listener.getsockname()[1])
        own = ("MIXWRIGHT_", "DATABASE_URL", "VIRTUAL_ENV")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        environment |= {
            "UV_CACHE_DIR": str(folder / "cache"),
            "PIP_NO_CACHE_DIR": "1",
            "PYTHONUNBUFFERED": "1",
        }
        log = folder / "log"
        began = time.monotonic()
        with log.open("wb") as out:
            process = subprocess.Popen(
                ["make", "run", f"PORT={port}"],
                cwd=clone,
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            installed = None
            while READY not in log.read_text(errors="replace"):
                if process.poll() is not None or time.monotonic() - began > LONGEST_SECONDS:
                    raise SystemExit(log.read_text(errors="replace"))
                if installed is None and (clone / ".venv" / ".runtime").exists():
                    installed = time.monotonic() - began
                time.sleep(0.05)
            ready = time.monotonic() - began
            print(f"packages installed after {installed:.1f} s, the address printed after {ready:.1f} s")
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
