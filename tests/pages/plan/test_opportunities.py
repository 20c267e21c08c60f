"""Discovery: closed to strangers, honest about what is missing, and on to a builder that is filled in."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from core.access import Role
from core.database import session
from core.promo.opportunities.planned import months_of, planned_in
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from core.promo.store import opportunities, scenarios
from tests.core.promo.made import made_baseline, made_settings, made_uplift
from tests.pages.conftest import everything_shown
from tests.pages.plan.learned import keep_learned

PAGE = "pages/plan/opportunities/page.py"
MONTH = "2024-03"


@pytest.fixture
def learned(owner, project_id) -> int:
    """The owner's project with sales, targets and a learned model."""
    keep_learned(owner, project_id)
    return project_id


def kept(owner, project, **what):
    with session() as s:
        return opportunities.opportunities(s, owner, project, month=MONTH, **what)


def test_a_visitor_is_asked_to_sign_in(signed_out_page):
    app = signed_out_page(PAGE)
    assert not app.exception and not app.metric


def test_without_sales_the_screen_says_how_to_bring_them(open_page):
    assert "Promotions need sales" in everything_shown(open_page(PAGE))


def test_without_targets_it_says_so_and_still_shows_what_is_expected(open_page, owner, project_id):
    keep_learned(owner, project_id, with_reference=False)
    app = open_page(PAGE)
    assert not app.exception
    assert "No targets yet" in everything_shown(app)
    assert len(app.metric) == 3 and not any(metric.delta for metric in app.metric)


def test_the_gap_is_shown_and_ranked_opportunities_say_why(open_page, learned, owner):
    app = open_page(PAGE, month=MONTH)
    assert not app.exception
    assert len(app.metric) == 3 and all(metric.delta for metric in app.metric)
    assert "against the target of" in everything_shown(app)
    found = kept(owner, learned)
    assert [one.opportunity.rank for one in found] == list(range(1, len(found) + 1))
    said = everything_shown(app)
    assert found[0].opportunity.why[0] in said
    assert found[0].opportunity.department in said


def test_a_dismissed_opportunity_leaves_the_list_and_comes_back_by_undo(open_page, learned, owner):
    app = open_page(PAGE, month=MONTH)
    best = kept(owner, learned)[0]
    app.button(key=f"dismiss_{best.id}").click().run()
    assert not app.exception
    assert best.id not in [one.id for one in kept(owner, learned)]
    assert not [one for one in app.button if one.key == f"dismiss_{best.id}"]
    app.button(key="undo").click().run()
    assert best.id in [one.id for one in kept(owner, learned)]


def test_plan_this_fills_the_builder_and_the_promotion_knows_where_it_came_from(open_page, learned, owner):
    app = open_page(PAGE, month=MONTH)
    best = kept(owner, learned)[0]
    app.button(key=f"plan_{best.opportunity.rank}").click().run()
    assert not app.exception
    line = app.data_editor[0].value.iloc[0]
    assert line["department"] == best.opportunity.department
    assert line["discount_pct"] == best.opportunity.suggested.discount_pct
    builder = open_page("pages/plan/promotions/page.py", opportunity=str(best.id))
    builder.button(key="promo_save").click().run()
    assert not builder.exception
    with session() as s:
        (promo,) = scenarios.promos(s, owner, learned)
    assert promo.opportunity_id == best.id
    again = open_page(PAGE, month=MONTH)
    assert not again.exception
    place = f"**{best.opportunity.department}, {best.opportunity.channel}**"
    assert place not in [one.value for one in again.markdown], "what is planned is not suggested again"


def test_what_was_begun_from_an_opportunity_is_still_saved_when_that_is_no_longer_found(
    open_page, learned, owner
):
    open_page(PAGE, month=MONTH)
    best = kept(owner, learned)[0]
    builder = open_page("pages/plan/promotions/page.py", opportunity=str(best.id))
    with session() as s:
        opportunities.save_opportunities(s, owner, learned, MONTH, best.opportunity.geo, [])
    builder = open_page("pages/plan/promotions/page.py", opportunity=str(best.id))
    assert builder.data_editor[0].value.iloc[0]["department"] == best.opportunity.department
    builder.button(key="promo_save").click().run()
    assert not builder.exception
    with session() as s:
        (promo,) = scenarios.promos(s, owner, learned)
    assert promo.opportunity_id is None


def test_who_may_only_look_sees_opportunities_and_may_try_them(open_page, learned, owner, new_member):
    app = open_page(PAGE, person=new_member(Role.VIEWER), month=MONTH)
    assert not app.exception
    assert not kept(owner, learned)
    assert not [one for one in app.button if str(one.key).startswith("dismiss_")]
    app.button(key="plan_1").click().run()
    assert not app.exception
    assert len(app.metric) == 5
    assert app.button(key="promo_save").disabled


def test_the_month_shown_first_is_the_one_to_come_or_the_last_with_a_target() -> None:
    targets = pd.DataFrame({"month": ["2024-01", "2024-03"]})
    assert months_of(targets, dt.date(2024, 3, 1)) == (["2024-03", "2024-01"], "2024-03")
    assert months_of(targets, dt.date(2024, 5, 1))[1] == "2024-03"
    assert months_of(targets.iloc[:0], dt.date(2024, 5, 1))[1] == "2024-05"


def test_of_alternatives_for_the_same_shelf_the_one_changed_last_counts(owner, learned):
    def save(label: str, department: str, discount: float) -> None:
        line = Mechanic(department, "online", discount)
        plan = PromoScenario(label, "2024-03-04", "2024-03-10", "balanced", (line,))
        kpis = evaluate(plan, made_baseline(), made_uplift(), made_settings())
        with session() as s:
            scenarios.save_promo(s, owner, learned, plan, kpis, None)

    for label, department, discount in (("A", "TV", 10.0), ("B", "Gaming", 10.0), ("C", "TV", 20.0)):
        save(label, department, discount)
    with session() as s:
        counted = planned_in(s, owner, learned, MONTH, "ALL")
    assert sorted((line.department, line.discount_pct) for one in counted for line in one.lines) == [
        ("Gaming", 10.0), ("TV", 20.0),
    ]  # fmt: skip
