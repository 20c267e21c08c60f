"""The results screen: what it says of a model, for every choice above it, and what it refuses to claim."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.access import Person, Role
from core.data.calendar import Granularity
from core.database import session
from core.mmm import FittedMMM
from core.mmm.results.summary import Range
from core.mmm.store.models import train
from pages.shared.model_choice import ALL, HALF, YEAR, range_of
from pages.shared.screens import Screen
from tests.core.mmm.samples import ROBYN, robyn
from tests.pages.conftest import everything_shown, shown
from tests.pages.measure.kept import keep_readable, readable_model

PAGE = Screen.RESULTS
TABS = ("Overview", "Channels", "Over time", "Curves", "Carry-over", "Diagnostics")


@pytest.fixture(scope="session")
def robyn_fit() -> FittedMMM:
    """Four years of real weekly data; the draws come from the prior, so that nothing has to be sampled."""
    return readable_model()


@pytest.fixture
def keep(owner: Person, project_id: int, robyn_fit: FittedMMM) -> Callable[..., int]:
    """Keeps the model in the project: `keep("Model A", max_rhat=1.3, converged=False)` returns its id."""

    def make(name: str = "Weekly model", **diagnostics: object) -> int:
        return keep_readable(owner.id, project_id, robyn_fit, name, **diagnostics)

    return make


def charts(app: AppTest) -> list[dict]:
    """The figures on the screen, as plotly's own JSON."""
    import json

    return [json.loads(element.proto.spec) for element in app.get("plotly_chart")]


def metrics(app: AppTest) -> dict[str, str]:
    return {shown(metric.label): shown(metric.value) for metric in app.metric}


def test_a_visitor_is_asked_to_sign_in(signed_out_page):
    app = signed_out_page(PAGE)
    assert not app.exception and not app.metric


def test_without_a_model_the_screen_says_how_to_get_one(open_page):
    app = open_page(PAGE)
    assert not app.exception
    assert "No model yet" in everything_shown(app)


def test_a_model_is_read_as_findings_figures_and_charts(open_page, keep):
    app = open_page(PAGE, model=keep())
    assert not app.exception
    words = everything_shown(app)
    assert "media caused about" in words
    assert "90 % interval" in words.replace("\u00a0", " ")
    kpi = robyn()["revenue"].iloc[-52:].sum()
    assert metrics(app)["Revenue"] == f"€{kpi / 1e6:.1f}M"
    assert len(charts(app)) == 4
    assert all(element.proto.alt for element in app.get("plotly_chart"))


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_from_its_address_and_draws_intervals(open_page, keep, tab):
    app = open_page(PAGE, model=keep(), tab=tab)
    assert not app.exception
    drawn = str(charts(app))
    assert "error_" in drawn or "toself" in drawn


def test_each_channel_keeps_its_colour_on_every_tab(open_page, keep):
    from core.charts.palette import channel_colours

    colour = channel_colours(ROBYN.channels)["ooh_S"]
    model = keep()
    for tab in ("Overview", "Channels", "Curves"):
        drawn = str(charts(open_page(PAGE, model=model, tab=tab)))
        assert colour in drawn, tab


def test_a_wider_interval_changes_the_words_and_the_address_keeps_it(open_page, keep):
    model = keep()
    app = open_page(PAGE, model=model)
    app.selectbox(key="level").set_value(0.5).run()
    assert not app.exception
    assert "50 % interval" in everything_shown(app).replace("\u00a0", " ")
    assert any("50 %: " in shown(caption.value) for caption in app.caption)


def test_all_data_has_no_year_before(open_page, keep):
    app = open_page(PAGE, model=keep())
    deltas = [metric.delta for metric in app.metric]
    assert all(deltas)
    app.selectbox(key="range").set_value(ALL).run()
    assert not app.exception
    assert not any(metric.delta for metric in app.metric)
    total = robyn()["revenue"].sum()
    assert metrics(app)["Revenue"] == f"€{total / 1e6:.0f}M"


def test_the_year_before_can_be_switched_off(open_page, keep):
    app = open_page(PAGE, model=keep())
    assert "A year before" in str(charts(app))
    app.toggle(key="yoy").set_value(False).run()
    assert not app.exception
    assert "A year before" not in str(charts(app))
    assert not any(metric.delta for metric in app.metric)


def test_a_model_that_has_not_converged_says_so_and_advises_nothing(open_page, keep):
    app = open_page(PAGE, model=keep(converged=False, max_rhat=1.3, min_ess_bulk=20.0))
    assert not app.exception
    assert "has not converged" in shown(app.error[0].value)
    words = everything_shown(app)
    assert "No advice on where to put money" in words
    assert "A hint for the next budget" not in words
    assert "not converged" in app.selectbox(key="results_model").options[0]


def test_the_verdict_names_what_speaks_against_the_model_and_its_cure(open_page, keep):
    app = open_page(PAGE, model=keep(), tab="Diagnostics")
    said = shown(app.warning[0].value)
    assert "Usable with care" in said
    assert "barely spoke about Out of home" in said
    assert "What to do" in said
    assert metrics(app)["R-hat"] == "1.002"


def test_names_that_people_typed_are_never_markup(open_page, keep):
    app = open_page(PAGE, model=keep("Model [x](http://evil) :red[y]"), tab="Curves")
    assert not app.exception
    for element in [*app.markdown, *app.caption]:
        assert "](http://evil)" not in element.value
        assert "TV [HD] $1" not in element.value


def test_a_model_that_waits_shows_its_training_instead_of_results(open_page, owner, project_id):
    from core.data.store import save_dataset
    from core.demo.weekly_sales import weekly_sales

    demo = weekly_sales()
    with session() as s:
        data = save_dataset(s, owner, project_id, "Sales", [(demo.file_name, demo.content)], demo.prepared)
        model = train(s, owner, data.id, "Waiting", demo.config)
    app = open_page(PAGE, model=model)
    assert not app.exception
    assert not app.metric
    assert "Waiting" in everything_shown(app)


def test_a_model_of_another_project_is_not_shown(open_page, keep, owner):
    from core.projects.store import create_project

    model = keep()
    with session() as s:
        other = create_project(s, owner, "Other").id
    app = open_page(PAGE, project=other, model=model)
    assert not app.exception and not app.metric
    assert "not part of this project" in everything_shown(app)


def test_who_may_not_export_sees_why(open_page, keep, new_member):
    model = keep()
    viewer = new_member(Role.VIEWER)
    app = open_page(PAGE, person=viewer, model=model)
    assert not app.exception
    assert app.metric


def test_ranges_lie_inside_the_data():
    weeks = pd.date_range("2020-06-01", periods=150, freq="7D")
    assert range_of(YEAR, weeks, Granularity.WEEKLY) == Range(weeks[-52], weeks[-1])
    assert range_of(HALF, weeks[:10], Granularity.WEEKLY) == Range(weeks[0], weeks[9])
    year = range_of("2020", weeks, Granularity.WEEKLY)
    assert (year.start, year.end) == (weeks[0], pd.Timestamp("2020-12-31"))
    assert range_of(ALL, weeks, Granularity.WEEKLY) == Range(weeks[0], weeks[-1])
    months = pd.date_range("2020-01-01", periods=36, freq="MS")
    assert range_of(YEAR, months, Granularity.MONTHLY).start == pd.Timestamp("2022-01-01")
