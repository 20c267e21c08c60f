"""The frequency section of the results: there for channels with reach and frequency, and for no others."""

from core.access import Person
from pages.shared.screens import Screen
from tests.core.mmm.samples import prior_model, video, weekly, with_video
from tests.pages.conftest import everything_shown
from tests.pages.measure.kept import keep_readable, readable_model

PAGE = Screen.RESULTS


def test_the_best_frequency_is_said_with_its_interval(open_page, owner: Person, project_id: int):
    model = prior_model(weekly(**video()), with_video(display_names={"video": "Online video"}), draws=40)
    kept = keep_readable(owner.id, project_id, model, "With reach")
    app = open_page(PAGE, tab="Curves", model=kept)
    assert not app.exception
    row = model.optimal_frequency().iloc[0]
    told = everything_shown(app)
    assert f"Best: {row.best:.1f} contacts a head ({row.best_lower:.1f} to {row.best_upper:.1f})" in told
    assert f"today {row.now:.1f}" in told and "these channels' lines are straight" in told


def test_models_without_reach_have_no_such_section(open_page, owner: Person, project_id: int):
    kept = keep_readable(owner.id, project_id, readable_model(), "Without reach")
    app = open_page(PAGE, tab="Curves", model=kept)
    assert not app.exception and "contacts a head" not in everything_shown(app)
