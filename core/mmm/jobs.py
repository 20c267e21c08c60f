"""The training process: reads the table, fits the model or one slice, keeps what it found."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import artifacts
from core.data.saved_versions import read_saved_table
from core.database import session
from core.errors import UserError
from core.mmm.config import MMMConfig
from core.mmm.job_results import findings_of, plain
from core.queue.attempt import Run
from core.queue.reporter import Reporter
from core.queue.retry import with_retries
from core.queue.store import runs
from core.queue.store.folds import complete_slice
from core.worker.process_main import at_work

if TYPE_CHECKING:
    from core.mmm import FittedMMM


def _config(run: Run) -> MMMConfig:
    return MMMConfig.from_json(json.dumps(dict(run.config)))


def _fit(run: Run, reporter: Reporter) -> FittedMMM:
    from core.mmm import fit

    frame, warm = read_saved_table(run.frame_path), _earlier(run)
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

    if not with_retries(write):
        artifacts.remove(path)


def _forecast(run: Run, part: Mapping[str, Any], reporter: Reporter) -> None:
    """One slice of a validation: its few figures go straight into its row."""
    from core.mmm.validation import Fold, validate_slice

    frame, cut = read_saved_table(run.frame_path), Fold.from_json(part)
    found = validate_slice(frame, _config(run), cut, progress=reporter.tell, **run.sampling)
    reporter.close()
    results = plain(found.to_json())

    def write() -> bool:
        with session() as s:
            return complete_slice(s, run, results) or runs.stop(s, run)

    with_retries(write)


def _cancelled() -> type[Exception]:
    from core.mmm import Cancelled

    return Cancelled


def train(run: Run, log: Connection) -> None:
    """Does the work of `run` in this process and writes how it ended; lines for the log go to `log`."""

    def work(reporter: Reporter) -> None:
        if run.slice is None:
            _keep(run, _fit(run, reporter), reporter)
        else:
            _forecast(run, run.slice, reporter)

    at_work(run, runs, log, work, _cancelled)
