"""Trainings in a running worker: `python -m tests.bench.peers.mixwright_worker SPEC.json DATA.csv OUT.json`

Opens the fork server that a worker trains from, waits until it is warm, trains the first table unmeasured,
and then one process after another: seconds count from asking for the process to its printed summary.
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from multiprocessing.context import ForkServerContext

from core.worker.fork_server import open_fork_server
from tests.bench.peers.answer import Stages, specification, write
from tests.bench.peers.mixwright_fit import answered, fit_and_print


def train(data: str, spec_path: str, out: str, began: float) -> None:
    """What the forked process does."""
    stages = Stages(began)
    _, spec, _ = specification([data, spec_path, out])
    model, memory = fit_and_print(data, spec, stages)
    write(out, answered(model, spec, stages, memory))


def run(context: ForkServerContext, data: str, spec_path: str, out: str) -> None:
    """One training in a process of its own, to its end."""
    began = time.clock_gettime(time.CLOCK_BOOTTIME)
    process = context.Process(target=train, args=(data, spec_path, out, began))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"the training of {data} ended with exit code {process.exitcode}")


def main(words: list[str]) -> None:
    """Train every (data, output) of the command line, the first one twice."""
    spec_path, *rest = words
    pairs = [pair for number, pair in enumerate(pairwise(rest)) if number % 2 == 0]
    context = open_fork_server()
    run(context, pairs[0][0], spec_path, pairs[0][1])
    for data, out in pairs:
        run(context, data, spec_path, out)


if __name__ == "__main__":
    main(sys.argv[1:])
