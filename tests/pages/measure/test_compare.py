"""The screen that compares models: what it says, what it starts, and for whom."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from core.access import Person, Role
from core.database import session
from core.json_values import from_json, to_json
from core.mmm import FittedMMM
from core.mmm.store import validations
from core.mmm.validation import Fold, FoldResult, Naive, Scores, time_slices
from db.tables import JobStatus, ModelValidation, ValidationSlice
from pages.shared.screens import Screen
from tests.core.mmm.samples import robyn
from tests.pages.conftest import Opened, everything_shown, shown
from tests.pages.measure.kept import keep_readable, readable_model

PAGE = Screen.COMPARE


@pytest.fixture(scope="session")
def fit() -> FittedMMM:
    """Four years of real weekly data; the draws come from the prior."""
    return readable_model()


@pytest.fixture
def keep(owner: Person, project_id: int, fit: FittedMMM) -> Callable[..., int]:
    """Keeps a trained model in the project and returns its number."""

    def make(name: str, **diagnostics: object) -> int:
        return keep_readable(owner.id, project_id, fit, name, **diagnostics)

    return make


def forecast(part: Fold, error: float) -> FoldResult:
    """A slice in which the model missed by so much a week, and repeating last year by 200,000."""
    days = [part.start_on + dt.timedelta(weeks=week) for week in range(part.periods)]
    path = tuple(
        {
            "date": str(day),
            "actual": 2e6,
            "forecast": 2e6 + error,
            "lower": 1.8e6,
            "upper": 2.2e6,
            "naive": 1.5e6,
        }
        for day in days
    )
    channels = tuple(
        {"channel": name, "share": share, "share_lower": share / 2, "share_upper": 2 * share, "roas": 1.0,
         "roas_lower": 0.5, "roas_upper": 2.0} for name, share in (("tv_S", 0.1), ("ooh_S", 0.05))
    )  # fmt: skip

    def scores(mean: float) -> Scores:
        return Scores(8, 8 * mean, 8 * mean, 1.6e7, 8 * mean**2, 1.6e7, 3.3e13, 7)

    return FoldResult(part, scores(error), scores(2e5), Naive.LAST_YEAR, True, 1.0, 0, 2.0, path, channels)


def checked(project_id: int, model_id: int, fit: FittedMMM, *errors: float | None) -> None:
    """A check of the model with one slice an error; None leaves its slice running."""
    parts = time_slices(robyn(), fit.config, folds=len(errors))
    with session() as s:
        row = ModelValidation(project_id=project_id, model_id=model_id, horizon=8)
        s.add(row)
        s.flush()
        for part, error in zip(parts, errors, strict=True):
            known = {} if error is None else {"results": forecast(part, error).to_json()}
            ended = None if error is None else dt.datetime.now(dt.UTC)
            status = JobStatus.RUNNING if error is None else JobStatus.COMPLETED
            s.add(
                ValidationSlice(
                    validation_id=row.id,
                    fold=part.fold,
                    slice=to_json(part),
                    status=status,
                    stage=None if error else "sample",
                    progress_done=1,
                    progress_total=2,
                    finished_at=ended,
                    **known,
                )
            )


def charts(app: AppTest) -> list[dict]:
    return [json.loads(element.proto.spec) for element in app.get("plotly_chart")]


def told(app: AppTest) -> str:
    return everything_shown(app) + shown("\n".join(str(element.value) for element in app.success))


def test_a_visitor_is_asked_to_sign_in(signed_out_page: Opened) -> None:
    app = signed_out_page(PAGE)
    assert not app.exception and not app.multiselect


def test_without_a_trained_model_the_screen_says_how_to_get_one(open_page: Opened) -> None:
    app = open_page(PAGE)
    assert not app.exception and "No trained model yet" in told(app)


def test_one_model_alone_can_be_checked_but_not_compared(open_page: Opened, keep: Callable[..., int]) -> None:
    keep("Alone")
    app = open_page(PAGE)
    assert not app.exception and "Choose a second model" in told(app)
    assert any("Check on past forecasts" in button.label for button in app.button)


def test_the_two_newest_models_are_compared_and_what_cannot_be_is_explained(
    open_page: Opened, keep: Callable[..., int]
) -> None:
    numbers = [keep("Oldest"), keep("Weekly"), keep("Weekly")]
    app = open_page(PAGE)
    assert not app.exception
    assert f"{numbers[2]},{numbers[1]}" in str(app.query_params["models"])
    table = app.dataframe[0].value
    assert list(table.columns) == [f"Weekly (no. {number})" for number in (numbers[2], numbers[1])]
    words = told(app)
    assert "Past forecasts not compared" in words.replace("*", "")
    assert "None of the models held periods back." in words
    assert len(charts(app)) == 1 and all(element.proto.alt for element in app.get("plotly_chart"))


def test_checked_models_get_a_verdict_their_forecasts_and_their_steadiness(
    open_page: Opened, keep: Callable[..., int], project_id: int, fit: FittedMMM
) -> None:
    good, poor = keep("Good model"), keep("Poor model")
    checked(project_id, good, fit, 5e4, 6e4)
    checked(project_id, poor, fit, 9e4, 1e5)
    app = open_page(PAGE, models=f"{good},{poor}")
    assert not app.exception
    words = told(app)
    assert "“Good model” forecasts best" in words and "72 % better than repeating last year" in words
    assert "2 slices of 8 weeks" in words
    scores = app.dataframe[0].value
    assert scores.loc["Past forecasts: CRPS", "Good model"] == "€55.0k"
    slices = app.dataframe[1].value
    assert len(slices) == 4 and set(slices["Model"]) == {"Good model", "Poor model"}
    assert len(charts(app)) == 4


def test_the_figure_and_the_width_of_intervals_can_be_chosen(
    open_page: Opened, keep: Callable[..., int]
) -> None:
    keep("One"), keep("Two")
    wide = open_page(PAGE, compare_figure="Contribution to Revenue")
    wide.selectbox(key="level").set_value(0.95).run()
    assert not wide.exception and "95 % intervals" in told(wide)
    assert "contributed" in charts(wide)[0]["layout"]["xaxis"]["title"]["text"]


def test_the_progress_of_a_check_is_seen_everywhere_and_it_can_be_cancelled(
    open_page: Opened, keep: Callable[..., int], project_id: int, fit: FittedMMM
) -> None:
    model_id = keep("Weekly model")
    checked(project_id, model_id, fit, 5e4, None)
    app = open_page(PAGE)
    assert not app.exception
    progress = str([bar.proto for bar in app.get("progress")])
    assert "1 of 2 slices done" in progress and "Sampling" in progress
    elsewhere = open_page(Screen.PROJECTS)
    assert "1 of 2 slices done" in str([bar.proto for bar in elsewhere.sidebar.get("progress")])
    app.button(key=f"cancel_check:{_check_of(model_id)}").click().run()
    assert not app.exception and "Cancelling" in told(app)


def _check_of(model_id: int) -> int:
    with session() as s:
        return s.scalars(select(ModelValidation.id).where(ModelValidation.model_id == model_id)).one()


def test_the_button_checks_the_set_up_on_its_data(
    open_page: Opened, keep: Callable[..., int], fit: FittedMMM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validations, "read_saved_table", lambda path: robyn())
    model_id = keep("Weekly model")
    app = open_page(PAGE)
    app.button(key=f"check:{model_id}").click().run()
    assert not app.exception and "0 of 4 slices done" in str([bar.proto for bar in app.get("progress")])
    with session() as s:
        slices = s.scalars(select(ValidationSlice).order_by(ValidationSlice.fold)).all()
        assert [part.status for part in slices] == [JobStatus.QUEUED] * 4
    assert "is being checked on past forecasts" in shown(app.toast[0].value)


def test_data_too_short_for_a_slice_are_told_and_start_nothing(
    open_page: Opened, keep: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validations, "read_saved_table", lambda path: robyn().iloc[:30])
    model_id = keep("Weekly model")
    app = open_page(PAGE)
    app.button(key=f"check:{model_id}").click().run()
    assert not app.exception and "too few to hold back 8 weeks" in told(app)
    with session() as s:
        assert s.scalars(select(ModelValidation.id)).all() == []


def test_the_end_of_a_check_is_told_on_another_screen(
    open_page: Opened, keep: Callable[..., int], project_id: int, fit: FittedMMM
) -> None:
    model_id = keep("Weekly model")
    checked(project_id, model_id, fit, 5e4, None)
    app = open_page(Screen.PROJECTS)
    assert not app.toast
    with session() as s:
        part = s.scalars(select(ValidationSlice).where(ValidationSlice.fold == 2)).one()
        part.status, part.finished_at = JobStatus.COMPLETED, dt.datetime.now(dt.UTC)
        part.results = forecast(from_json(Fold, part.slice), 5e4).to_json()
    app.run()
    words = "“Weekly model” on past forecasts: 75 % better than repeating last year."
    assert words in [shown(toast.value) for toast in app.toast]
    app.run()
    assert words not in [shown(toast.value) for toast in app.toast]


def test_who_may_not_train_sees_everything_and_starts_nothing(
    open_page: Opened, keep: Callable[..., int], new_member: Callable[[Role], Person]
) -> None:
    keep("One"), keep("Two")
    app = open_page(PAGE, person=new_member(Role.VIEWER))
    assert not app.exception and "Side by side" in told(app)
    assert not any("Check on past forecasts" in button.label for button in app.button)
