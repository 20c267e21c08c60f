"""Measure / Model: a default that trains with one press, adjustments that are kept, errors that block."""

from __future__ import annotations

import json

import pytest

from core.access import Role
from core.data import ColumnRole
from core.data.dataset_info import DatasetInfo
from core.database import session
from core.json_values import to_json
from core.mmm import MMMConfig, Priors
from core.mmm.priors import ChannelPrior
from core.mmm.store.drafts import draft, save_draft
from core.mmm.store.models import cancel, model, models, train
from pages.measure.model.state import SetUp, next_name
from pages.shared.screens import Screen
from tests.pages.conftest import everything_shown
from tests.pages.data.conftest import prepared_sample, sample  # noqa: F401  (a fixture)

MODEL = Screen.MODEL


def unfold(app, name: str):
    """Open one of the folded parts."""
    app.session_state[f"fold:{name}"] = True
    return app.run()


def drafted(owner, info: DatasetInfo) -> dict:
    with session() as s:
        kept = draft(s, owner, info.id)
    return kept.config if kept else {}


def test_signed_out_there_is_nothing_to_train(signed_out_page):
    app = signed_out_page(MODEL)
    assert not app.exception
    assert not [button for button in app.button if button.key == "train"]


def test_without_data_it_leads_to_the_upload(open_page):
    app = open_page(MODEL)
    assert not app.exception
    assert "No data yet" in everything_shown(app)


def test_the_default_trains_with_one_press(open_page, owner, project_id, sample):  # noqa: F811
    app = open_page(MODEL, dataset=sample.id)
    assert not app.exception
    text = everything_shown(app)
    assert "TV, OOH, Print, Search, Facebook" in text
    app.button(key="train").click().run()
    assert not app.exception
    with session() as s:
        made = models(s, owner, project_id)
    assert [(info.name, info.status) for info in made] == [("Robyn", "queued")]
    assert made[0].config["target_column"] == "revenue"
    assert made[0].sampling == {"draws": 1000, "tune": 1000, "chains": 4, "seed": 1}
    assert any("Cancel training" in button.label for button in app.button)


def test_adjustments_are_saved_as_a_draft_and_come_back(open_page, owner, sample):  # noqa: F811
    app = unfold(open_page(MODEL, dataset=sample.id), "baseline")
    app.selectbox(key=f"setup:{sample.id}:0:holidays_country").set_value("DE").run()
    assert not app.exception
    assert "Draft saved" in everything_shown(app)
    assert drafted(owner, sample)["fields"] == {"holidays_country": "DE"}
    again = unfold(open_page(MODEL, dataset=sample.id), "baseline")
    assert again.selectbox(key=f"setup:{sample.id}:1:holidays_country").value == "DE"


def test_back_to_the_default_forgets_adjustments(open_page, owner, sample):  # noqa: F811
    app = unfold(open_page(MODEL, dataset=sample.id), "baseline")
    app.selectbox(key=f"setup:{sample.id}:0:trend").set_value("none").run()
    app.button(key="set_up_reset").click().run()
    assert drafted(owner, sample)["fields"] == {}


def test_without_adjustments_no_draft_is_written(open_page, owner, sample):  # noqa: F811
    open_page(MODEL, dataset=sample.id)
    assert drafted(owner, sample) == {}


@pytest.mark.parametrize("part", ["columns", "baseline", "beliefs", "channels", "lift", "sampling"])
def test_every_folded_part_opens_and_changes_nothing_by_itself(open_page, owner, sample, part):  # noqa: F811
    app = unfold(open_page(MODEL, dataset=sample.id), part)
    assert not app.exception
    assert drafted(owner, sample) == {}


def test_a_role_that_is_missing_blocks_training_with_its_sentence(open_page, owner, sample):  # noqa: F811
    _, made = prepared_sample()
    mapping = made.mapping.with_role("revenue", ColumnRole.IGNORE)
    with session() as s:
        save_draft(s, owner, sample.id, "No KPI", {"mapping": to_json(mapping), "fields": {}, "sampling": {}})
    app = open_page(MODEL, dataset=sample.id)
    assert not app.exception
    assert "No column is marked as the KPI to explain" in everything_shown(app)
    assert app.button(key="train").disabled


def test_data_that_no_longer_fit_block_training_with_the_sentence(open_page, owner, sample):  # noqa: F811
    _, made = prepared_sample()
    mapping = made.mapping.with_role("events", ColumnRole.CONTROL)
    with session() as s:
        save_draft(s, owner, sample.id, "Text", {"mapping": to_json(mapping)})
    app = open_page(MODEL, dataset=sample.id)
    assert "events" in " ".join(alert.value for alert in app.error)
    assert app.button(key="train").disabled


def test_a_failed_training_says_why_and_can_run_again(open_page, owner, project_id, sample):  # noqa: F811
    with session() as s:
        number = train(s, owner, sample.id, "First", json.loads(default_config(sample).to_json()))
        cancel(s, owner, number)
    app = open_page(MODEL, dataset=sample.id, model_view="Models")
    app.button(key=f"again:{number}").click().run()
    assert not app.exception
    with session() as s:
        assert [info.rerun_of_id for info in models(s, owner, project_id)] == [number, None]


def test_a_viewer_can_look_at_everything_but_not_train(open_page, new_member, sample):  # noqa: F811
    app = open_page(MODEL, person=new_member(Role.VIEWER), dataset=sample.id)
    assert not app.exception
    assert "nothing is kept" in everything_shown(app)
    assert app.button(key="train").disabled


def default_config(info: DatasetInfo) -> MMMConfig:
    _, made = prepared_sample()
    return SetUp(info, info.name, made.mapping).config(made.frame)


def test_the_set_up_of_a_model_can_be_taken_up_again(owner, sample):  # noqa: F811
    _, made = prepared_sample()
    start = SetUp(sample, "Rich", made.mapping)
    start.fields = {
        "holidays_country": "DE",
        "adstock": {"tv_S": "delayed"},
        "priors": {"media_share_mean": 0.2, "channels": {"tv_S": {"roas_mean": 2.0, "roas_sd": 0.5}}},
        "holdout": 8,
    }
    with session() as s:
        number = train(s, owner, sample.id, "Rich", json.loads(start.config(made.frame).to_json()))
        info = model(s, owner, number)
    taken = SetUp(sample, "Again", made.mapping)
    taken.take_model(info)
    assert taken.config(made.frame) == start.config(made.frame)
    assert taken.config(made.frame).priors == Priors(
        media_share_mean=0.2, channels={"tv_S": ChannelPrior(roas_mean=2.0, roas_sd=0.5)}
    )


def test_the_next_model_gets_a_free_name():
    assert next_name("Robyn", {"Other"}) == "Robyn"
    assert next_name("Robyn", {"Robyn"}) == "Robyn (2)"
    assert next_name("Robyn (2)", {"Robyn", "Robyn (2)"}) == "Robyn (3)"


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ({"start": "2010-01-04", "end": "2010-02-01"}, "must lie inside the training data"),
        ({"start": "2018-02-05", "end": "2018-01-01"}, "before it starts"),
    ],
)
def test_a_lift_test_that_cannot_be_used_blocks_training_and_can_be_mended(
    open_page,
    owner,
    sample,  # noqa: F811
    test,
    words,
):
    _, made = prepared_sample()
    lift = {"channel": "tv_S", "lift": 1000.0, "lift_sd": 200.0} | test
    with session() as s:
        plain = {"mapping": to_json(made.mapping), "fields": {"lift_tests": [lift]}}
        save_draft(s, owner, sample.id, "Lift", plain)
    app = unfold(open_page(MODEL, dataset=sample.id), "lift")
    assert not app.exception
    assert words in " ".join(alert.value for alert in app.error)
    assert app.button(key="train").disabled
    assert "Totals over the whole window" in everything_shown(app)
