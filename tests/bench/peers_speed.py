"""How fast, beside PyMC-Marketing with nutpie and Google Meridian, on the same tables and the same machine.

`python -m tests.bench.peers_speed` measures Mixwright on every table and PyMC-Marketing once on the three
national ones; the peers' other figures come from tests/data/peers/speed.json. `--all` measures everybody
anew, three runs each on national tables, and keeps that file. Seconds are wall clock from the start of a
process, imports included, to the printed channel summary, each with 4 x (1000 + 1000) draws.
"""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.peers.arena import PYMC_MARKETING, Contestant, Record, measured
from tests.bench.peers.markets import GEOS, NATIONAL, ROOT

KEPT = ROOT / "tests" / "data" / "peers" / "speed.json"
RUNS = 3
FRESH, WORKER, MERIDIAN = Contestant.FRESH, Contestant.WORKER, Contestant.MERIDIAN


@dataclass(frozen=True)
class Bar:
    """A promise: `figure` of ours over that of the fastest of `peers` is at most (or at least) `limit`."""

    table: str
    ours: Contestant
    peers: tuple[Contestant, ...]
    figure: str
    limit: float
    at_most: bool = True


def bars() -> Iterator[Bar]:
    """All promises against a peer."""
    for table in NATIONAL:
        yield Bar(table, FRESH, PYMC_MARKETING, "seconds", 1 / 5)
        yield Bar(table, WORKER, PYMC_MARKETING, "seconds", 1 / 20)
        yield Bar(table, FRESH, PYMC_MARKETING, "pace", 8.0, at_most=False)
        yield Bar(table, WORKER, PYMC_MARKETING, "pace", 30.0, at_most=False)
    yield Bar("eight_geos", FRESH, PYMC_MARKETING, "seconds", 1 / 5)
    yield Bar("eight_geos", FRESH, (MERIDIAN,), "seconds", 1 / 3)
    yield Bar("forty_geos", FRESH, (MERIDIAN,), "seconds", 1.0)


MOST_R_HAT, MOST_MEMORY_MB, MOST_READING_SECONDS = 1.01, 2048.0, 0.3
_UNITS = {"seconds": "s", "pace": "effective draws/s"}


def plan(everything: bool) -> Iterator[tuple[str, Contestant, int]]:
    """(table, who, run) in an order in which whatever else the machine does strikes all alike."""
    for run in range(1, RUNS + 1):
        for table in NATIONAL:
            yield table, FRESH, run
            yield table, WORKER, run
            if everything or run == 1:
                yield table, Contestant.NUMBA, run
            if everything and run == 1:
                # The backend of the public benchmark; the default one above takes half the processor time.
                yield table, Contestant.JAX, run
        for table in GEOS if run == 1 else ():
            yield table, FRESH, run
            if everything:
                yield table, MERIDIAN, run
            if everything and table == "eight_geos":
                yield table, Contestant.JAX, run
                yield table, Contestant.NUMBA, run


def measure(record: Record, everything: bool, only: list[str]) -> int:
    """Fill the record, one line printed per fit; a fit that fails is told and left out. How many failed."""
    tables, failed = {**NATIONAL, **GEOS}, 0
    for name, who, run in plan(everything):
        if only and name not in only and who.name.lower() not in only:
            continue
        try:
            row = measured(who, name, tables[name](), run)
        except (RuntimeError, subprocess.CalledProcessError) as error:
            failed += 1
            print(f"{name:15} {who:31} could not be measured: {error}", flush=True)
            continue
        record.add(row)
        record.keep(about())
        print(
            f"{name:15} {who:31} {row.seconds:7.1f} s (processor {row.processor:6.1f} s), least ESS of "
            f"contributions {row.totals_min_ess:5.0f}, R-hat {row.max_r_hat:.3f}, "
            f"{row.divergences} divergences, {row.memory_mb:.0f} MB, load {row.load:.1f}",
            flush=True,
        )
    return failed


def about() -> dict[str, object]:
    """Where and when the figures were measured."""
    return {
        "about": "Speed of Mixwright, PyMC-Marketing and Google Meridian (both Apache License 2.0)",
        "command": "python -m tests.bench.peers_speed --all",
        "date": datetime.date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }


def judge(record: Record) -> list[str]:
    """One line per promise."""
    lines = [line for bar in bars() if (line := _line(record, bar))]
    return lines + [_own(record, table) for table in (*NATIONAL, *GEOS) if record.of(table, FRESH)]


def _line(record: Record, bar: Bar) -> str:
    ours = record.median(bar.figure, bar.table, bar.ours)
    theirs = record.median(bar.figure, bar.table, *bar.peers)
    if ours is None or theirs is None:
        return ""
    kept = (ours <= theirs * bar.limit) if bar.at_most else (ours >= theirs * bar.limit)
    ratio = f"1/{theirs / ours:.1f}" if bar.at_most else f"{ours / theirs:.1f} times"
    wish = f"at most 1/{1 / bar.limit:.0f}" if bar.at_most else f"at least {bar.limit:.0f} times"
    peer = bar.peers[0].partition(",")[0].partition(" (")[0]
    figures = f"{bar.ours}: {ours:.1f} {_UNITS[bar.figure]}, {peer} {theirs:.1f}"
    return f"{_word(kept)} {bar.table:15} {figures}: {ratio} ({wish}){_processor(record, bar)}"


def _processor(record: Record, bar: Bar) -> str:
    """The same by processor time, which other work on the machine disturbs less."""
    figure = "processor" if bar.figure == "seconds" else "processor_pace"
    ours = record.median(figure, bar.table, bar.ours) or 0.0
    theirs = record.median(figure, bar.table, *bar.peers) or 0.0
    ratio = f"1/{theirs / ours:.1f}" if bar.at_most else f"{ours / theirs:.1f} times"
    return f"; by processor {ours:.1f} and {theirs:.1f}: {ratio}"


def _word(kept: bool) -> str:
    return "kept  " if kept else "FAILED"


def _own(record: Record, table: str) -> str:
    """Our own figures that stand by themselves."""
    rows = record.of(table, FRESH)
    r_hat, memory = max(row.max_r_hat for row in rows), max(row.memory_mb for row in rows)
    reading = sorted(row.stages["read after load"] or 0.0 for row in rows)[len(rows) // 2]
    kept = r_hat <= MOST_R_HAT and memory <= MOST_MEMORY_MB
    kept = kept and (table in GEOS or reading <= MOST_READING_SECONDS)
    return (
        f"{_word(kept)} {table:15} Mixwright: worst R-hat {r_hat:.3f} (at most {MOST_R_HAT}), "
        f"{memory:.0f} MB (at most {MOST_MEMORY_MB:.0f}), read after load {reading:.2f} s"
    )


def main(words: list[str]) -> int:
    """Measure and print; 1 where a promise is broken. Words: --all, a path, tables, contestants."""
    everything = "--all" in words
    paths = [Path(word) for word in words if word.endswith(".json")]
    only = [word for word in words if word != "--all" and not word.endswith(".json")]
    kept = Record.read(paths[0] if paths else KEPT)
    if not everything:
        # Ours are measured anew; the file that is kept stays as it is.
        theirs = [row for row in kept.rows if row.contestant not in (FRESH, WORKER)]
        kept = Record(Path(os.devnull), theirs)
    failed = measure(kept, everything, only)
    lines = judge(kept)
    print("\n".join(lines))
    return int(failed > 0 or any(line.startswith("FAILED") for line in lines))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
