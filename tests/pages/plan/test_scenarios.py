"""The what-if screen: closed to strangers, honest without a model, quick and savable with one."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.access import Role
from core.database import session
from core.mmm.store import plans
from tests.pages.conftest import everything_shown
from tests.pages.plan.trained import keep_model, scenario_of, two_geos

PAGE = "pages/plan/scenarios/page.py"


def _slider(app: AppTest, channel: str):
    return next(widget for widget in app.slider if widget.key.endswith(f"_slider_{channel}"))


def _amount(app: AppTest, channel: str):
    return next(widget for widget in app.number_input if widget.key.endswith(f"_amount_{channel}"))


def _metric(app: AppTest, label: str) -> str:
    return next(metric.value for metric in app.metric if metric.label == label)


def test_a_visitor_is_asked_to_sign_in(signed_out_page):
    app = signed_out_page(PAGE)
    assert not app.exception and not app.slider and not app.metric


def test_without_a_model_the_screen_says_how_to_get_one(open_page):
    app = open_page(PAGE)
    assert not app.exception
    assert "Plans need a trained model" in everything_shown(app)
    assert any(button.label == "Set up a model" for button in app.button)


def test_recent_spend_is_the_first_scenario(open_page, model_id):
    app = open_page(PAGE)
    assert not app.exception
    assert "Move a slider or type into the grid" in everything_shown(app)
    assert {slider.value for slider in app.slider} == {100}


def test_a_slider_changes_the_money_and_the_figures(open_page, model_id):
    app = open_page(PAGE)
    before = _metric(app, "Spend"), _amount(app, "tv").value
    _slider(app, "tv").set_value(150).run()
    assert not app.exception
    assert _amount(app, "tv").value == pytest.approx(1.5 * before[1], abs=0.01)
    assert _metric(app, "Spend") != before[0]
    assert "more than recent spend" in everything_shown(app)


def test_a_typed_amount_moves_the_slider_and_may_go_beyond_it(open_page, model_id):
    app = open_page(PAGE)
    usual = _amount(app, "search").value
    _amount(app, "search").set_value(3 * usual).run()
    assert not app.exception
    assert _slider(app, "search").value == 200
    assert _amount(app, "search").value == pytest.approx(3 * usual, abs=0.01)
    assert "Beyond what was ever spent" in everything_shown(app)


def _view(app: AppTest, name: str) -> AppTest:
    next(group for group in app.button_group if group.key.endswith("_view")).set_value(name).run()
    assert not app.exception
    return app


def _type(app: AppTest, cells: dict[int, dict[str, float]]) -> None:
    key = app.data_editor[0].key
    app.session_state[key] = {"edited_rows": cells, "added_rows": [], "deleted_rows": []}
    app.run()
    assert not app.exception


def _said(app: AppTest) -> str:
    return " ".join(box.value for box in [*app.success, *app.warning])


def test_sliders_and_grid_edit_one_schedule(open_page, model_id):
    app = open_page(PAGE)
    usual = _amount(app, "tv").value
    _slider(app, "tv").set_value(50).run()
    _view(app, "Grid")
    grid = app.data_editor[0].value
    assert grid["tv"].sum() == pytest.approx(usual / 2, abs=0.01)
    _view(app, "Sliders")
    assert _slider(app, "tv").value == 50


def test_typing_into_the_grid_changes_the_figures_and_the_sliders(open_page, model_id):
    app = _view(open_page(PAGE), "Grid")
    before = app.data_editor[0].value["tv"]
    figure = _metric(app, "Spend")
    _type(app, {0: {"tv": float(before.iloc[0]) + 50_000}})
    assert _metric(app, "Spend") != figure
    _view(app, "Sliders")
    assert _amount(app, "tv").value == pytest.approx(before.sum() + 50_000, abs=0.01)


def test_a_month_is_spread_over_its_weeks(open_page, model_id):
    app = _view(open_page(PAGE), "Grid")
    next(group for group in app.button_group if group.key.endswith("_rows")).set_value("Months").run()
    months = app.data_editor[0].value
    _type(app, {1: {"search": 2 * float(months["search"].iloc[1])}})
    next(group for group in app.button_group if group.key.endswith("_rows")).set_value("Weeks").run()
    total = months["search"].sum() + months["search"].iloc[1]
    assert app.data_editor[0].value["search"].sum() == pytest.approx(total, abs=0.01)


def test_fills_set_the_money_of_all_channels_or_one(open_page, model_id):
    app = _view(open_page(PAGE), "Grid")
    next(button for button in app.button if button.label == "Pause").click().run()
    assert app.data_editor[0].value.to_numpy().sum() == 0
    assert "nothing is spent" in everything_shown(app)
    next(box for box in app.selectbox if box.key.endswith("_fill")).set_value("tv").run()
    next(button for button in app.button if button.label == "As last year").click().run()
    assert app.data_editor[0].value["tv"].sum() > 0 == app.data_editor[0].value["search"].sum()


def test_a_control_can_be_set_over_the_horizon(open_page, model_id):
    app = _view(open_page(PAGE), "Price and other drivers")
    box = next(box for box in app.selectbox if box.key.endswith("_way_price"))
    box.set_value("Change by %").run()
    next(field for field in app.number_input if field.key.endswith("_number_price")).set_value(20.0).run()
    assert not app.exception
    assert "Of the difference, price:" in everything_shown(app)
    _view(app, "Sliders")
    assert "Of the difference, price:" in everything_shown(app)


def test_goal_seek_finds_the_money_and_puts_it_into_the_scenario(open_page, model_id):
    app = open_page(PAGE)
    usual = _amount(app, "tv").value
    _view(app, "Goal seek")
    assert "The probability of reaching the target" in _said(app)
    target = next(field for field in app.number_input if "_target_" in field.key)
    target.set_value(target.value * 1000).run()
    assert "cannot be reached" in _said(app)
    next(button for button in app.button if button.label == "Put the most into the scenario").click().run()
    _view(app, "Sliders")
    assert _amount(app, "tv").value > 1.4 * usual


def test_a_driver_is_set_period_by_period(open_page, model_id):
    app = _view(open_page(PAGE), "Price and other drivers")
    box = next(box for box in app.selectbox if box.key.endswith("_way_price"))
    box.set_value("Period by period").run()
    _type(app, {0: {"value": 20.0}, 3: {"value": 5.0}})
    assert "Of the difference, price:" in everything_shown(app)
    assert "beyond any value in the data" in everything_shown(app)


def test_an_amount_of_nothing_stays_an_amount(open_page, model_id):
    app = _view(open_page(PAGE), "Price and other drivers")
    next(box for box in app.selectbox if box.key.endswith("_way_price")).set_value("Change by amount").run()
    next(field for field in app.number_input if field.key.endswith("_number_price")).set_value(0.0).run()
    assert next(box for box in app.selectbox if box.key.endswith("_way_price")).value == "Change by amount"
    assert not app.data_editor


def test_a_scenario_of_the_first_form_still_opens(open_page, model_id, owner):
    old = {"periods": 13, "spend_pct": {"tv": 150.0}, "level": 0.9}
    with session() as s:
        number = plans.save_scenario(s, owner, model_id, "Old one", "whatif", old).id
    app = open_page(PAGE, scenario=number)
    assert not app.exception
    assert _slider(app, "tv").value == 150 and _slider(app, "search").value == 100
    assert "Changes not saved" not in everything_shown(app)


def test_a_saved_scenario_comes_back_with_everything(open_page, model_id):
    app = open_page(PAGE)
    _slider(app, "tv").set_value(40).run()
    figure = _metric(app, "Difference")
    app.text_input(key="whatif_save_name").set_value("Less TV")
    app.button(key="whatif_save").click().run()
    assert not app.exception
    saved = scenario_of(app)
    again = open_page(PAGE, scenario=saved)
    assert not again.exception
    assert _slider(again, "tv").value == 40
    assert _metric(again, "Difference") == figure
    assert "Less TV" in everything_shown(again)


def test_a_deleted_scenario_comes_back_by_undo(open_page, model_id):
    app = open_page(PAGE)
    app.text_input(key="whatif_save_name").set_value("Short life")
    app.button(key="whatif_save").click().run()
    number = scenario_of(app)
    app.session_state["whatif_tab"] = "Saved scenarios"
    app.run()
    menu = app.menu_button(key=f"whatif_menu_{number}")
    menu.set_value(next(entry for entry in menu.options if "Delete" in entry)).run()
    assert not app.exception
    assert "No saved scenario yet" in everything_shown(app)
    app.button(key="undo").click().run()
    assert "Short life" in everything_shown(app)


def test_scenarios_are_compared_with_the_one_chosen(open_page, model_id):
    app = open_page(PAGE)
    for name, percent in (("Less", 50), ("More", 150)):
        _slider(app, "tv").set_value(percent).run()
        app.text_input(key="whatif_save_name").set_value(name)
        app.button(key="whatif_save").click().run()
        app.button(key="whatif_new").click().run()
    app.session_state["whatif_tab"] = "Saved scenarios"
    app.run()
    app.multiselect(key="whatif_compared").set_value(
        app.multiselect(key="whatif_compared").options[::-1]
    ).run()
    assert not app.exception
    words = everything_shown(app).replace("*", "")
    assert "beats “Recent spend” is over 99 %" in words and "Caused Revenue by channel" in words
    baseline = app.selectbox(key="whatif_baseline")
    baseline.select("Less").run()
    assert not app.exception
    words = everything_shown(app).replace("*", "")
    assert "More: for" in words and "beats “Less” is over 99 %" in words


def test_a_viewer_may_try_but_not_save(open_page, model_id, new_member):
    app = open_page(PAGE, person=new_member(Role.VIEWER))
    assert not app.exception and app.slider
    assert not [widget for widget in app.text_input if widget.key == "whatif_save_name"]
    blocked = app.button(key="whatif_save_blocked")
    assert blocked.disabled and "not save them" in blocked.help


def test_a_model_that_did_not_converge_is_not_used_without_being_asked(open_page, keep):
    keep("Rough", converged=False)
    app = open_page(PAGE)
    assert not app.exception
    assert "has not converged" in everything_shown(app) and not app.slider
    next(box for box in app.checkbox if box.label == "Plan on it nevertheless").check().run()
    assert app.slider


def test_on_a_panel_money_may_be_given_for_each_geo(open_page, owner, project_id):
    keep_model(owner.id, project_id, two_geos(), "Panel")
    app = open_page(PAGE)
    assert not app.exception
    whole = _amount(app, "zeta").value
    next(toggle for toggle in app.toggle if toggle.key.endswith("_by_geo")).set_value(True).run()
    assert not app.exception
    north = _amount(app, "zeta").value
    assert 0 < north < whole
    _amount(app, "zeta").set_value(2 * north).run()
    next(toggle for toggle in app.toggle if toggle.key.endswith("_by_geo")).set_value(False).run()
    assert _amount(app, "zeta").value == pytest.approx(whole + north, abs=0.02)
    assert "price" in everything_shown(_view(app, "Price and other drivers"))
