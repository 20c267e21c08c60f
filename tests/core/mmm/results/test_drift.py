from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from core.access import Person
from core.errors import UserError
from core.mmm.model_info import ModelInfo
from core.mmm.results.drift import compare_models
from core.mmm.store.models import model
from tests.core.conftest import CHANNEL_ROW


@pytest.fixture
def info(s: Session, person: Person, completed: int) -> ModelInfo:
    return model(s, person, completed)


@pytest.fixture
def with_rows(info: ModelInfo) -> Callable[..., ModelInfo]:
    def make(*rows: dict[str, object], **config: object) -> ModelInfo:
        results = {**(info.results or {}), "channel_summary": [CHANNEL_ROW | row for row in rows]}
        return replace(info, results=results, config={**info.config, **config})

    return make


def test_a_channel_that_stays_inside_its_interval_is_quiet(with_rows: Callable[..., ModelInfo]) -> None:
    drift = compare_models(with_rows({}), with_rows({"roas": 2.5}))
    assert drift.same_setup
    assert bool(drift.channels.loc[0, "inside"]) is True
    assert drift.channels.loc[0, "name"] == "TV"
    assert drift.summary == "Every channel's new return lies inside its earlier interval."


def test_a_channel_that_left_its_interval_is_named(with_rows: Callable[..., ModelInfo]) -> None:
    drift = compare_models(
        with_rows({}, {"channel": "search_S"}), with_rows({"roas": 9.0}, {"channel": "search_S"})
    )
    assert drift.summary == "1 of 2 channels left their earlier interval: TV."


def test_added_and_removed_channels_are_told_apart(with_rows: Callable[..., ModelInfo]) -> None:
    drift = compare_models(with_rows({"channel": "old"}), with_rows({"channel": "new"}))
    kinds = dict(zip(drift.channels["channel"], drift.channels["kind"], strict=True))
    assert kinds == {"old": "removed", "new": "added"}
    assert drift.summary.startswith("No channel has a return in both models.")


def test_organic_media_without_a_return_are_not_judged(with_rows: Callable[..., ModelInfo]) -> None:
    without: dict[str, object] = {"roas": None, "roas_lower": None, "roas_upper": None}
    drift = compare_models(with_rows(without), with_rows(without))
    assert drift.channels.loc[0, "inside"] is None


def test_differences_of_the_set_up_are_sentences(with_rows: Callable[..., ModelInfo]) -> None:
    drift = compare_models(with_rows({}), with_rows({}, holdout=8, saturation="logistic"))
    assert drift.config_changes == ("holdout: 0 became 8.", "saturation: hill became logistic.")
    assert not drift.same_setup and "differs in 2 points" in drift.summary


def test_a_model_without_results_cannot_be_compared(info: ModelInfo) -> None:
    with pytest.raises(UserError, match="no results yet"):
        compare_models(info, replace(info, results=None))
