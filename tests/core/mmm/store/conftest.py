"""A trained model whose files are really there, and a plan saved on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core import artifacts
from core.access import Person
from core.json_values import to_json
from core.mmm.job_results import TrainingResults
from core.mmm.planning.saved_plan import ScenarioInfo
from core.mmm.store import plans as scenarios
from core.mmm.store.training import complete_training
from core.queue.job import Attempt
from tests.core.mmm.plan_examples import budget_answer, inputs
from tests.core.mmm.samples import plain, prior_model, weekly


@pytest.fixture
def kept_model(s: Session, running: Attempt, findings: Callable[..., TrainingResults], tmp_path: Path) -> int:
    """The number of a completed model with files in the artifact store."""
    prior_model(weekly(), plain()).save(tmp_path / "model")
    path, checksum = artifacts.save_folder(tmp_path / "model", f"projects/1/models/{running.job_id}/1-kept")
    found = findings(path)
    assert complete_training(
        s, running, TrainingResults(found.results, found.metrics, found.shares, path, checksum)
    )
    return running.job_id


@pytest.fixture
def saved(s: Session, person: Person, kept_model: int) -> ScenarioInfo:
    """A budget plan with its answer, saved on that model."""
    return scenarios.save_scenario(
        s, person, kept_model, "Spring", "budget", to_json(inputs()), to_json(budget_answer())
    )
