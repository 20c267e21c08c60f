"""What the app does before its first visitor and after its last, without knowing Streamlit."""

from __future__ import annotations

import gc
import importlib

from core import database
from core.access.store import new_claim_token
from core.demo.password import demo_password
from core.settings import settings

# What every screen needs and is slow to import. PyMC is not among them: it stays in the worker.
_WARM = ("pandas", "pyarrow", "plotly.graph_objects")


def start() -> None:
    """Database up, demo there, the links printed, heavy imports done; raises DatabaseUnavailable."""
    database.bring_up()
    chosen = settings()
    if chosen.demo:
        # Imported here because reading data is a heavy room, and only this start needs it.
        from core.demo.store import make_demo

        with database.session() as s:
            make_demo(s)
    with database.session() as s:
        claim_token = new_claim_token(s)
    demo = demo_password() if chosen.demo else None
    print(banner(chosen.public_url, claim_token, demo), flush=True)
    _warm_and_freeze()


def stop() -> None:
    """Close the connections, and the embedded server unless somebody else uses it."""
    database.shut_down()


def banner(public_url: str, claim_token: str | None, demo: str | None) -> str:
    """What the terminal shows: the address, the demo account, and the claim link while there is no owner."""
    lines = [f"Mixwright is ready: {public_url}"]
    if demo:
        lines.append(f"Demo account:       demo / {demo}")
    if claim_token:
        lines += [
            "This installation has no owner yet. Whoever opens this link becomes it:",
            f"  {public_url}/claim?token={claim_token}",
        ]
    width = max(len(line) for line in lines)
    return "\n".join(["", "-" * width, *lines, "-" * width, ""])


def _warm_and_freeze() -> None:
    """Import early, then hide it all from the garbage collector, which Streamlit calls after each run."""
    for name in _WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
