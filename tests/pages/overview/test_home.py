"""Home says where a project stands, to its members alone."""

from __future__ import annotations

from collections.abc import Callable

from core.access import Person, Role
from core.database import session
from core.demo.password import demo_password
from core.demo.store import make_demo
from pages.shared.screens import Screen
from tests.pages.conftest import Opened, everything_shown, shown
from tests.pages.measure.kept import keep_readable, readable_model
from tests.pages.plan.learned import keep_learned, keep_sales

HOME = Screen.HOME


def test_an_empty_project_offers_the_upload(open_page: Opened) -> None:
    app = open_page()
    assert not app.exception
    assert [shown(title.value) for title in app.title] == ["Shop"]
    assert "Start with your data" in everything_shown(app)
    assert "Upload data" in [button.label for button in app.button]


def test_a_viewer_of_an_empty_project_is_not_sent_to_upload(
    open_page: Opened, new_member: Callable[[Role], Person]
) -> None:
    app = open_page(person=new_member(Role.VIEWER))
    assert "Upload data" not in [button.label for button in app.button]


def test_a_project_one_is_not_a_member_of_is_not_found(open_page: Opened, stranger: Person) -> None:
    app = open_page(person=stranger)
    assert "Not found" in everything_shown(app)
    assert "Shop" not in everything_shown(app)


def test_a_project_that_does_not_exist_is_not_found(open_page: Opened) -> None:
    for number in (999_999, "drop table", -1):
        assert "Not found" in everything_shown(open_page(project=number))


def test_a_person_without_projects_is_offered_to_make_one(open_page: Opened, stranger: Person) -> None:
    app = open_page(person=stranger, project=None)
    assert "No project yet" in everything_shown(app)


def test_a_waiting_training_is_shown_with_its_place_in_the_queue(
    signed_out_page: Opened, empty_database: str
) -> None:
    with session() as s:
        make_demo(s)
    app = signed_out_page()
    app.text_input(key="sign_in_username").set_value("demo")
    app.text_input(key="sign_in_password").set_value(demo_password())
    app.button[0].click().run()
    assert not app.exception
    text = everything_shown(app)
    assert "1 · Data" in text
    assert "208 rows" in text
    assert "Training now" in text


def test_a_trained_model_is_read_on_the_home_screen(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    keep_readable(owner.id, project_id, readable_model(), "Weekly model")
    app = open_page()
    assert not app.exception
    text = everything_shown(app)
    assert "By the model “Weekly model”" in text
    assert "media caused about" in text
    assert {"Revenue", "Media spend", "Caused by media"} <= {shown(metric.label) for metric in app.metric}
    assert len(app.get("plotly_chart")) == 2
    assert "Plan a budget" in [button.label for button in app.button]


def test_a_model_that_has_not_converged_is_marked_before_its_figures(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    keep_readable(owner.id, project_id, readable_model(), "Weekly model", max_rhat=1.3, converged=False)
    app = open_page()
    assert "has not converged" in everything_shown(app)
    assert "Not converged" in everything_shown(app)


def test_a_project_of_sales_alone_shows_its_own_four_steps(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    keep_learned(owner, project_id)
    app = open_page()
    assert not app.exception
    text = everything_shown(app)
    assert all(step in text for step in ("1 · Sales", "2 · Effects", "3 · Opportunities", "4 · Promotions"))
    assert "Start with your data" not in text
    assert "target" in text
    assert "No promotion is planned in it yet" in text
    assert "Find opportunities" in [button.label for button in app.button]
    assert len(app.get("plotly_chart")) == 1


def test_sales_that_nothing_was_learned_from_lead_to_learning(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    with session() as s:
        keep_sales(s, project_id)
    app = open_page()
    assert not app.exception
    assert "Learn promotion effects" in [button.label for button in app.button]
    assert "Nothing learned yet" in everything_shown(app)


def test_promotions_stand_beside_the_mix_model(open_page: Opened, owner: Person, project_id: int) -> None:
    keep_readable(owner.id, project_id, readable_model(), "Weekly model")
    keep_learned(owner, project_id)
    app = open_page()
    assert not app.exception
    text = everything_shown(app)
    assert "1 · Data" in text
    assert "1 · Sales" in text
    assert "Promotions" in [shown(heading.value) for heading in app.subheader]
