"""Every screen shows strangers the sign-in and nothing else; the few open ones show what they are for."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from core.access import Person, Role
from core.access import store as access
from core.database import session
from pages.shared.screens import Entry, Screen
from tests.conftest import PASSWORD
from tests.pages.conftest import ROOT, Opened, everything_shown, shown

INSIDE = [screen for screen in Screen if screen.access is not Entry.ANYONE]


def test_a_stranger_sees_the_sign_in_in_place_of_every_screen(signed_out_page: Opened) -> None:
    for screen in INSIDE:
        app = signed_out_page(screen)
        assert not app.exception, screen
        assert [title.value for title in app.title] == ["Sign in"], screen
        assert not app.dataframe, screen
        assert not app.metric, screen
        assert not app.sidebar.selectbox, screen


def test_a_screen_opened_past_the_frame_asks_for_a_sign_in(empty_database: str) -> None:
    for screen in INSIDE:
        app = AppTest.from_file(str(ROOT / screen.path), default_timeout=30).run()
        assert [title.value for title in app.title] == ["Sign in"], screen
        assert not app.dataframe, screen


def test_a_wrong_password_is_refused_in_words(signed_out_page: Opened, owner: Person) -> None:
    app = signed_out_page()
    app.text_input(key="sign_in_username").set_value(owner.username)
    app.text_input(key="sign_in_password").set_value("not the password")
    app.button[0].click().run()
    assert [title.value for title in app.title] == ["Sign in"]
    assert app.text


def test_the_right_password_opens_the_screen_that_was_asked_for(
    signed_out_page: Opened, owner: Person
) -> None:
    app = signed_out_page(Screen.SYSTEM)
    app.text_input(key="sign_in_username").set_value(owner.username)
    app.text_input(key="sign_in_password").set_value(PASSWORD)
    app.button[0].click().run()
    assert not app.exception
    assert [title.value for title in app.title] == ["System"]


def test_an_unclaimed_installation_says_how_it_is_claimed(signed_out_page: Opened) -> None:
    assert "no owner yet" in everything_shown(signed_out_page())


def test_a_claimed_installation_does_not_speak_of_claiming(signed_out_page: Opened, owner: Person) -> None:
    assert "no owner yet" not in everything_shown(signed_out_page())


def fill(app: object, username: str, password: str, again: str | None = None) -> None:
    """Fills the form that makes an account and sends it."""
    app.text_input(key="account_username").set_value(username)  # type: ignore[attr-defined]
    app.text_input(key="account_password").set_value(password)  # type: ignore[attr-defined]
    app.text_input(key="account_password_again").set_value(again or password)  # type: ignore[attr-defined]
    app.button[0].click().run()  # type: ignore[attr-defined]


def test_the_claim_link_makes_the_owner_and_works_once(signed_out_page: Opened) -> None:
    with session() as s:
        token = access.new_claim_token(s)
    app = signed_out_page(Screen.CLAIM, token=str(token))
    fill(app, "olga", PASSWORD)
    assert not app.exception
    with session() as s:
        assert access.is_claimed(s)
    late = signed_out_page(Screen.CLAIM, token=str(token))
    fill(late, "mallory", PASSWORD)
    assert [title.value for title in late.title] == ["Claim this installation"]
    with session() as s:
        assert access.new_claim_token(s) is None


def test_two_different_passwords_make_no_account(signed_out_page: Opened) -> None:
    with session() as s:
        token = access.new_claim_token(s)
    app = signed_out_page(Screen.CLAIM, token=str(token))
    fill(app, "olga", PASSWORD, "another password")
    assert "The two passwords differ." in [error.value for error in app.error]
    with session() as s:
        assert not access.is_claimed(s)


def test_registration_is_closed_without_an_invitation(signed_out_page: Opened, owner: Person) -> None:
    app = signed_out_page(Screen.REGISTER)
    assert not app.text_input
    assert "by invitation" in everything_shown(app)


def test_registration_that_the_owner_opened_makes_an_account(signed_out_page: Opened, owner: Person) -> None:
    with session() as s:
        access.set_registration(s, owner, True)
    app = signed_out_page(Screen.REGISTER)
    fill(app, "nina", PASSWORD)
    assert not app.exception
    with session() as s:
        assert "nina" in [account.username for account in access.people(s, owner)]


def test_an_invitation_names_the_project_and_joins_it(
    signed_out_page: Opened, owner: Person, project_id: int
) -> None:
    with session() as s:
        token = access.invite(s, owner, project_id, Role.ANALYST)
    app = signed_out_page(Screen.REGISTER, token=token)
    assert "“Shop” as analyst" in everything_shown(app)
    fill(app, "nina", PASSWORD)
    with session() as s:
        roles = {member.username: member.role for member in access.members(s, owner, project_id)}
    assert roles["nina"] == Role.ANALYST


def test_a_person_who_is_signed_in_joins_by_an_invitation(
    open_page: Opened, owner: Person, stranger: Person, project_id: int
) -> None:
    with session() as s:
        token = access.invite(s, owner, project_id, Role.VIEWER)
    app = open_page(Screen.REGISTER, person=stranger, project=None, token=token)
    next(button for button in app.button if button.label == "Join the project").click().run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Shop"]


def test_a_forged_invitation_is_refused(signed_out_page: Opened, owner: Person) -> None:
    app = signed_out_page(Screen.REGISTER, token="forged")
    assert not app.text_input
    assert app.text


def test_a_reset_link_sets_a_new_password(signed_out_page: Opened, owner: Person, stranger: Person) -> None:
    with session() as s:
        token = access.reset_link(s, owner, stranger.username)
    app = signed_out_page(Screen.RESET, token=token)
    app.text_input(key="account_password").set_value("a wholly new sentence")
    app.text_input(key="account_password_again").set_value("a wholly new sentence")
    app.button[0].click().run()
    assert not app.exception
    with session() as s:
        assert access.sign_in(s, stranger.username, "a wholly new sentence", "127.0.0.1").person == stranger


def test_a_signed_in_person_has_no_business_at_the_sign_in(open_page: Opened) -> None:
    app = open_page(Screen.SIGN_IN)
    assert [shown(title.value) for title in app.title] == ["Shop"]
