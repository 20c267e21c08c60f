"""The jobs of the mix model: a training fits the model, a validation fits one fold and forecasts the rest."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core import artifacts
from core.data.saved_versions import read_saved_table
from core.errors import UserError
from core.json_values import from_json, tolerant_json
from core.mmm.config import MMMConfig
from core.mmm.job_results import TrainingInput, training_results
from core.mmm.store.training import complete_fold, complete_training, fold_input, training_input
from core.queue.job import Attempt, Stopped
from core.queue.reporter import Reporter
from core.queue.retry import in_transaction
from core.queue.store.state import stop

if TYPE_CHECKING:
    from core.mmm import FittedMMM


def train(attempt: Attempt, reporter: Reporter) -> None:
    """Fits the model and stores it: the files first, then the row that names them. Files of a training that
    was stopped meanwhile are removed."""
    given = in_transaction(lambda s: training_input(s, attempt))
    frame, previous = read_saved_table(given.frame_path), _previous_fit(given)
    with _stopping():
        from core.mmm import fit

        model = fit(frame, _config(given), progress=reporter.tell, warm=previous, **given.sampling)
    reporter.tell("saving", 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="mixwright-fit-") as folder:
        model.save(folder)
        key = f"projects/{attempt.project_id}/models/{given.model_id}/{attempt.number}-{secrets.token_hex(4)}"
        path, checksum = artifacts.save_folder(Path(folder), key)
    reporter.close()
    results = training_results(model, given, attempt.number, reporter.seconds, path, checksum)
    if not in_transaction(lambda s: complete_training(s, attempt, results)):
        in_transaction(lambda s: stop(s, attempt))
        artifacts.remove(path)


def validate_fold(attempt: Attempt, reporter: Reporter) -> None:
    """Fits the model to the past of one fold and stores how well it forecast what came next."""
    given = in_transaction(lambda s: fold_input(s, attempt))
    assert given.fold is not None
    with _stopping():
        from core.mmm.validation import Fold, validate_slice

        found = validate_slice(
            read_saved_table(given.frame_path),
            _config(given),
            from_json(Fold, given.fold),
            progress=reporter.tell,
            **given.sampling,
        )
    reporter.close()
    results = tolerant_json(found.to_json())
    if not in_transaction(lambda s: complete_fold(s, attempt, results)):
        in_transaction(lambda s: stop(s, attempt))


@contextmanager
def _stopping() -> Iterator[None]:
    """What the sampler says when it heard the wish to stop, as the queue says it."""
    from core.mmm import Cancelled

    try:
        yield
    except Cancelled as cancelled:
        raise Stopped from cancelled


def _config(given: TrainingInput) -> MMMConfig:
    return MMMConfig.from_json(json.dumps(dict(given.config)))


def _previous_fit(given: TrainingInput) -> FittedMMM | None:
    """The model that is trained again on other data; without its files the training begins from scratch."""
    from core.mmm import FittedMMM

    if given.previous_path is None:
        return None
    try:
        return FittedMMM.load(artifacts.local_folder(given.previous_path))
    except (UserError, artifacts.ArtifactError):
        return None
