"""Measure / Model: every option of the model has a control, and what is chosen there reaches the fit."""

from __future__ import annotations

import dataclasses

import pandas as pd

from core.data import ColumnRole, detect, read_table
from core.database import session
from core.json_values import to_json
from core.mmm import MMMConfig
from core.mmm.model.structure import structure_of
from core.mmm.prepare import prepare
from core.mmm.priors import ChannelPrior, Priors
from core.mmm.sampling.sampler_settings import SamplingPlan
from core.mmm.store.drafts import draft, save_draft
from core.mmm.store.models import models
from pages.measure.model.adjust import BASELINE_PRIORS, MEDIA_PRIORS, SUBJECTS
from pages.measure.model.channels import _keep, _rows, options_of, retention_sd_of
from pages.measure.model.reach import contact_columns
from pages.measure.model.state import SetUp
from tests.core.mmm.samples import plain
from tests.pages.data.conftest import prepared_sample, sample  # noqa: F401  (a fixture)
from tests.pages.measure.test_model import MODEL, drafted

# Set on other screens or by roles of columns; or a hint that the model does not use.
ELSEWHERE = {
    *("date_column", "target_column", "channel_columns", "control_columns", "geo_column", "value_column"),
    *("spend_columns", "organic_columns", "event_column", "population_column", "display_names", "kpi_kind"),
    *("currency", "seasonality"),
}


def opened(app, *names: str):
    """The page with some folded parts open."""
    for name in names:
        app.session_state[f"fold:{name}"] = True
    return app.run()


def started(owner, info, **fields) -> None:
    """A draft with these adjustments."""
    _, made = prepared_sample()
    with session() as s:
        save_draft(s, owner, info.id, "Mine", {"mapping": to_json(made.mapping), "fields": fields})


def config_of(owner, info) -> MMMConfig:
    """The configuration that training the saved draft would fit."""
    _, made = prepared_sample()
    with session() as s:
        kept = draft(s, owner, info.id)
    set_up = SetUp(info, "Mine", made.mapping)
    set_up.take("Mine", kept.config)
    return set_up.config(made.frame)


def test_no_field_of_the_model_is_without_a_control():
    reached = {path[0] for subject in SUBJECTS for path in subject.paths} | {"treatment_columns"}
    fields = {field.name for field in dataclasses.fields(MMMConfig)}
    assert fields - ELSEWHERE - reached == set()
    priors = {field.name for field in dataclasses.fields(Priors)}
    assert priors - {*BASELINE_PRIORS, *MEDIA_PRIORS, "geo_spread", "channels"} == set()


def test_no_belief_about_a_channel_is_without_a_control():
    shapes = plain(adstock={"zeta": "weibull", "alpha": "delayed"}, reach_frequency={"alpha": ("r", "f")})
    shown = {option.path[-1] for name in ("zeta", "alpha") for option in options_of(shapes, name)}
    shown |= {"retention_mean", "half_ratio", "roas_mean", "roas_sd"}  # the table has these
    assert {field.name for field in dataclasses.fields(ChannelPrior)} - shown == set()


def test_a_channel_shows_only_the_beliefs_that_its_shapes_have():
    shapes = plain(adstock={"zeta": "weibull"}, saturation={"zeta": "none", "alpha": "logistic"})
    assert {option.path[-1] for option in options_of(shapes, "zeta")} == {
        *("shape_median", "shape_sd", "spread_weeks_median", "spread_weeks_sd")
    }
    assert {option.path[-1] for option in options_of(shapes, "alpha")} == {"retention_sd", "half_sd"}


def test_what_is_typed_about_the_baseline_reaches_the_fit(open_page, owner, sample):  # noqa: F811
    app = opened(open_page(MODEL, dataset=sample.id), "baseline", "baseline:advanced")
    key = f"setup:{sample.id}:0:"
    app.number_input(key=f"{key}knot_weeks").set_value(40)
    app.number_input(key=f"{key}priors.noise_sd").set_value(12)
    app.number_input(key=f"{key}priors.control_sd").set_value(45)
    app.selectbox(key=f"{key}season_pairs").set_value(4).run()
    assert not app.exception
    made = config_of(owner, sample)
    assert (made.knot_weeks, made.season_pairs) == (40, 4)
    assert (made.priors.noise_sd, made.priors.control_sd) == (0.12, 0.45)
    assert ":blue-badge[changed]" in app.number_input(key=f"{key}knot_weeks").label
    assert any("adjusted" in box.label for box in app.expander)


def test_a_part_goes_back_to_its_defaults_alone(open_page, owner, sample):  # noqa: F811
    started(owner, sample, knot_weeks=40, max_lag=12, priors={"noise_sd": 0.1, "spend_tilt": 1.0})
    app = opened(open_page(MODEL, dataset=sample.id), "baseline")
    app.button(key="reset:baseline").click().run()
    assert not app.exception
    assert drafted(owner, sample)["fields"] == {"max_lag": 12, "priors": {"spend_tilt": 1.0}}


def test_extreme_periods_are_listed_and_one_can_stay(open_page, owner, sample):  # noqa: F811
    _, made = prepared_sample()
    start = SetUp(sample, "Mine", made.mapping)
    found = [day for _, day in structure_of(made.frame, start.config(made.frame)).recipe.outliers]
    assert found
    start.fields = {"ordinary_dates": [str(found[0].date())]}
    left = structure_of(made.frame, start.config(made.frame)).recipe.outliers
    assert found[0] not in [day for _, day in left] and len(left) == len(found) - 1
    app = opened(open_page(MODEL, dataset=sample.id), "baseline")
    (apart,) = app.multiselect
    assert apart.value == [str(day.date()) for day in sorted(found)]
    apart.set_value(apart.value[1:]).run()
    assert config_of(owner, sample).ordinary_dates == (str(min(found).date()),)


def test_how_firmly_the_split_is_believed_reaches_the_fit(open_page, owner, sample):  # noqa: F811
    app = opened(open_page(MODEL, dataset=sample.id), "beliefs", "beliefs:advanced")
    key = f"setup:{sample.id}:0:"
    app.number_input(key=f"{key}priors.share_concentration").set_value(9.0)
    app.slider(key=f"{key}spend_tilt").set_value(80).run()
    assert not app.exception
    priors = config_of(owner, sample).priors
    assert (priors.share_concentration, priors.spend_tilt) == (9.0, 0.8)


def test_the_shapes_of_one_channel_reach_the_fit(open_page, owner, sample):  # noqa: F811
    started(owner, sample, adstock={"tv_S": "delayed"})
    app = opened(open_page(MODEL, dataset=sample.id), "channels", "channels:advanced")
    key = f"setup:{sample.id}:1:"
    app.number_input(key=f"{key}max_lag").set_value(13)
    path = f"{key}priors.channels.tv_S."
    app.number_input(key=f"{path}peak_weeks_mean").set_value(2.5)
    app.number_input(key=f"{path}slope_median").set_value(2.0)
    app.number_input(key=f"{path}retention_sd").set_value(0.1).run()
    assert not app.exception
    made = config_of(owner, sample)
    own = made.priors.of("tv_S")
    assert made.max_lag == 13
    assert (own.peak_weeks_mean, own.slope_median, own.retention_sd) == (2.5, 2.0, 0.1)
    assert made.priors.of("print_S") == ChannelPrior()


def test_the_doubt_about_a_half_life_follows_it_unless_it_was_typed(sample):  # noqa: F811
    _, made = prepared_sample()
    set_up = SetUp(sample, "Mine", made.mapping)
    rows = _rows(set_up.config(made.frame))
    rows.loc["tv_S", "Half-life in weeks"] = 3.0
    _keep(set_up, set_up.config(made.frame), rows)
    own = set_up.config(made.frame).priors.of("tv_S")
    assert own.retention_sd == retention_sd_of(own.retention_mean)
    set_up.keep(("priors", "channels", "tv_S", "retention_sd"), 0.05, 0.2)
    rows.loc["tv_S", "Half-life in weeks"] = 1.0
    _keep(set_up, set_up.config(made.frame), rows)
    assert set_up.config(made.frame).priors.of("tv_S").retention_sd == 0.05


def test_sampling_by_hand_reaches_the_training(open_page, owner, project_id, sample):  # noqa: F811
    app = opened(open_page(MODEL, dataset=sample.id), "sampling", "sampling:advanced")
    key = f"setup:{sample.id}:0:"
    app.number_input(key=f"{key}holdout").set_value(13)
    app.number_input(key=f"{key}draws:Standard").set_value(700)
    app.number_input(key=f"{key}seed").set_value(7)
    app.selectbox(key=f"{key}engine").set_value("pymc").run()
    assert not app.exception
    app.button(key="train").click().run()
    with session() as s:
        (info,) = models(s, owner, project_id)
    assert info.sampling == {"draws": 700, "tune": 1000, "chains": 4, "seed": 7, "engine": "pymc"}
    assert SamplingPlan.from_json(info.sampling).engine == "pymc"
    assert info.config["holdout"] == 13


def test_reach_and_frequency_are_no_media_of_their_own(sample):  # noqa: F811
    weeks = pd.date_range("2023-01-02", periods=60, freq="7D").strftime("%Y-%m-%d")
    text = "date,revenue,tv_spend,tv_reach,tv_views\n" + "\n".join(
        f"{day},{1000 + 7 * at % 90},{5 + at % 11},{1000 + at},{2 + at % 3}" for at, day in enumerate(weeks)
    )
    table = read_table(text.encode(), "reach.csv")
    mapping = detect(table).mapping()
    for column in ("tv_reach", "tv_views"):
        mapping = mapping.with_role(column, ColumnRole.EXPOSURE)
    made = prepare(table, mapping.with_role("tv_spend", ColumnRole.SPEND))
    set_up = SetUp(sample, "Mine", made.mapping)
    assert {"tv_reach", "tv_views"} <= set(contact_columns(set_up, made.frame))
    assert "tv_views" in set_up.config(made.frame).organic_columns
    set_up.fields = {"reach_frequency": {"tv_spend": ["tv_reach", "tv_views"]}}
    config = set_up.config(made.frame)
    assert config.reach_frequency == {"tv_spend": ("tv_reach", "tv_views")}
    assert config.channels == ("tv_spend",)


def test_a_column_that_is_reach_and_frequency_at_once_blocks_and_can_be_mended(open_page, owner, sample):  # noqa: F811
    started(owner, sample, reach_frequency={"tv_S": ["newsletter", "newsletter"]})
    app = opened(open_page(MODEL, dataset=sample.id), "reach")
    assert not app.exception
    assert "used twice" in " ".join(alert.value for alert in app.error)
    assert app.button(key="train").disabled
    assert [box.label for box in app.expander if box.label.startswith("Reach")]
