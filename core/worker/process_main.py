"""What every process under the worker does: its job, signs of life, and how the job ended, in words."""

from __future__ import annotations

import os
import pkgutil
import secrets
import signal
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection

from core.database import session
from core.errors import UserError
from core.queue.job import Attempt, JobKind, Progress, Stopped
from core.queue.reporter import Reporter, end_with_parent
from core.queue.retry import in_transaction
from core.queue.store import state

# The function that does a job of each kind, imported only in the process that runs it.
WORK = {
    JobKind.TRAINING: "core.mmm.jobs:train",
    JobKind.VALIDATION: "core.mmm.jobs:validate_fold",
    JobKind.SALES: "core.promo.ingest.job:read_files",
    JobKind.UPLIFT: "core.demo.store:estimate_promotions",  # the demo's first one makes its plans
}

LONGEST_TRACE = 20_000

# Screens go first: work in the background takes what they leave. 19 is the most that Unix knows.
NICENESS = 19

REFERENCE_SENTENCE = (
    "The {noun} stopped because of an error that is not yours. The reference for the administrator "
    "is {reference}; the details are in the worker's log."
)


def work_of(kind: JobKind) -> Callable[[Attempt, Reporter], None]:
    """The function that does a job of this kind."""
    found: Callable[[Attempt, Reporter], None] = pkgutil.resolve_name(WORK[kind])
    return found


def run(attempt: Attempt, log: Connection) -> None:
    """Does the job in this process and writes how it ended; lines for the log go to `log`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the worker, which then ends this process
    end_with_parent()
    os.nice(NICENESS)

    def beat(progress: Progress) -> bool:
        with session() as s:
            return state.beat(s, attempt, progress)

    def end_by_force() -> None:
        """Ends a job that does not come to its next step: writes that it is cancelled and leaves at once."""
        in_transaction(lambda s: state.stop(s, attempt))
        os._exit(0)

    reporter = Reporter(beat, end_by_force).start()
    try:
        work_of(attempt.kind)(attempt, reporter)
    except Stopped:
        in_transaction(lambda s: state.stop(s, attempt))
    except UserError as error:
        faults = str(error)
        in_transaction(lambda s: state.fail(s, attempt, faults))
    except Exception as error:  # whatever went wrong, the person gets a reference and the log the traceback
        reference = secrets.token_hex(4)
        trace = "".join(traceback.format_exception(error))[-LONGEST_TRACE:]
        log.send(f"{attempt.title} failed, reference {reference}\n{trace}")
        sentence = REFERENCE_SENTENCE.format(noun=attempt.noun, reference=reference)
        in_transaction(lambda s: state.fail(s, attempt, sentence, reference))
    finally:
        reporter.close()
