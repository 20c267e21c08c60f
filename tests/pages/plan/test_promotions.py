"""The builder of promotions: closed to strangers, honest without a model, curable and savable with one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.access import Person, Role
from core.database import session
from core.promo.scenarios.scenario import PromoScenario
from core.promo.store import scenarios
from tests.pages.conftest import everything_shown
from tests.pages.plan.learned import keep_learned

PAGE = "pages/plan/promotions/page.py"


@pytest.fixture
def learned(owner: Person, project_id: int) -> int:
    """The owner's project with sales and a learned model."""
    keep_learned(owner, project_id)
    return project_id


def metric(app: AppTest, label: str) -> str:
    return next(one.value for one in app.metric if one.label == label)


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def field(app: AppTest, name: str) -> Any:
    kinds = (app.text_input, app.selectbox, app.date_input)
    return next(one for kind in kinds for one in kind if one.key and one.key.endswith(f"_{name}"))


def type_lines(app: AppTest, **edits: Any) -> AppTest:
    empty: dict[str, Any] = {"edited_rows": {}, "added_rows": [], "deleted_rows": []}
    app.session_state[app.data_editor[0].key] = empty | edits
    app.run()
    assert not app.exception
    return app


def begun(open_page: Callable[..., AppTest], kind: str = "Balanced", **who: Any) -> AppTest:
    app = open_page(PAGE, **who)
    assert not app.exception
    return press(app, kind)


def saved(owner: Person, project: int) -> list[PromoScenario]:
    with session() as s:
        return [scenarios.promo(s, owner, one.id).scenario for one in scenarios.promos(s, owner, project)]


def test_a_visitor_is_asked_to_sign_in(signed_out_page):
    app = signed_out_page(PAGE)
    assert not app.exception and not app.metric and not app.data_editor


def test_a_stranger_does_not_see_the_project(open_page, learned, stranger):
    app = open_page(PAGE, person=stranger)
    assert not app.exception and not app.metric
    assert "Not found" in everything_shown(app)


def test_without_sales_the_screen_says_how_to_bring_them(open_page):
    app = open_page(PAGE)
    assert not app.exception
    assert "Promotions need sales" in everything_shown(app)
    assert any(button.label == "Add sales files" for button in app.button)


def test_seven_types_are_starting_points(open_page, learned):
    app = open_page(PAGE)
    names = {button.label for button in app.button}
    assert {
        "Conservative",
        "Balanced",
        "Aggressive",
        "Flash sale",
        "Best deal",
        "Coupon",
        "Members only",
    } <= names
    press(app, "Balanced")
    assert len(app.metric) == 5
    assert len(app.data_editor[0].value) > 0


def test_an_edited_discount_changes_the_figures(open_page, learned):
    app = begun(open_page)
    before = metric(app, "Sales")
    type_lines(app, edited_rows={0: {"discount_pct": 24.0}})
    assert metric(app, "Sales") != before
    assert "90 %" in everything_shown(app)


def test_nothing_typed_is_lost_by_the_next_change(open_page, learned):
    app = begun(open_page)
    edits = {"edited_rows": {0: {"discount_pct": 24.0, "notes": "hero"}}}
    type_lines(app, **edits)
    field(app, "label").set_value("Spring").run()
    again = open_page(PAGE)
    assert field(again, "label").value == "Spring"
    assert again.data_editor[0].value["discount_pct"].iloc[0] == 24.0
    assert again.data_editor[0].value["notes"].iloc[0] == "hero"


def test_all_faults_are_said_at_once_and_nothing_can_be_saved(open_page, learned):
    app = begun(open_page)
    field(app, "label").set_value("").run()
    type_lines(app, edited_rows={0: {"discount_pct": 99.0}}, added_rows=[{"department": "TV"}])
    said = everything_shown(app)
    assert "needs a name" in said and "99" in said and "Choose a sales channel, give a discount." in said
    assert app.button(key="promo_save").disabled
    assert len(app.metric) == 5


def test_a_half_typed_line_does_not_take_the_figures_away(open_page, learned):
    app = begun(open_page)
    before = metric(app, "Sales")
    type_lines(app, added_rows=[{"department": "Gaming"}])
    assert metric(app, "Sales") == before
    assert "Choose a sales channel" in everything_shown(app)


def test_a_promotion_that_ends_before_it_begins_is_refused_in_words(open_page, learned):
    app = begun(open_page)
    start = field(app, "start").value
    field(app, "end").set_value(start.replace(year=start.year - 1)).run()
    assert not app.exception and not app.metric
    assert "before it starts" in everything_shown(app)


def test_a_fix_cures_its_issue_in_one_click(open_page, learned):
    app = begun(open_page)
    type_lines(app, edited_rows={0: {"discount_pct": 60.0}})
    assert ":material/block: Block" in everything_shown(app) or "Block" in str(app.markdown)
    press(app, "Fix")
    assert app.data_editor[0].value["discount_pct"].iloc[0] <= 25.0


def test_all_fixes_together_leave_nothing_that_blocks(open_page, learned):
    app = begun(open_page)
    count = len(app.data_editor[0].value)
    type_lines(app, edited_rows={row: {"discount_pct": 60.0} for row in range(count)})
    press(app, "Fix all")
    assert "It must not run like this" not in everything_shown(app)


def test_a_saved_promotion_comes_back_with_everything(open_page, learned, owner):
    app = begun(open_page)
    field(app, "label").set_value("Spring sale").run()
    type_lines(app, edited_rows={0: {"discount_pct": 18.0}})
    figures = [one.value for one in app.metric]
    app.button(key="promo_save").click().run()
    assert not app.exception
    (kept,) = saved(owner, learned)
    assert kept.label == "Spring sale" and kept.mechanics[0].discount_pct == 18.0
    number = app.query_params["promo"]
    again = open_page(PAGE, promo=number if isinstance(number, str) else number[0])
    assert [one.value for one in again.metric] == figures
    assert field(again, "label").value == "Spring sale"
    assert app.button(key="promo_save").disabled


def test_a_blocked_promotion_is_saved_as_a_marked_draft_and_asks_before_the_brief(open_page, learned):
    app = begun(open_page)
    type_lines(app, edited_rows={0: {"discount_pct": 60.0}})
    assert app.button(key="promo_save").label == "Save draft"
    app.button(key="promo_save").click().run()
    assert not app.exception
    said = everything_shown(app)
    assert "This promotion is blocked" in said
    assert not [one for one in app.button if one.key == "promo_brief"]
    assert app.button(key="promo_brief_anyway")


def test_who_may_only_look_can_try_but_not_save(open_page, learned, new_member):
    app = begun(open_page, person=new_member(Role.VIEWER))
    assert len(app.metric) == 5
    assert app.button(key="promo_save").disabled


def test_another_projects_promotion_is_not_found(open_page, learned):
    app = open_page(PAGE, promo=str(uuid.uuid4()))
    assert not app.exception
    assert "was not found" in everything_shown(app)


def test_a_point_of_the_frontier_takes_the_table(open_page, learned):
    app = begun(open_page)
    app.session_state[f"promo_{learned}_search"] = True
    app.run()
    assert not app.exception
    said = everything_shown(app)
    assert "Best within these limits" in said and "Sales against margin" in said
    slider = next(one for one in app.select_slider if "_point_" in str(one.key))
    slider.set_value(slider.options[0] if not isinstance(slider.options[0], str) else 1).run()
    before = metric(app, "Sales")
    press(app, "Use this point")
    assert metric(app, "Sales") != before
    assert app.data_editor[0].value["discount_pct"].max() < 15.0
