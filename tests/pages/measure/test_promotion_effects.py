"""Measure / Promotion effects: what a learned version says, how sure that is, how the next is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import insert

from core import artifacts
from core.access import Person, Role
from core.database import session
from core.promo.store.models import promo_models
from core.queue.job import JobKind
from core.queue.store.jobs import processing_jobs
from db.tables import PromoModelRow, UpliftCoefficient
from pages.shared.screens import Screen
from tests.core.promo.made import made_uplift
from tests.pages.conftest import Opened, everything_shown, shown
from tests.pages.plan import learned as learned_shop
from tests.pages.plan.learned import keep_learned, keep_sales

EFFECTS = Screen.PROMO_EFFECTS


def keep_coefficients(project_id: int, version: int = 1, more: float = 0.0) -> None:
    """The rows of `uplift_coefficients` of a version, every uplift `more` points higher."""
    rows = made_uplift().table.assign(model_version=str(version), project_id=project_id)
    rows["uplift_sales_pct"] += more
    with session() as s:
        s.execute(insert(UpliftCoefficient), rows.to_dict("records"))


@pytest.fixture
def learned(owner: Person, project_id: int) -> int:
    """The project, with sales and one learned version."""
    keep_learned(owner, project_id, with_reference=False)
    keep_coefficients(project_id)
    return project_id


def open_tab(open_page: Opened, name: str, **options: object) -> object:
    app = open_page(EFFECTS, **options)
    app.session_state["effects_tab"] = name
    return app.run()


def test_signed_out_nothing_is_shown(signed_out_page: Opened) -> None:
    app = signed_out_page(EFFECTS)
    assert not app.exception
    assert "Promotion effects" not in [shown(title.value) for title in app.title]


def test_another_project_is_not_found(open_page: Opened, stranger: Person, learned: int) -> None:
    assert "Not found" in everything_shown(open_page(EFFECTS, person=stranger))


def test_without_sales_it_says_what_to_bring(open_page: Opened, new_member: Callable[[Role], Person]) -> None:
    app = open_page(EFFECTS)
    assert "learned from sales" in everything_shown(app)
    assert "Upload sales" in [button.label for button in app.button]
    app = open_page(EFFECTS, person=new_member(Role.VIEWER))
    assert "Nobody has brought sales" in everything_shown(app)
    assert "Upload sales" not in [button.label for button in app.button]


def test_with_sales_alone_learning_begins_at_one_press(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    with session() as s:
        keep_sales(s, project_id)
    app = open_page(EFFECTS)
    app.button(key="effects_nothing_learned_button").click().run()
    assert not app.exception
    with session() as s:
        (job,) = processing_jobs(s, owner, project_id)
    assert job.kind is JobKind.UPLIFT
    assert "Promotion effects are being learned" in everything_shown(app)


def test_a_version_is_read_with_its_error_and_its_intervals(open_page: Opened, learned: int) -> None:
    app = open_page(EFFECTS)
    assert not app.exception
    text = everything_shown(app)
    assert {"Baseline", "Uplift at 20 % off", "In the week after"} <= {shown(m.label) for m in app.metric}
    assert "weekday mean" in text
    assert "Offline: none of its own, the pooled value" in text
    assert len(app.get("plotly_chart")) == 3


def test_the_baseline_says_what_could_not_be_tested(open_page: Opened, learned: int) -> None:
    app = open_tab(open_page, "Baseline")
    assert not app.exception
    text = everything_shown(app)
    assert "In force: **Seasonal**" in text
    assert "its season is a guess" in " ".join(warning.value for warning in app.warning) or "months" in text
    table = app.dataframe[0].value
    assert set(table["Method"]) == {"Seasonal", "Weekday mean"}


def test_cannibalisation_is_told_in_words_with_its_interval(open_page: Opened, learned: int) -> None:
    app = open_tab(open_page, "After and beside")
    assert not app.exception
    assert "Audio loses" in everything_shown(app)
    assert "while TV is on offer" in everything_shown(app)


def test_coefficients_are_those_of_the_table(open_page: Opened, learned: int) -> None:
    app = open_tab(open_page, "Coefficients")
    assert not app.exception
    assert len(app.dataframe[0].value) == len(made_uplift().table)
    app.toggle(key="coefficient_own").set_value(True).run()
    assert (app.dataframe[0].value["Promo days"] > 0).all()


def test_two_versions_are_compared(open_page: Opened, owner: Person, learned: int) -> None:
    with session() as s:
        (first,) = promo_models(s, owner, learned)
        same = {"project_id": learned, "method": "seasonal", "facts_key": "others", "summary": {}}
        place = {"artifacts_path": first.artifacts_path, "artifacts_checksum": first.artifacts_checksum}
        s.execute(insert(PromoModelRow).values(version=2, **same, **place))
    keep_coefficients(learned, 2, more=3.0)
    app = open_tab(open_page, "Versions")
    assert not app.exception
    changes = app.dataframe[1].value
    assert changes["Change"].round(6).eq(3.0).all()
    assert "have changed since this version was learned" in everything_shown(app)


def test_one_who_may_not_train_cannot_learn(
    open_page: Opened, learned: int, new_member: Callable[[Role], Person]
) -> None:
    app = open_page(EFFECTS, person=new_member(Role.VIEWER))
    assert not app.exception
    assert "learn_again" not in [button.key for button in app.button]
    assert app.button(key="learn_closed").disabled


def test_the_next_version_is_learned_with_the_method_asked_for(
    open_page: Opened, owner: Person, learned: int
) -> None:
    app = open_page(EFFECTS)
    app.selectbox(key="learn_method").set_value("weekday_mean")
    app.text_input(key="learn_note").set_value("Spring")
    app.button(key="learn_again").click().run()
    assert not app.exception
    with session() as s:
        (job,) = processing_jobs(s, owner, learned)
    assert (job.details["method"], job.details["note"]) == ("weekday_mean", "Spring")


def test_a_fit_that_did_not_converge_warns_before_its_figures(
    open_page: Opened, owner: Person, project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = learned_shop.made_model()
    shaky = replace(model.uplift, curves=replace(model.uplift.curves, max_rhat=1.4))
    monkeypatch.setattr(learned_shop, "made_model", lambda: replace(model, uplift=shaky))
    keep_learned(owner, project_id, with_reference=False)
    app = open_page(EFFECTS)
    assert not app.exception
    assert any("did not converge" in warning.value for warning in app.warning)


def test_a_version_whose_files_are_damaged_says_so_and_offers_a_new_one(
    open_page: Opened, owner: Person, learned: int
) -> None:
    with session() as s:
        (info,) = promo_models(s, owner, learned)
    (artifacts.local_folder(info.artifacts_path) / "tree.json").write_text("{}")
    app = open_page(EFFECTS)
    assert not app.exception
    assert "cannot be read" in everything_shown(app)
    app.button(key="learn_anew").click().run()
    with session() as s:
        assert len(processing_jobs(s, owner, learned)) == 1
