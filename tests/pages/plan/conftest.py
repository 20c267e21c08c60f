"""One small model for all tests of planning screens, kept in each test's own project."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.access import Person
from core.mmm import FittedMMM
from tests.pages.plan.trained import keep_model, small_model


@pytest.fixture(scope="session")
def fitted_model() -> FittedMMM:
    """A small model, fitted once."""
    return small_model()


@pytest.fixture
def keep(owner: Person, project_id: int, fitted_model: FittedMMM) -> Callable[..., int]:
    """Keeps the model in the project: `keep("Model A", converged=False)` returns its id."""

    def make(name: str = "Weekly model", *, converged: bool = True, project: int = project_id) -> int:
        return keep_model(owner.id, project, fitted_model, name, converged)

    return make


@pytest.fixture
def model_id(keep: Callable[..., int]) -> int:
    """A converged model in the owner's project."""
    return keep()
