"""The budget screen: ask, optimise, save, reopen; limits that clash are named as on the screen."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.access import Role
from core.access import store as access
from core.database import session
from core.mmm.store import models, plans
from db.tables import Project
from tests.conftest import PASSWORD
from tests.pages.conftest import everything_shown
from tests.pages.plan.trained import scenario_of

PAGE = "pages/plan/optimization/page.py"


def _field(app: AppTest, label: str):
    widgets = [*app.number_input, *app.text_input, *app.selectbox, *app.radio]
    return next(widget for widget in widgets if widget.label.startswith(label))


def _edit(app: AppTest, row: int, **cells: object) -> None:
    key = app.data_editor[0].key
    app.session_state[key] = {"edited_rows": {row: cells}, "added_rows": [], "deleted_rows": []}


def _optimised(app: AppTest) -> AppTest:
    app.button(key="plan_optimise").click().run()
    assert not app.exception
    return app


def _saved(app: AppTest, name: str) -> int:
    app.text_input(key="budget_save_name").set_value(name)
    app.button(key="budget_save").click().run()
    assert not app.exception
    return scenario_of(app)


def test_a_visitor_is_asked_to_sign_in(signed_out_page):
    app = signed_out_page(PAGE)
    assert not app.exception and not app.data_editor


def test_without_a_model_the_screen_says_how_to_get_one(open_page):
    app = open_page(PAGE)
    assert not app.exception
    assert "Plans need a trained model" in everything_shown(app)


def test_saved_plans_stay_within_reach_when_every_model_is_archived(open_page, owner, model_id):
    number = _saved(_optimised(open_page(PAGE)), "Spring")
    with session() as s:
        models.archive_model(s, owner, model_id)
    app = open_page(PAGE, scenario=number)
    assert not app.exception
    assert "Spring" in everything_shown(app)
    assert "Plans need a trained model" not in everything_shown(app)


def test_recent_spend_is_the_first_budget(open_page, model_id, fitted_model):
    app = open_page(PAGE)
    assert not app.exception
    assert _field(app, "Total budget").value == round(fitted_model.recent_spend(13).sum())
    assert list(app.data_editor[0].value["channel"]) == ["TV [HD] & more", "Search", "Social"]


def test_optimising_says_what_to_move_and_how_sure_it_is(open_page, model_id):
    app = _optimised(open_page(PAGE))
    words = everything_shown(app)
    assert "TV [HD] & more" in words and "interval" in words and "The probability that it beats" in words
    table = app.dataframe[-1].value
    spent = [float(cell.replace(",", "")) for cell in table["Plan"]]
    assert sum(spent[:-1]) == pytest.approx(spent[-1], abs=0.001)
    assert spent[-1] == pytest.approx(_field(app, "Total budget").value, abs=0.001)


def test_a_longer_horizon_takes_the_money_along(open_page, model_id, fitted_model):
    app = open_page(PAGE)
    _field(app, "Horizon").set_value(26).run()
    assert not app.exception
    assert _field(app, "Total budget").value == pytest.approx(fitted_model.recent_spend(26).sum(), abs=2)


def test_a_locked_channel_keeps_its_spend(open_page, model_id):
    app = open_page(PAGE)
    _edit(app, 0, locked=True)
    table = _optimised(app).dataframe[-1].value
    assert table["Plan"][0] == table["Recent spend"][0]


def test_caps_at_the_most_ever_spent_keep_the_plan_inside_the_data(open_page, model_id):
    app = open_page(PAGE)
    _edit(app, 0, minimum=10.0)
    app.run()
    next(button for button in app.button if button.label == "the most ever spent").click().run()
    assert app.data_editor[0].value["minimum"][0] == 10.0
    assert "Beyond what was ever spent" not in everything_shown(_optimised(app))


def test_limits_that_clash_are_named(open_page, model_id):
    app = open_page(PAGE)
    _edit(app, 0, locked=True)
    app.run()
    _field(app, "Total budget").set_value(100.0).run()
    words = everything_shown(_optimised(app))
    assert "No plan can meet all of these" in words
    assert "TV [HD] & more is kept at" in words and "the budget is €100.00" in words


def test_a_minimum_above_its_maximum_is_named(open_page, model_id):
    app = open_page(PAGE)
    _edit(app, 1, minimum=500_000, maximum=1_000)
    app.run()
    assert not app.exception
    assert "Search: the maximum (1,000.00) lies under the minimum" in everything_shown(app)
    assert app.button(key="plan_optimise").disabled


def test_a_saved_plan_comes_back_with_inputs_and_answer(open_page, model_id, owner):
    app = open_page(PAGE)
    _edit(app, 2, minimum=12_345.0)
    _field(app, "Total budget").set_value(150_000.0)
    _field(app, "What shall count").set_value("cvar").run()
    number = _saved(_optimised(app), "Careful plan")
    again = open_page(PAGE, scenario=number)
    assert not again.exception
    assert _field(again, "Total budget").value == 150_000.0
    assert again.data_editor[0].value["minimum"][2] == 12_345.0
    assert _field(again, "What shall count").value == "cvar"
    assert list(again.dataframe[-1].value["Plan"]) == list(app.dataframe[-1].value["Plan"])
    with session() as s:
        assert plans.scenario(s, owner, number).model_id == model_id


def test_changes_are_saved_over_the_open_plan_only_after_optimising(open_page, model_id, owner):
    app = open_page(PAGE)
    number = _saved(_optimised(app), "Plan")
    _field(app, "Total budget").set_value(90_000.0).run()
    assert app.button(key="budget_overwrite").disabled
    assert "changed after this answer" in everything_shown(app)
    _optimised(app)
    app.button(key="budget_overwrite").click().run()
    assert not app.exception
    with session() as s:
        assert plans.scenario(s, owner, number).config["total_value"] == 90_000.0


def test_changes_can_be_discarded(open_page, model_id):
    app = open_page(PAGE)
    number = _saved(_optimised(app), "Plan")
    budget = _field(app, "Total budget").value
    _field(app, "Total budget").set_value(90_000.0).run()
    assert "Discard changes" in [button.label for button in app.button]
    app.button(key=f"plan_discard_{number}").click().run()
    assert _field(app, "Total budget").value == budget


def test_an_open_plan_is_still_open_after_a_look_elsewhere(open_page, model_id):
    app = open_page(PAGE)
    number = _saved(_optimised(app), "Still here")
    _field(app, "Total budget").set_value(90_000.0).run()
    app.switch_page("pages/plan/scenarios/page.py").run()
    app.query_params.pop("scenario", None)
    app.switch_page(PAGE).run()
    assert not app.exception
    assert scenario_of(app) == number
    assert "Still here" in everything_shown(app) and _field(app, "Total budget").value == 90_000.0


def test_a_group_is_kept_and_reopened(open_page, model_id, owner):
    app = open_page(PAGE)
    next(button for button in app.button if button.label == "Add a group").click().run()
    _field(app, "Name of the group").set_value("Digital")
    next(box for box in app.multiselect if box.label == "Channels").set_value(["search", "social"])
    _field(app, "At least").set_value(60_000.0).run()
    number = _saved(_optimised(app), "Grouped")
    with session() as s:
        kept = plans.scenario(s, owner, number).config["groups"]
    assert len(kept) == 1
    assert kept[0]["name"] == "Digital" and kept[0]["channels"] == ["search", "social"]
    assert kept[0]["minimum_value"] == 60_000.0 and kept[0]["maximum_value"] is None
    again = open_page(PAGE, scenario=number)
    assert _field(again, "Name of the group").value == "Digital"
    assert _field(again, "At least").value == 60_000.0


def test_limits_can_be_typed_in_percent_of_recent_spend(open_page, model_id, owner):
    app = open_page(PAGE)
    control = next(widget for widget in app.segmented_control if widget.label == "Limits in")
    control.set_value("% of recent").run()
    _edit(app, 1, minimum=50.0, maximum=50.0)
    app.run()
    table = _optimised(app).dataframe[-1].value
    recent, planned = (float(table[name][1].replace(",", "")) for name in ("Recent spend", "Plan"))
    assert planned == pytest.approx(recent / 2, abs=0.01)


def test_the_demo_may_try_everything_and_is_told_why_it_cannot_save(open_page, keep, owner, project_id):
    keep()
    with session() as s:
        s.get(Project, project_id).is_demo = True
        demo = access.add_demo_account(s, PASSWORD)
        access.join_as(s, project_id, demo.id, Role.VIEWER)
    app = _optimised(open_page(PAGE, person=demo))
    assert "The probability that it beats" in everything_shown(app)
    assert "make a project of your own" in app.button(key="budget_save_blocked").help


def test_two_saved_plans_are_compared_from_the_same_draws(open_page, model_id):
    app = open_page(PAGE)
    first = _saved(_optimised(app), "First")
    _field(app, "Total budget").set_value(600_000.0)
    _optimised(app)
    second = _saved(app, "Second")
    page = open_page(PAGE, compare=f"{first},{second}")
    page.session_state["budget_tab"] = "Saved plans"
    page.run()
    assert not page.exception
    words = everything_shown(page)
    assert "First" in words and "Second" in words
    assert "The probability that it beats “First” is over 99 %" in words


def test_a_plan_outlives_its_model(open_page, keep, owner):
    model_id = keep("Old")
    keep("New")
    number = _saved(_optimised(open_page(PAGE, model=model_id)), "Kept")
    with session() as s:
        models.delete_model(s, owner, model_id)
    app = open_page(PAGE, scenario=number)
    assert not app.exception
    words = everything_shown(app)
    assert "was deleted" in words and "The probability that it beats" in words
    app.button(key="budget_new").click().run()
    assert not app.exception and "was deleted" not in everything_shown(app)


def test_a_viewer_may_optimise_but_not_save(open_page, model_id, new_member):
    app = _optimised(open_page(PAGE, person=new_member(Role.VIEWER)))
    assert "The probability that it beats" in everything_shown(app)
    assert app.button(key="budget_save_blocked").disabled


def test_a_plan_of_another_project_is_not_opened(open_page, model_id, keep, stranger):
    number = _saved(_optimised(open_page(PAGE)), "Secret")
    from core.projects.store import create_project

    with session() as s:
        other = create_project(s, stranger, "Elsewhere").id
    # A model of their own: the screen goes on past its first question.
    keep("Theirs", project=other)
    app = open_page(PAGE, person=stranger, project=other, scenario=number)
    assert not app.exception
    shown = everything_shown(app)
    assert "Secret" not in shown and "was not found" in shown
