"""How long a person waits: the results screen with six charts, twenty people at once, while a model trains.

Each viewer changes the interval level every three seconds; a wait is the time from asking to the last message
of the script's run. Figures are printed for a quiet machine first and then while a training runs.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time

from streamlit.proto.WidgetStates_pb2 import WidgetState

from core.access.store import redeem_ticket, sign_in
from core.access.web import COOKIE
from core.database import session
from tests.bench.browserless import Viewer
from tests.bench.installation import House

PAGE, WIDGET = "results", "Intervals"
EVERY_SECONDS = 3.0


def cookies(house: House, count: int) -> list[str]:
    """As many signed-in sessions of the demo account, as cookie headers."""
    made = []
    for _ in range(count):
        with session() as s:
            signed_in = sign_in(s, "demo", house.demo_password, "127.0.0.1")
        with session() as s:
            made.append(f"{COOKIE}={redeem_ticket(s, signed_in.ticket)}")
    return made


async def act(viewer: Viewer, until: float, seed: int) -> list[float]:
    """One person: opens the screen, then another interval every three seconds; the waits in seconds."""
    pace, waits = random.Random(seed), list[float]()
    screen = await viewer.open(PAGE)
    box = screen.widget(WIDGET).selectbox
    await asyncio.sleep(pace.uniform(0, EVERY_SECONDS))
    turn = seed
    while time.monotonic() < until:
        turn += 1
        viewer.set(WidgetState(id=box.id, string_value=box.options[turn % len(box.options)]))
        wait = await viewer.timed_run()
        waits.append(wait)
        await asyncio.sleep(max(0.0, EVERY_SECONDS - wait))
    await viewer.close()
    return waits


async def crowd(url: str, keys: list[str], seconds: float) -> list[float]:
    """All viewers together for so many seconds; every wait of every one."""
    until = time.monotonic() + seconds
    viewers = [Viewer(url, key) for key in keys]
    waits = await asyncio.gather(*(act(viewer, until, seed) for seed, viewer in enumerate(viewers)))
    return [wait for own in waits for wait in own]


def report(name: str, waits: list[float]) -> None:
    """One line: count, median, p95 and worst in milliseconds."""
    cuts = statistics.quantiles(waits, n=20)
    print(
        f"{name}: {len(waits)} actions, median {1e3 * statistics.median(waits):.0f} ms, "
        f"p95 {1e3 * cuts[-1]:.0f} ms, worst {1e3 * max(waits):.0f} ms"
    )


def charts_on(url: str, key: str) -> dict[str, int]:
    """What the measured screen consists of, by type of element."""

    async def look() -> dict[str, int]:
        viewer = Viewer(url, key)
        screen = await viewer.open(PAGE)
        await viewer.close()
        return screen.kinds()

    return asyncio.run(look())


def main(people: int = 20, seconds: float = 45.0) -> None:
    """Print the waits at one person, at `people`, and at `people` while models train."""
    with House() as house:
        house.wait_for_demo_model()
        keys = cookies(house, people)
        kinds = charts_on(house.url, keys[0])
        sparklines = "metrics (two with a sparkline)"
        print(f"{PAGE}: {kinds.get('plotly_chart', 0)} plotly charts, {kinds.get('metric', 0)} {sparklines}")
        report("1 person", asyncio.run(crowd(house.url, keys[:1], 15.0)))
        report(f"{people} people", asyncio.run(crowd(house.url, keys, seconds)))
        with house.training():
            report(f"{people} people, a model trains", asyncio.run(crowd(house.url, keys, seconds)))


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
