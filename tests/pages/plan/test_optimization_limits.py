"""The budget screen's folded questions: shares, months, timing, rules, reference and the frontier."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.database import session
from core.mmm.store import plans
from tests.pages.conftest import everything_shown
from tests.pages.plan.test_optimization import PAGE, _edit, _field, _optimised, _saved


def _table(app: AppTest, column: str):
    return next(editor for editor in app.data_editor if column in editor.value.columns)


def _type(app: AppTest, column: str, row: int, **cells: object) -> None:
    state = {"edited_rows": {row: cells}, "added_rows": [], "deleted_rows": []}
    app.session_state[_table(app, column).key] = state


def _config(number: int, person) -> dict[str, object]:
    with session() as s:
        return dict(plans.scenario(s, person, number).config)


def test_what_is_set_is_said_while_it_is_folded(open_page, model_id):
    app = open_page(PAGE)
    assert "Set:" not in everything_shown(app)
    _edit(app, 1, minimum=20_000.0, locked=True)
    assert "Set: Search kept." in everything_shown(app.run())


def test_limits_that_clash_say_how_much_has_to_give(open_page, model_id):
    app = open_page(PAGE)
    _edit(app, 0, minimum=200_000.0, maximum=500_000.0)
    app.run()
    _field(app, "Total budget").set_value(150_000.0).run()
    words = everything_shown(_optimised(app))
    assert "Raise the budget by €50,000.00, or lower the other by as much." in words


def test_a_group_may_be_a_share_of_the_total(open_page, model_id, owner):
    app = open_page(PAGE)
    next(button for button in app.button if button.label == "Add a group").click().run()
    _field(app, "Name of the group").set_value("Digital")
    next(box for box in app.multiselect if box.label == "Channels").set_value(["search", "social"])
    next(box for box in app.selectbox if box.label == "Limits in").set_value("% of the total").run()
    _field(app, "At least (%)").set_value(60.0).run()
    table = _optimised(app).dataframe[-1].value
    spent = [float(cell.replace(",", "")) for cell in table["Plan"]]
    assert spent[1] + spent[2] >= 0.6 * spent[3] - 0.02
    assert "The floor of 60 % of the money on “Digital”" in everything_shown(app)
    kept = _config(_saved(app, "Shares"), owner)["groups"][0]
    assert kept["minimum_share"] == 0.6 and kept["minimum_value"] is None


def test_months_timing_and_rules_are_kept_and_reopened(open_page, model_id, owner):
    app = open_page(PAGE)
    _type(app, "month", 1, maximum=180_000.0)
    _type(app, "way", 0, way="In pulses")
    rule = {"name": "TV first", "minimum": 0.0, "factor tv": 1.0, "factor social": -1.0}
    app.session_state[_table(app, "factor tv").key] = {
        "edited_rows": {}, "added_rows": [rule], "deleted_rows": []
    }  # fmt: skip
    app.run()
    _field(app, "Cycle").set_value(3).run()
    assert "TV [HD] & more pulsed, 2 of every 3 weeks; October 2025 at most €180k" in everything_shown(app)
    number = _saved(_optimised(app), "Timed")
    kept = _config(number, owner)
    assert kept["months"][0]["maximum_value"] == 180_000.0
    assert kept["limits"][0]["flighting"] == "pulsed" and kept["pulse"] == [2, 3]
    assert kept["rules"][0]["weights"] == {"tv": 1.0, "social": -1.0}
    again = open_page(PAGE, scenario=number)
    assert not again.exception
    assert _table(again, "month").value["maximum"][1] == 180_000.0
    assert list(_table(again, "factor tv").value["name"]) == ["TV first"]
    assert "Changes not saved" not in everything_shown(again)


def test_a_rule_without_a_name_is_named_by_its_row(open_page, model_id):
    app = open_page(PAGE)
    app.session_state[_table(app, "factor tv").key] = {
        "edited_rows": {}, "added_rows": [{"minimum": 5.0}], "deleted_rows": []
    }  # fmt: skip
    words = everything_shown(app.run())
    assert "Rule in row 1: give it a name." in words
    assert "Rule in row 1: give at least one channel a factor other than 0." in words
    assert app.button(key="plan_optimise").disabled


def test_a_plan_can_be_compared_with_last_year(open_page, model_id, fitted_model):
    app = open_page(PAGE)
    control = next(widget for widget in app.segmented_control if widget.label == "Compare with")
    control.set_value("last_year").run()
    assert not app.exception
    before = fitted_model.frame["tv"].iloc[-52:-39].sum()
    assert _table(app, "locked").value["recent"][0] == pytest.approx(before, abs=0.01)
    assert "than last year’s split" in everything_shown(_optimised(app))


def test_a_split_on_the_frontier_is_adopted_and_dropped_by_the_next_change(open_page, model_id):
    app = _optimised(open_page(PAGE))
    app.button(key="plan_frontier_draw").click().run()
    assert not app.exception
    place = app.select_slider(key="plan_frontier_place")
    place.set_value(place.options[-1]).run()
    app.button(key="plan_frontier_adopt").click().run()
    assert not app.exception
    assert "A split chosen between expectation and caution." in everything_shown(app)
    _field(app, "Total budget").set_value(90_000.0).run()
    assert "Most Revenue for €90.0k" in everything_shown(_optimised(app))
