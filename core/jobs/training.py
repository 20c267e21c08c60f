"""The training process: reads the table, fits the model or one slice, keeps what it found."""

from __future__ import annotations

import json
import os
import secrets
import signal
import tempfile
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import artifacts
from core.data.keeping import read_kept_table
from core.errors import UserError
from core.jobs.outcome import findings_of, plain
from core.jobs.patience import surely
from core.jobs.reporter import Reporter, end_with_parent
from core.jobs.run import Progress, Run
from core.jobs.runs import store as runs
from core.jobs.slices.store import complete_slice
from core.mmm.config import MMMConfig
from core.store import session

if TYPE_CHECKING:
    from core.mmm import FittedMMM

LONGEST_TRACE = 20_000

# Screens go first: a training takes what they leave. 19 is the most that Unix knows.
NICENESS = 19

REFERENCE_SENTENCE = (
    "The training stopped because of an error that is not yours. The reference for the administrator "
    "is {reference}; the details are in the worker's log."
)


def _config(run: Run) -> MMMConfig:
    return MMMConfig.from_json(json.dumps(dict(run.config)))


def _fit(run: Run, reporter: Reporter) -> FittedMMM:
    from core.mmm import fit

    frame, warm = read_kept_table(run.frame_path), _earlier(run)
    return fit(frame, _config(run), progress=reporter.tell, warm=warm, **run.sampling)


def _earlier(run: Run) -> FittedMMM | None:
    """The model that is trained again on other data; without its files the training begins from scratch."""
    from core.mmm import FittedMMM

    if run.earlier_path is None:
        return None
    try:
        return FittedMMM.load(artifacts.local_folder(run.earlier_path))
    except (UserError, artifacts.ArtifactError):
        return None


def _keep(run: Run, model: FittedMMM, reporter: Reporter) -> None:
    """The files first, then the row that names them; files of a training stopped meanwhile are removed."""
    reporter.tell("saving", 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="mixwright-fit-") as folder:
        model.save(folder)
        key = f"projects/{run.project_id}/models/{run.model_id}/{run.attempt}-{secrets.token_hex(4)}"
        path, checksum = artifacts.save_folder(Path(folder), key)
    reporter.close()
    findings = findings_of(model, run, reporter.seconds, path, checksum)

    def write() -> bool:
        with session() as s:
            kept = runs.complete(s, run, findings)
            if not kept:
                runs.stop(s, run)
            return kept

    if not surely(write):
        artifacts.remove(path)


def _forecast(run: Run, part: Mapping[str, Any], reporter: Reporter) -> None:
    """One slice of a validation: its few figures go straight into its row."""
    from core.mmm.validation import Slice, validate_slice

    frame, cut = read_kept_table(run.frame_path), Slice.from_json(part)
    found = validate_slice(frame, _config(run), cut, progress=reporter.tell, **run.sampling)
    reporter.close()
    results = plain(found.to_json())

    def write() -> bool:
        with session() as s:
            return complete_slice(s, run, results) or runs.stop(s, run)

    surely(write)


def _end(run: Run, write: Callable[..., bool], *words: str) -> None:
    def once() -> bool:
        with session() as s:
            return write(s, run, *words)

    surely(once)


def _beat(run: Run) -> Callable[[Progress], bool]:
    def beat(progress: Progress) -> bool:
        with session() as s:
            return runs.beat(s, run, progress)

    return beat


def _end_by_force(run: Run) -> Callable[[], None]:
    """Ends a fit that does not come to its next step: writes that it is cancelled and leaves at once."""

    def leave() -> None:
        _end(run, runs.stop)
        os._exit(0)

    return leave


def _told(error: Exception, run: Run, log: Connection) -> None:
    """Fails the run with a reference; the traceback goes to the worker, which owns the log."""
    reference = secrets.token_hex(4)
    trace = "".join(traceback.format_exception(error))[-LONGEST_TRACE:]
    log.send(f"{run.title} failed, reference {reference}\n{trace}")
    _end(run, runs.fail, REFERENCE_SENTENCE.format(reference=reference), reference)


def train(run: Run, log: Connection) -> None:
    """Does the work of `run` in this process and writes how it ended; lines for the log go to `log`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the worker, which then ends this process
    end_with_parent()
    os.nice(NICENESS)
    reporter = Reporter(_beat(run), _end_by_force(run)).start()
    from core.mmm import Cancelled

    try:
        if run.slice is None:
            _keep(run, _fit(run, reporter), reporter)
        else:
            _forecast(run, run.slice, reporter)
    except Cancelled:
        _end(run, runs.stop)
    except UserError as error:
        _end(run, runs.fail, str(error))
    except Exception as error:  # whatever went wrong, the person gets a reference and the log the traceback
        _told(error, run, log)
    finally:
        reporter.close()
