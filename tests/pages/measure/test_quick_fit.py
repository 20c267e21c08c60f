"""The draft answer: it follows every change of the form, stands beside the full fit, and blocks nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import select

from core.data.store import dataset_frame
from core.database import session
from core.json_values import from_json
from core.mmm import MMMConfig, QuickFitMMM, fit_quick
from core.mmm.quick_fit.result import answer_of
from db.tables import Model
from pages.measure.model import quick_fit as setup_draft
from pages.measure.model import quick_fit as work
from pages.measure.model.state import SetUp
from pages.shared.screens import Screen
from tests.core.mmm.samples import plain as plain_config
from tests.core.mmm.samples import weekly
from tests.pages.conftest import everything_shown
from tests.pages.data.conftest import sample  # noqa: F401  (a fixture)
from tests.pages.measure.kept import keep_readable, readable_model

MODEL = Screen.MODEL


@pytest.fixture(scope="module", autouse=True)
def kernels_ready():
    """A screen does not wait for a compiler; after a change of the kernels the first draft would."""
    fit_quick(weekly(), plain_config(), draws=20)


def draft_shown(app):
    """The draft's table, without its index."""
    return next(table.value for table in app.dataframe if "Channel" in table.value)


def share_of(table, channel: str) -> float:
    """A channel's share of the KPI as it is written, in percent."""
    written = table.set_index("Channel").iloc[:, 0][channel]
    return float(re.match(r"[\d.]+", written)[0])


def unfold(app, name: str):
    app.session_state[f"fold:{name}"] = True
    return app.run()


def test_the_draft_says_that_it_is_one_and_shows_share_and_return_of_every_channel(open_page, sample):  # noqa: F811
    app = open_page(MODEL, dataset=sample.id)
    assert not app.exception
    text = everything_shown(app)
    assert re.search(r"Draft: an approximation in \d+\.\d s", text) and "replaced by the full fit" in text
    table = draft_shown(app)
    assert {"TV", "OOH", "Print", "Search", "Facebook"} <= set(table["Channel"])
    assert [metric.label for metric in app.metric][-3:] == [
        "Caused by media",
        "Fit to the past, R²",
        "Full fit to compare",
    ]


def test_the_draft_shows_the_figures_of_the_draft_fit(open_page, sample):  # noqa: F811
    table = draft_shown(open_page(MODEL, dataset=sample.id))
    frame = dataset_frame(sample)
    config = SetUp(sample, "Robyn", _mapping(sample)).config(frame)
    wanted = answer_of(fit_quick(frame, config)).channels.set_index("channel")
    labels = {config.label(name): name for name in config.channels}
    for channel in table["Channel"]:
        share = 100 * wanted.share[labels[channel]]
        assert share_of(table, channel) == pytest.approx(share, abs=max(0.3, 0.15 * share))


def _mapping(info):
    from core.data import Mapping

    return from_json(Mapping, info.mapping)


def test_the_draft_follows_a_change_of_beliefs(open_page, sample):  # noqa: F811
    app = unfold(open_page(MODEL, dataset=sample.id), "beliefs")
    before = draft_shown(app)
    slider = next(slider for slider in app.slider if slider.label.startswith("Media together cause"))
    slider.set_value(slider.min).run()
    assert not app.exception
    after = draft_shown(app)
    assert list(before["Channel"]) == list(after["Channel"])
    assert not before.equals(after)


def test_without_a_valid_set_up_there_is_no_draft(open_page, sample, monkeypatch):  # noqa: F811
    monkeypatch.setattr("pages.measure.model.form.blocking", lambda faults, problems: "Something is wrong.")
    app = open_page(MODEL, dataset=sample.id)
    assert "appears once the errors above are mended" in everything_shown(app)
    assert not [table for table in app.dataframe if "Channel" in table.value]


def test_a_slow_draft_waits_until_it_is_asked_for(open_page, sample, monkeypatch):  # noqa: F811
    monkeypatch.setattr(setup_draft, "AT_ONCE", 0.0)
    app = open_page(MODEL, dataset=sample.id)
    assert not [table for table in app.dataframe if "Channel" in table.value]
    button = next(button for button in app.button if button.label.startswith("Make the draft"))
    button.click().run()
    assert not app.exception
    assert len(draft_shown(app)) >= 5


def test_the_draft_stands_beside_the_full_fit_of_the_same_set_up(open_page, owner, project_id, sample):  # noqa: F811
    frame = dataset_frame(sample)
    config = SetUp(sample, "Robyn", _mapping(sample)).config(frame)
    _keep(owner, project_id, sample, fit_quick(frame, config, seed=7), config)
    app = open_page(MODEL, dataset=sample.id)
    assert not app.exception
    table = draft_shown(app)
    assert (table["Draft against full fit"] == "agrees").all()
    assert "“Robyn fit”, the same set-up" in everything_shown(app)


def test_a_full_fit_of_another_set_up_is_named_as_such_and_what_differs_is_said(
    open_page,
    owner,
    project_id,
    sample,  # noqa: F811
):
    frame = dataset_frame(sample)
    config = SetUp(sample, "Robyn", _mapping(sample)).config(frame)
    other = replace(config, priors=replace(config.priors, media_share_mean=0.8, media_share_sd=0.02))
    _keep(owner, project_id, sample, fit_quick(frame, other), other)
    app = open_page(MODEL, dataset=sample.id)
    assert "another set-up or data" in everything_shown(app)
    assert draft_shown(app)["Draft against full fit"].str.contains("differs: .* sd lower").any()


class Superseded(Exception):
    """What Streamlit raises when a newer run takes over, in this test."""


def test_a_draft_that_a_newer_change_overtakes_is_never_made(owner, sample, monkeypatch):  # noqa: F811
    frame, made, gate = dataset_frame(sample), [], Event()
    config = SetUp(sample, "Robyn", _mapping(sample)).config(frame)
    monkeypatch.setattr(
        work, "fit_quick", lambda *given, **named: made.append(1) or fit_quick(*given, **named)
    )
    work._WORKER.submit(gate.wait)
    with monkeypatch.context() as overtaken:
        overtaken.setattr(work.st, "caption", _overtake)
        with pytest.raises(Superseded):
            work.drafted(sample, frame, config)
    gate.set()
    assert len(work.drafted(sample, frame, config).channels) == len(config.channels)
    assert len(made) == 1


def test_a_screen_does_not_wait_for_a_draft_forever(open_page, sample, monkeypatch):  # noqa: F811
    gate = Event()
    monkeypatch.setattr(work, "LONGEST", 0.2)
    work._WORKER.submit(gate.wait)
    app = open_page(MODEL, dataset=sample.id)
    gate.set()
    assert not app.exception and "takes longer than usual" in everything_shown(app)
    monkeypatch.setattr(work, "LONGEST", 25.0)
    next(button for button in app.button if button.label == "Look again").click().run()
    assert len(draft_shown(app)) >= 5


def _overtake(text: str) -> None:
    raise Superseded


def _keep(owner, project_id, info, made: QuickFitMMM, config: MMMConfig) -> None:
    """A completed training on the data set whose results are those of a draft, as if it were a full fit."""
    model = readable_model()
    model_id = keep_readable(owner.id, project_id, model, "Robyn fit")
    with session() as s:
        row = s.scalars(select(Model).where(Model.id == model_id)).one()
        row.dataset_id, row.config = info.id, json.loads(config.to_json())
        from core.json_values import tolerant_json
        from db.tables import ModelResult

        result = s.scalars(select(ModelResult).where(ModelResult.model_id == model_id)).one()
        result.results_json = {
            **result.results_json,
            "channel_summary": tolerant_json(made.channel_summary()),
        }


def test_results_tell_how_close_the_draft_was(open_page, owner, project_id):
    keep_readable(owner.id, project_id, readable_model(), "Weekly model")
    app = open_page(Screen.RESULTS)
    app.session_state["draft_distance"] = True
    app.run()
    assert not app.exception
    assert re.search(r"agrees with the full fit on \d of \d channels", everything_shown(app))
