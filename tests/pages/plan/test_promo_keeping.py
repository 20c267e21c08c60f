"""Saved promotions and the project's rules: the list with its menu, the comparison, the settings."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.access import Person, Role
from core.database import session
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from core.promo.scenarios.settings import BrandRule, BrandRuleKind
from core.promo.scenarios.tables import kpi_table, promo_tables
from core.promo.scenarios.validate import validate
from core.promo.store import scenarios
from core.promo.store.reference import promo_settings
from pages.plan.promotions.settings import RULES
from tests.core.promo.made import made_baseline, made_settings, made_uplift
from tests.pages.conftest import everything_shown
from tests.pages.plan.learned import keep_learned

PAGE = "pages/plan/promotions/page.py"


@pytest.fixture
def keep_promo(owner: Person, project_id: int) -> Callable[[str, float], uuid.UUID]:
    """Keeps a promotion of TV online: `keep_promo("Deep", 20.0)` returns its id."""
    keep_learned(owner, project_id)

    def keep(label: str, discount_pct: float) -> uuid.UUID:
        scenario = promo_of(label, discount_pct)
        kpis = evaluate(scenario, made_baseline(), made_uplift(), made_settings())
        verdict = validate(scenario, kpis, made_settings())
        with session() as s:
            return scenarios.save_promo(s, owner, project_id, scenario, kpis, verdict, model_version="1").id

    return keep


def promo_of(label: str, discount_pct: float) -> PromoScenario:
    lines = (Mechanic("TV", "online", discount_pct),)
    return PromoScenario(label, "2024-03-04", "2024-03-10", "balanced", lines)


def open_tab(open_page: Callable[..., AppTest], name: str, **who: object) -> AppTest:
    app = open_page(PAGE, **who)
    app.session_state["promo_tab"] = name
    app.run()
    assert not app.exception
    return app


def pick(app: AppTest, promo: uuid.UUID, entry: str) -> AppTest:
    menu = app.menu_button(key=f"promo_menu_{promo}")
    menu.set_value(next(one for one in menu.options if entry in one)).run()
    assert not app.exception
    return app


def test_saved_promotions_are_listed_with_verdict_and_figures(open_page, keep_promo):
    keep_promo("Deep", 40.0)
    said = everything_shown(open_tab(open_page, "Saved"))
    assert "Deep" in said and "Block" in said and "EBIT" in said


def test_a_promotion_is_opened_from_the_list(open_page, keep_promo):
    number = keep_promo("Deep", 20.0)
    app = open_tab(open_page, "Saved")
    app.button(key=f"promo_open_{number}").click().run()
    assert not app.exception
    assert len(app.metric) == 5
    assert app.data_editor[0].value["discount_pct"].tolist() == [20.0]


def test_duplicate_archive_and_delete_with_undo(open_page, keep_promo, owner, project_id):
    number = keep_promo("Deep", 20.0)
    app = pick(open_tab(open_page, "Saved"), number, "Duplicate")
    with session() as s:
        assert len(scenarios.promos(s, owner, project_id)) == 2
    pick(app, number, "Delete")
    with session() as s:
        assert [one.id for one in scenarios.promos(s, owner, project_id)] != [number]
    app.button(key="undo").click().run()
    pick(app, number, "Archive")
    app.toggle(key="promo_archived").set_value(True).run()
    assert "Deep" in everything_shown(app)


def test_a_promotion_renamed_in_the_list_keeps_its_new_name_when_saved(
    open_page, keep_promo, owner, project_id
):
    number = keep_promo("Spring", 20.0)
    open_page(PAGE, promo=str(number))
    with session() as s:
        scenarios.rename_promo(s, owner, number, "Easter")
    app = open_page(PAGE, promo=str(number))
    app.session_state[app.data_editor[0].key] = {
        "edited_rows": {0: {"discount_pct": 15.0}}, "added_rows": [], "deleted_rows": [],
    }  # fmt: skip
    app.run()
    app.button(key="promo_save").click().run()
    assert not app.exception
    with session() as s:
        (promo,) = scenarios.promos(s, owner, project_id)
        assert (promo.name, scenarios.promo(s, owner, number).scenario.mechanics[0].discount_pct) == (
            "Easter",
            15,
        )


def test_who_may_only_look_gets_no_menu(open_page, keep_promo, new_member):
    number = keep_promo("Deep", 20.0)
    app = open_tab(open_page, "Saved", person=new_member(Role.VIEWER))
    assert not [one for one in app.menu_button if one.key == f"promo_menu_{number}"]


def test_two_promotions_stand_side_by_side_with_intervals(open_page, keep_promo):
    keep_promo("Deep", 20.0)
    keep_promo("Mild", 10.0)
    app = open_tab(open_page, "Compare")
    table = next(one.value for one in app.dataframe if "Deep" in one.value.columns)
    assert {"Deep", "Mild"} == set(table.columns)
    assert " to " in table.loc["± Sales", "Deep"]
    assert table.loc["± Sales", "Deep"] != table.loc["± Sales", "Mild"]


def test_one_promotion_alone_cannot_be_compared(open_page, keep_promo):
    keep_promo("Deep", 20.0)
    assert "Two saved promotions are needed" in everything_shown(open_tab(open_page, "Compare"))


def test_settings_are_saved_for_the_project_and_judge_at_once(open_page, keep_promo, owner, project_id):
    number = keep_promo("Deep", 20.0)
    app = open_tab(open_page, "Settings")
    next(one for one in app.number_input if one.key.endswith("_cap")).set_value(15.0)
    next(one for one in app.text_area if one.key.endswith("_legal")).set_value("No cash value.")
    rules = next(one for one in app.data_editor if one.key.endswith("_rules"))
    app.session_state[rules.key] = {
        "edited_rows": {},
        "deleted_rows": [],
        "added_rows": [
            {"kind": "Never discounted", "departments": ["Audio"]},
            {"kind": "In every creative brief", "value": "Shop logo"},
        ],
    }
    next(button for button in app.button if button.label == "Save settings").click().run()
    assert not app.exception
    with session() as s:
        saved = promo_settings(s, owner, project_id)
    assert saved.default_discount_cap_pct == 15.0
    assert saved.legal_text == "No cash value."
    assert saved.brand_rules == (
        BrandRule(BrandRuleKind.NEVER_DISCOUNTED, None, ("Audio",)),
        BrandRule(BrandRuleKind.BRIEF_ELEMENT, "Shop logo"),
    )
    again = open_page(PAGE, promo=str(number))
    assert "over the cap of 15 %" in everything_shown(again)


def test_every_kind_of_brand_rule_has_words() -> None:
    assert set(RULES) == set(BrandRuleKind)


def test_every_fault_of_the_settings_is_said_and_nothing_is_kept(open_page, keep_promo, owner, project_id):
    app = open_tab(open_page, "Settings")
    rules = next(one for one in app.data_editor if one.key.endswith("_rules"))
    app.session_state[rules.key] = {
        "edited_rows": {},
        "deleted_rows": [],
        "added_rows": [{"kind": "Longest duration (days)", "value": "soon"}, {"value": "cheap"}],
    }
    next(button for button in app.button if button.label == "Save settings").click().run()
    said = everything_shown(app)
    assert "Brand rule 1" in said and "Brand rule 2: Choose a rule." in said
    with session() as s:
        assert promo_settings(s, owner, project_id).brand_rules == ()


def test_who_may_not_run_the_project_cannot_save_settings(open_page, keep_promo, new_member):
    app = open_tab(open_page, "Settings", person=new_member(Role.ANALYST))
    assert next(button for button in app.button if button.label == "Save settings").disabled


def test_exported_figures_are_those_of_the_screen_and_hold_every_interval() -> None:
    scenario = promo_of("=Deep", 20.0)
    kpis = evaluate(scenario, made_baseline(), made_uplift(), made_settings())
    tables = promo_tables(scenario, kpis, validate(scenario, kpis, made_settings()))
    assert {"Promotion", "Figures", "Lines", "By department", "Verdict"} <= set(tables)
    figures = kpi_table(scenario, kpis).set_index("Figure")
    assert figures.loc["Sales", "Change"] == kpis.deltas["sales_value"]
    assert figures.loc["EBIT", "Change, lower"] == kpis.intervals["ebit_delta"][0]
