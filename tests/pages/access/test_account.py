"""One's own account."""

from __future__ import annotations

from core.access import Person
from core.access import store as access
from core.database import session
from pages.shared.screens import Screen
from tests.conftest import PASSWORD
from tests.pages.conftest import Opened

ACCOUNT = Screen.ACCOUNT


def press(app: object, label: str) -> None:
    """Presses the button with this label."""
    next(button for button in app.button if button.label == label).click().run()  # type: ignore[attr-defined]


def test_a_new_display_name_is_kept(open_page: Opened, owner: Person) -> None:
    app = open_page(ACCOUNT)
    next(field for field in app.text_input if field.label == "Name").set_value("Olga Owner")
    press(app, "Save name")
    assert not app.exception
    with session() as s:
        assert access.people(s, owner)[0].display_name == "Olga Owner"


def test_the_password_changes_only_with_the_present_one(open_page: Opened, owner: Person) -> None:
    app = open_page(ACCOUNT)
    fields = {field.label: field for field in app.text_input}
    fields["Present password"].set_value("wrong")
    fields["New password"].set_value("a wholly new sentence")
    fields["New password again"].set_value("a wholly new sentence")
    press(app, "Change password")
    with session() as s:
        assert access.sign_in(s, owner.username, PASSWORD, "127.0.0.1").person == owner


def test_signing_out_elsewhere_ends_the_other_sessions_only(open_page: Opened, owner: Person) -> None:
    with session() as s:
        other = access.sign_in(s, owner.username, PASSWORD, "127.0.0.1").session_id
    app = open_page(ACCOUNT)
    press(app, "Sign out everywhere else")
    assert not app.exception
    assert [title.value for title in app.title] == ["Account"]
    with session() as s:
        assert access.person_by_session(s, other) is None


def test_sign_out_leads_to_the_sign_in(open_page: Opened) -> None:
    app = open_page(ACCOUNT)
    app.button(key="sign_out").click().run()
    assert [title.value for title in app.title] == ["Sign in"]
