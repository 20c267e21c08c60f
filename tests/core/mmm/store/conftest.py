"""A trained model whose files are really there, and a plan saved on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core import artifacts
from core.access import Person
from core.json_values import to_json
from core.mmm.planning.scenario_info import ScenarioInfo
from core.mmm.store import plans as scenarios
from core.queue.attempt import Run, TrainingResults
from core.queue.store import runs
from tests.core.mmm.plan_examples import budget_answer, inputs
from tests.core.mmm.samples import plain, prior_model, weekly


@pytest.fixture
def kept_model(s: Session, running: Run, findings: Callable[..., TrainingResults], tmp_path: Path) -> int:
    """The number of a completed model with files in the artifact store."""
    prior_model(weekly(), plain()).save(tmp_path / "model")
    path, checksum = artifacts.save_folder(tmp_path / "model", f"projects/1/models/{running.model_id}/1-kept")
    found = findings(path)
    assert runs.complete(
        s, running, TrainingResults(found.results, found.metrics, found.shares, path, checksum)
    )
    return running.model_id


@pytest.fixture
def saved(s: Session, person: Person, kept_model: int) -> ScenarioInfo:
    """A budget plan with its answer, saved on that model."""
    return scenarios.save_scenario(
        s, person, kept_model, "Spring", "budget", to_json(inputs()), to_json(budget_answer())
    )
