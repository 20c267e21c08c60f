"""What the frame says when a training ends, on whatever screen one is."""

from __future__ import annotations

import datetime as dt

import pytest

from core.access import Person
from core.database import session
from db.tables import JobStatus, Model
from pages.shared.progress import stage_label
from pages.shared.screens import Screen
from tests.pages.conftest import Opened, everything_shown, shown
from tests.pages.measure.kept import keep_readable, readable_model


@pytest.fixture
def running(owner: Person, project_id: int) -> int:
    """The id of a model whose training is half way through its sampling."""
    model_id = keep_readable(owner.id, project_id, readable_model(), "Weekly model")
    change(
        model_id, JobStatus.RUNNING, stage="sample", progress_done=50, progress_total=100, finished_at=None
    )
    return model_id


def change(model_id: int, status: JobStatus, **columns: object) -> None:
    """Puts a model's row into a state, as the worker would."""
    with session() as s:
        model = s.get_one(Model, model_id)
        model.status = status
        for name, value in columns.items():
            setattr(model, name, value)


def test_the_side_bar_shows_what_trains_on_every_screen(open_page: Opened, running: int) -> None:
    app = open_page(Screen.PROJECTS)
    assert not app.exception
    assert "50 %" in str([bar.proto for bar in app.sidebar.get("progress")])


def test_a_training_counts_its_draws_and_divergences(open_page: Opened, running: int) -> None:
    change(running, JobStatus.RUNNING, progress_done=1_240, progress_total=8_000, divergences=3)
    app = open_page(Screen.PROJECTS)
    told = str([bar.proto for bar in app.sidebar.get("progress")])
    assert "1,240 of 8,000 draws" in told
    assert "3 divergences" in told


@pytest.mark.parametrize(
    ("status", "words", "title"),
    [
        (JobStatus.COMPLETED, "“Weekly model” is ready.", "✓ Model ready - Mixwright"),
        (JobStatus.FAILED, "“Weekly model” could not be trained.", "Training failed - Mixwright"),
    ],
)
def test_the_end_of_a_training_is_told_on_another_screen(
    open_page: Opened, running: int, status: JobStatus, words: str, title: str
) -> None:
    app = open_page(Screen.PROJECTS)
    assert not app.toast
    change(running, status, finished_at=dt.datetime.now(dt.UTC))
    app.run()
    assert words in [shown(toast.value) for toast in app.toast]
    assert app.session_state["_title_notice"][0] == title
    app.run()
    assert words not in [shown(toast.value) for toast in app.toast]


def test_a_training_of_another_project_is_not_told(open_page: Opened, running: int, stranger: Person) -> None:
    app = open_page(Screen.PROJECTS, person=stranger, project=None)
    change(running, JobStatus.COMPLETED, finished_at=dt.datetime.now(dt.UTC))
    app.run()
    assert not app.toast
    assert "Weekly model" not in everything_shown(app)


def test_home_shows_the_stage_while_a_model_trains(open_page: Opened, running: int) -> None:
    app = open_page()
    assert "Training now" in everything_shown(app)
    assert "Cancel training" in [button.label for button in app.button]


def test_a_stage_is_named_in_plain_words() -> None:
    assert stage_label(None) == "Getting ready"
    assert shown(stage_label("sample")) == "Sampling"
