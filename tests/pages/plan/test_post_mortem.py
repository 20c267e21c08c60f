"""The post-mortem: forecast against actual, kept, learned from, forecast again."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete
from streamlit.testing.v1 import AppTest

from core import artifacts
from core.access import Person, Role
from core.database import session
from core.promo.model_files import PromoModel as Learned
from core.promo.store import files as facts
from core.promo.store import post_mortems
from core.queue.store import jobs as job_store
from db.promo import PromoModelRow
from db.tables import ScenarioKpi
from tests.core.promo.made import made_baseline, made_uplift
from tests.pages.conftest import everything_shown
from tests.pages.plan.learned import keep_learned
from tests.pages.plan.reviewed import COMING, keep_promo

PAGE = "pages/plan/post_mortem/page.py"


@pytest.fixture
def learned(owner: Person, project_id: int) -> int:
    keep_learned(owner, project_id)
    return project_id


@pytest.fixture
def promo(owner: Person, learned: int) -> Any:
    return keep_promo(owner, learned)


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def keep_second_version(owner: Person, project_id: int) -> None:
    """A model that has learnt that every discount brings a fifth more."""
    curves = replace(made_uplift().curves, slopes=made_uplift().curves.slopes * 1.2)
    uplift = replace(made_uplift(), curves=curves, version="2")
    with tempfile.TemporaryDirectory() as folder, session() as s:
        Learned("2", made_baseline(), uplift).save(Path(folder))
        path, checksum = artifacts.save_folder(Path(folder), f"projects/{project_id}/second")
        s.add(
            PromoModelRow(
                project_id=project_id, version=2, method="seasonal", created_by=owner.id,
                facts_key=facts.facts_key(s, owner, project_id), summary={}, artifacts_path=path,
                artifacts_checksum=checksum,
            )
        )  # fmt: skip


def test_a_visitor_is_asked_to_sign_in(signed_out_page):
    app = signed_out_page(PAGE)
    assert not app.exception and not app.metric


def test_a_stranger_does_not_see_the_project(open_page, promo, stranger):
    app = open_page(PAGE, person=stranger)
    assert not app.exception and not app.metric


def test_a_promotion_to_come_is_not_offered(open_page, owner, learned):
    keep_promo(owner, learned, COMING)
    app = open_page(PAGE)
    assert not app.exception and not app.metric
    assert "Add sales files" in [button.label for button in app.button]


def test_forecast_and_actual_stand_side_by_side_with_what_happened(open_page, promo):
    app = open_page(PAGE)
    assert not app.exception
    labels = [one.label for one in app.metric]
    assert labels[:5] == ["Sales", "Margin", "Margin\u00a0%", "EBIT", "Units"]
    assert {"Dip after", "Audio", "Gaming"} <= set(labels)
    shown = everything_shown(app)
    for words in ("Sales came to €", "What to do next time", "the worst week", "Learn from it, and the same"):
        assert words in shown


def test_the_report_is_kept_as_it_stands(open_page, owner, promo):
    app = press(open_page(PAGE), "Save report")
    with session() as s:
        found = post_mortems.post_mortem(s, owner, promo)
    assert found is not None and found.report.insights
    assert "Saved by" in everything_shown(app)
    assert next(button for button in app.button if button.label == "Save report").disabled


def test_a_report_is_still_seen_once_the_figures_of_its_promotion_are_no_longer_kept(open_page, promo):
    before = press(open_page(PAGE), "Save report")
    with session() as s:
        s.execute(delete(ScenarioKpi))
    app = open_page(PAGE)
    assert not app.exception
    assert [one.value for one in app.metric] == [one.value for one in before.metric]
    assert "this is the report as it was saved" in everything_shown(app)
    assert "Learn from it" not in [button.label for button in app.button]
    assert app.button(key="review_save").disabled


def test_learn_from_it_keeps_the_report_and_hands_the_work_over(open_page, owner, learned, promo):
    app = press(open_page(PAGE), "Learn from it")
    with session() as s:
        assert post_mortems.post_mortem(s, owner, promo) is not None
        assert [job.kind for job in job_store.processing_jobs(s, owner, learned)] == ["uplift"]
    assert "Promotion effects are being learned" in everything_shown(app)


def test_after_learning_the_next_forecast_is_shown_to_change(open_page, owner, learned, promo):
    keep_second_version(owner, learned)
    shown = everything_shown(open_page(PAGE))
    assert "The next forecast of this promotion is €" in shown
    assert "25 % on TV, online: the expected uplift rises from" in shown


def test_who_may_only_look_can_neither_save_nor_learn(open_page, promo, new_member):
    app = open_page(PAGE, person=new_member(Role.VIEWER))
    assert not app.exception and app.metric
    assert not {"Save report", "Learn from it"} & {button.label for button in app.button}
