"""Plans that are kept: frozen for ever, shared with members alone, noted, read back from a workbook."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from core import artifacts
from core.access import Person, Role
from core.charts.formats import Wording
from core.database import session
from core.documents.tables import to_xlsx_bytes
from core.json_values import from_json
from core.mmm.planning.answers import WhatIfAnswer
from core.mmm.planning.report import whatif_schedule
from core.mmm.planning.whatif_inputs import WhatIfInputs, read_whatif_inputs
from core.mmm.store import models
from core.mmm.store import plans as scenarios
from db.tables import Model, ModelResult, Project
from tests.pages.conftest import everything_shown
from tests.pages.plan.trained import LABELS, scenario_of

PAGE = "pages/plan/scenarios/page.py"


def _metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.fixture
def saved(open_page, model_id) -> int:
    """A spend scenario of the owner, saved as it is offered first."""
    app = open_page(PAGE)
    app.text_input(key="whatif_save_name").set_value("For the board")
    app.button(key="whatif_save").click().run()
    assert not app.exception
    return scenario_of(app)


@pytest.fixture
def frozen(open_page, saved) -> int:
    """The same scenario, frozen on the screen."""
    app = open_page(PAGE, scenario=saved)
    app.button(key=f"freeze_now_{saved}").click().run()
    assert not app.exception
    assert "Frozen on" in everything_shown(app)
    return saved


def test_a_frozen_scenario_shows_the_same_when_its_model_is_gone(open_page, owner, model_id, frozen):
    before = open_page(PAGE, scenario=frozen)
    with session() as s:
        path = s.scalars(select(ModelResult.artifacts_path)).one()
        models.delete_model(s, owner, model_id)
        s.flush()
        s.delete(s.get_one(Model, model_id))
    artifacts.remove(path)
    after = open_page(PAGE, scenario=frozen)
    assert not after.exception
    assert _metrics(after) == _metrics(before) and _metrics(after)
    words = everything_shown(after)
    assert "For the board" in words and "Frozen on" in words and "by Olga" in words
    assert "Weekly model (no. " in words and "90 rows" in words
    assert after.button(key="frozen_copy").disabled
    assert not after.slider
    other = open_page(PAGE)
    assert "Plans need a trained model" in everything_shown(other)


def test_editing_a_frozen_scenario_starts_a_copy(open_page, frozen):
    app = open_page(PAGE, scenario=frozen)
    assert not app.slider
    app.button(key="frozen_copy").click().run()
    assert not app.exception and app.slider
    assert scenario_of(app) != frozen
    assert "For the board (copy)" in everything_shown(app)


def test_a_shared_address_opens_for_members_and_is_not_found_for_strangers(
    open_page, signed_out_page, frozen, stranger: Person, new_member: Callable[[Role], Person], project_id
):
    member = open_page(PAGE, person=new_member(Role.VIEWER), scenario=frozen)
    assert "For the board" in everything_shown(member)
    assert not [button for button in member.button if button.key == f"freeze_now_{frozen}"]
    refused = open_page(PAGE, person=stranger, scenario=frozen)
    assert "There is no such project, or you are not a member of it." in everything_shown(refused)
    assert "For the board" not in everything_shown(refused) and not refused.metric
    nobody = signed_out_page(PAGE, project=project_id, scenario=frozen)
    assert not nobody.metric and "For the board" not in everything_shown(nobody)


def test_a_scenario_of_another_project_is_not_found_under_ones_own(open_page, frozen, stranger: Person):
    from core.projects.store import create_project

    with session() as s:
        own = create_project(s, stranger, "Own").id
    app = open_page(PAGE, person=stranger, project=own, scenario=frozen)
    assert "For the board" not in everything_shown(app) and not app.metric
    assert "was not found" in everything_shown(app)


def test_a_note_is_shown_as_plain_text_with_who_wrote_it(open_page, saved):
    app = open_page(PAGE, scenario=saved)
    area = next(area for area in app.text_area if area.key.startswith(f"note_text_{saved}"))
    area.set_value("Agreed [here](http://x) with **Ann**")
    next(button for button in app.button if button.label == "Save note").click().run()
    assert not app.exception
    again = open_page(PAGE, scenario=saved)
    words = everything_shown(again)
    assert "Note by Olga" in words
    assert next(a for a in again.text_area if a.key.startswith(f"note_text_{saved}")).value.startswith(
        "Agreed ["
    )
    again.session_state["whatif_tab"] = "Saved scenarios"
    again.run()
    assert "Agreed [here](http://x) with **Ann**" in everything_shown(again)


def test_a_workbook_read_back_becomes_the_scenario(open_page, owner, saved):
    with session() as s:
        kept = scenarios.scenario(s, owner, saved)
    inputs = read_whatif_inputs(kept.config)
    frame = inputs.frame.copy()
    frame.iloc[0, 0] += 1_234.56
    changed = whatif_schedule(WhatIfInputs.from_frame(frame))
    content = to_xlsx_bytes({"Plan": changed.wide(Wording(labels=LABELS))})
    app = open_page(PAGE)
    box = next(w for w in app.file_uploader if w.key.startswith("whatif_read"))
    box.set_value(("plan.xlsx", content, "application/octet-stream")).run()
    assert not app.exception
    app.text_input(key="whatif_save_name").set_value("Read back")
    app.button(key="whatif_save").click().run()
    with session() as s:
        back = scenarios.scenario(s, owner, scenario_of(app))
    assert read_whatif_inputs(back.config).frame.equals(frame)
    answer = from_json(WhatIfAnswer, back.results or {})
    assert answer.total_value == round(inputs.total_value + 1_234.56, 2)


def test_a_file_at_fault_is_answered_and_changes_nothing(open_page, model_id):
    app = open_page(PAGE)
    before = _metrics(app)
    box = next(w for w in app.file_uploader if w.key.startswith("whatif_read"))
    box.set_value(("plan.csv", b"Date,tv,radio\n2020-01-06,-1,2\n", "text/csv")).run()
    assert not app.exception
    words = everything_shown(app)
    for said in (
        "spend cannot be negative",
        "“radio” is no channel",
        "Search is missing",
        "The plan begins on",
    ):
        assert said in words
    assert _metrics(app) == before


def test_every_figure_has_a_why(open_page, model_id):
    app = open_page(PAGE)
    app.button(key="whatif_why").click().run()
    assert not app.exception
    assert app.latex and "posterior draws" in everything_shown(app) and "seed" in everything_shown(app)


def test_a_frozen_budget_shows_its_curves_from_its_own_copy_and_can_be_deleted_with_undo(
    open_page, owner, model_id
):
    budget = "pages/plan/optimization/page.py"
    app = open_page(budget)
    app.button(key="plan_optimise").click().run()
    app.text_input(key="budget_save_name").set_value("Spring")
    app.button(key="budget_save").click().run()
    number = scenario_of(app)
    app.button(key=f"freeze_now_{number}").click().run()
    with session() as s:
        models.delete_model(s, owner, model_id)
    shown = open_page(budget, scenario=number)
    assert not shown.exception
    words = everything_shown(shown)
    assert "Frozen on" in words and "Where each channel stands on its curve" in words
    assert not [button for button in shown.button if button.key == "plan_optimise"]
    shown.session_state["budget_tab"] = "Saved plans"
    shown.run()
    menu = shown.menu_button(key=f"budget_menu_{number}")
    menu.set_value(next(entry for entry in menu.options if "Delete" in entry)).run()
    assert "No saved plan yet" in everything_shown(shown)
    shown.button(key="undo").click().run()
    assert not shown.exception and "Frozen on" in everything_shown(shown)


def test_an_unfrozen_scenario_of_a_deleted_model_can_still_be_taken_along(
    open_page, keep, owner, saved, model_id
):
    keep("Another model")
    with session() as s:
        models.delete_model(s, owner, model_id)
    app = open_page(PAGE, scenario=saved)
    assert not app.exception and "was deleted" in everything_shown(app)
    app.button(key="whatif_why").click().run()
    assert not app.exception and "no longer known" in everything_shown(app)
    assert not [button for button in app.button if button.key == f"freeze_now_{saved}"]
    app.button(key="whatif_new").click().run()
    assert not app.exception and "was deleted" not in everything_shown(app)


def test_a_demo_visitor_takes_a_plan_along_but_keeps_none(open_page, keep, project_id, new_member):
    keep()
    with session() as s:
        s.get_one(Project, project_id).is_demo = True
    app = open_page(PAGE, person=new_member(Role.VIEWER))
    assert not app.exception
    assert app.button(key="whatif_save_blocked").disabled
    exports = [button for button in app.get("download_button") if "export" in str(button.proto.id)]
    assert len(exports) == 5
