"""The results screen answers for every part of the model, and says what the model cannot tell."""

from __future__ import annotations

import json
from dataclasses import replace

from core.mmm.lift import LiftTest
from pages.shared.screens import Screen
from tests.core.mmm.samples import ROBYN, prior_model, robyn
from tests.pages.conftest import everything_shown
from tests.pages.measure.kept import NAMES, keep_readable, readable_model

PAGE = Screen.RESULTS


def tables(app) -> str:
    """The text of every table on the screen."""
    return "\n".join(table.value.to_string() for table in app.dataframe)


def test_the_overview_says_what_the_model_cannot_tell(open_page, owner, project_id):
    model = keep_readable(owner.id, project_id, readable_model(), "Weekly model")
    words = everything_shown(open_page(PAGE, model=model))
    assert "What this model cannot tell" in words
    assert "repeats what was believed before the data" in words  # out of home has a contraction of 2 %
    assert "No lift test is part of this model" in words


def test_everything_beside_media_has_its_effect_with_an_interval(open_page, owner, project_id):
    config = replace(ROBYN, display_names=NAMES, holidays_country="DE")
    model = keep_readable(owner.id, project_id, prior_model(robyn(), config, draws=60), "With holidays")
    app = open_page(PAGE, model=model, tab="Beyond media")
    assert not app.exception
    shown = tables(app)
    for kind in ("Control", "Event", "Holiday", "Season", "Trend"):
        assert kind in shown
    assert " to " in shown
    (drawn,) = [json.loads(element.proto.spec) for element in app.get("plotly_chart")]
    assert "Base level" in str(drawn) and "Season" in str(drawn)


def test_a_lift_test_stands_beside_what_the_model_says(open_page, owner, project_id):
    test = LiftTest("tv_S", "2018-02-05", "2018-03-05", lift=-1e9, lift_sd=1.0)
    config = replace(ROBYN, display_names=NAMES, lift_tests=(test,))
    model = keep_readable(owner.id, project_id, prior_model(robyn(), config, draws=60), "With a test")
    app = open_page(PAGE, model=model, tab="Diagnostics")
    assert not app.exception
    assert "TV [HD] $1" in tables(app) and "disagree" in tables(app)
