"""The creative brief: written from a saved promotion, edited, checked while one types, kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete
from streamlit.testing.v1 import AppTest

from core.access import Person, Role
from core.database import session
from core.promo.brief import CreativeBrief
from core.promo.store import post_mortems, reference, scenarios
from db.tables import ScenarioKpi
from tests.core.promo.made import made_settings
from tests.pages.conftest import everything_shown
from tests.pages.plan.learned import keep_learned
from tests.pages.plan.reviewed import COMING, keep_promo

PAGE = "pages/plan/brief/page.py"


@pytest.fixture
def promo(owner: Person, project_id: int) -> Any:
    keep_learned(owner, project_id)
    return keep_promo(owner, project_id, COMING)


def kept(owner: Person, promo: Any) -> CreativeBrief | None:
    with session() as s:
        return post_mortems.brief(s, owner, promo)


def press(app: AppTest, label: str, at: int = 0) -> AppTest:
    [button for button in app.button if label in (button.label, button.help)][at].click().run()
    assert not app.exception
    return app


def field(app: AppTest, name: str) -> Any:
    every = (*app.text_input, *app.text_area, *app.selectbox, *app.multiselect)
    return next(one for one in every if one.label == name)


def test_a_visitor_is_asked_to_sign_in(signed_out_page):
    app = signed_out_page(PAGE)
    assert not app.exception and not app.text_area


def test_a_stranger_does_not_see_the_project(open_page, promo, stranger):
    app = open_page(PAGE, person=stranger)
    assert not app.exception and not app.text_area


def test_without_a_saved_promotion_the_way_to_one_is_shown(open_page, project_id):
    app = open_page(PAGE)
    assert not app.exception
    assert "Build a promotion" in [button.label for button in app.button]


def test_the_brief_is_written_edited_and_kept(open_page, owner, promo):
    app = open_page(PAGE)
    assert not app.exception
    assert "Nothing mandatory is missing" in everything_shown(app)
    assert field(app, "Key messages").value.startswith("25% off TV")
    field(app, "Objective").set_value("Clear the stock").run()
    press(app, "Save")
    found = kept(owner, promo)
    assert found is not None and found.primary == "Clear the stock"
    assert field(open_page(PAGE), "Objective").value == "Clear the stock"


def test_a_brief_that_somebody_else_saved_meanwhile_is_not_written_over(open_page, owner, promo):
    app = open_page(PAGE)
    field(app, "Objective").set_value("Clear the stock").run()
    theirs = _saved(open_page(PAGE), owner, promo)
    press(app, "Save")
    assert "was saved by somebody else in the meantime" in everything_shown(app)
    assert app.button(key="brief_save").disabled
    assert kept(owner, promo) == theirs
    assert field(app, "Objective").value == "Clear the stock"
    press(app, "Open the saved one")
    assert field(app, "Objective").value == theirs.primary
    field(app, "Objective").set_value("Sell what is left").run()
    assert _saved(app, owner, promo).primary == "Sell what is left"


def test_fields_that_nobody_wrote_in_show_the_brief_that_came_since(open_page, owner, promo):
    app, other = open_page(PAGE), open_page(PAGE)
    for words in ("Clear the stock", "Sell what is left"):
        field(other, "Objective").set_value(words).run()
        press(other, "Save")
        app.run()
        assert field(app, "Objective").value == words
        assert "in the meantime" not in everything_shown(app)


def test_a_brief_on_the_desk_is_judged_by_the_rules_of_now(open_page, owner, project_id, promo):
    app = open_page(PAGE)
    assert "Nothing mandatory is missing" in everything_shown(app)
    with session() as s:
        reference.save_promo_settings(
            s, owner, project_id, replace(made_settings(), legal_text="No cash value.")
        )
    app.run()
    assert "The legal text “No cash value.” is missing." in everything_shown(app)


def test_a_new_name_of_the_promotion_leaves_what_was_typed(open_page, owner, promo):
    app = open_page(PAGE)
    field(app, "Objective").set_value("Clear the stock").run()
    with session() as s:
        scenarios.rename_promo(s, owner, promo, "Spring days")
    app.run()
    assert field(app, "Objective").value == "Clear the stock"
    assert _saved(app, owner, promo).primary == "Clear the stock"


def test_a_brief_is_still_seen_and_written_once_the_figures_are_no_longer_kept(open_page, owner, promo):
    _saved(open_page(PAGE), owner, promo)
    with session() as s:
        s.execute(delete(ScenarioKpi))
    app = open_page(PAGE)
    assert not app.exception
    assert "Write anew" not in [button.label for button in app.button]
    field(app, "Objective").set_value("Clear the stock").run()
    assert _saved(app, owner, promo).primary == "Clear the stock"


def test_what_is_missing_or_invented_is_said_while_one_types(open_page, promo):
    app = open_page(PAGE)
    field(app, "Legal").set_value("").run()
    assert "The legal text “While stocks last.” is missing." in everything_shown(app)
    field(app, "Key messages").set_value("70 % off").run()
    assert "The brief says 70 %, a discount that the promotion does not give." in everything_shown(app)


def test_assets_are_added_moved_and_taken_out_with_their_words(open_page, owner, promo):
    app = open_page(PAGE)
    before = [asset.type for asset in _saved(app, owner, promo).assets]
    press(app, "Add an asset")
    assert [asset.type for asset in _saved(app, owner, promo).assets] == [*before, "social_post"]
    field(app, "Headline").set_value("First of all").run()
    press(app, "Down")
    found = _saved(app, owner, promo).assets
    assert (found[1].type, found[1].headline) == (before[0], "First of all")
    press(app, "Take out")
    assert [asset.type for asset in _saved(app, owner, promo).assets] == [
        before[0],
        *before[2:],
        "social_post",
    ]


def test_an_asset_without_a_headline_cannot_be_saved(open_page, promo):
    app = open_page(PAGE)
    field(app, "Headline").set_value("").run()
    assert "needs a headline" in everything_shown(app)
    assert next(button for button in app.button if button.label == "Save").disabled


def test_who_may_only_look_gets_no_fields_to_write_in(open_page, promo, new_member):
    app = open_page(PAGE, person=new_member(Role.VIEWER))
    assert not app.exception
    assert all(one.disabled for one in app.text_area)
    assert "Save" not in [button.label for button in app.button]


def _saved(app: AppTest, owner: Person, promo: Any) -> CreativeBrief:
    button = next(button for button in app.button if button.label == "Save")
    if not button.disabled:
        press(app, "Save")
    found = kept(owner, promo)
    assert found is not None
    return found
