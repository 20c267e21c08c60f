"""The screens before sign-in: their frame with the logo, the sign-in form, the form that makes an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.access import DEMO_USERNAME
from core.access import store as access
from core.database import session
from core.settings import settings
from pages.shared.actions import user_errors
from pages.shared.escape import plain
from pages.shared.screens import Screen, go
from pages.shared.session import sign_in

STATIC = Path(__file__).resolve().parents[2] / "static"
_USERNAME = "sign_in_username"


@dataclass(frozen=True)
class NewAccount:
    """What a person typed into the form of a new account."""

    username: str
    password: str
    display_name: str | None


def logo() -> str:
    """The path of the logo whose lettering can be read on the theme in use."""
    shade = "dark" if st.context.theme.type == "dark" else "light"
    return str(STATIC / f"logo_{shade}.svg")


@contextmanager
def entrance(title: str, note: str) -> Iterator[None]:
    """The frame of the screens before sign-in: logo, title, one card in the middle."""
    with st.container(horizontal_alignment="center", key="entrance"):
        st.space("large")
        with st.container(width=420, gap="medium"):
            st.image(logo(), width=170, alt="Mixwright")
            with st.container(border=True, key="entrance_card"):
                with st.container(gap="xxsmall"):
                    st.title(plain(title), anchor=False)
                    st.caption(plain(note))
                yield
            st.caption("Bayesian marketing mix modelling: your data stay on this server.")


def sign_in_form(destination: str | None = None) -> None:
    """Ask for name and password; `destination` is the screen that follows, as its title."""
    with session() as s:
        unclaimed = not access.is_claimed(s)
        registration = access.registration_open(s)
    note = f"to continue to {destination}" if destination else "Measure, plan and steer marketing spend"
    with entrance("Sign in", note):
        with st.form("sign_in", border=False, enter_to_submit=True):
            username = st.text_input("User name", key=_USERNAME, autocomplete="username")
            password = st.text_input(
                "Password", key="sign_in_password", type="password", autocomplete="current-password"
            )
            pressed = st.form_submit_button("Sign in", type="primary", width="stretch")
        if pressed:
            with user_errors() as outcome:
                sign_in(username, password)
            if not outcome.failed:
                st.rerun()
        if unclaimed:
            st.info(
                "This installation has no owner yet. Whoever runs it finds a one-time claim link in the "
                "terminal where Mixwright was started; opening that link makes the owner's account.",
                icon=":material/key:",
            )
        if settings().demo:
            st.button(
                "Look around with the demo account",
                width="stretch",
                on_click=_fill_in_demo_name,
                icon=":material/explore:",
            )
            if st.session_state.get(_USERNAME) == DEMO_USERNAME:
                st.caption(
                    "The demo account's password was printed in the terminal where Mixwright was started."
                )
        if registration:
            st.page_link(Screen.REGISTER.path, label="Create an account", icon=":material/person_add:")


def _fill_in_demo_name() -> None:
    st.session_state[_USERNAME] = DEMO_USERNAME


def link_to_sign_in(label: str = "Sign in") -> None:
    """The way to the sign-in form, without a project in its address."""
    st.page_link(Screen.SIGN_IN.path, label=label, icon=":material/login:")


def token_from_address() -> str | None:
    """The token of a claim, invitation or reset link: `?token=...`."""
    return st.query_params.get("token") or None


def ask_for_account(button: str) -> NewAccount | None:
    """What was typed once the form was sent and both passwords agree, None before."""
    with st.form("account", border=False):
        username = st.text_input("User name", autocomplete="username", max_chars=64, key="account_username")
        display_name = st.text_input(
            "Your name (shown to others)", autocomplete="name", max_chars=80, key="account_name"
        )
        password = ask_for_new_password()
        pressed = st.form_submit_button(button, type="primary", width="stretch")
    if not pressed or password is None:
        return None
    return NewAccount(username, password, display_name.strip() or None)


def ask_for_new_password(label: str = "Password") -> str | None:
    """Two fields inside a form; the password when both agree, else None with the reason shown."""
    first = st.text_input(
        label,
        type="password",
        autocomplete="new-password",
        key="account_password",
        help="At least 10 characters; a sentence is easy to remember and hard to guess.",
    )
    again = st.text_input(
        f"{label} again", type="password", autocomplete="new-password", key="account_password_again"
    )
    if first == again:
        return first
    st.error("The two passwords differ.")
    return None


def enter(make_account: Callable[[], str], password: str) -> None:
    """Make or change the account and sign this browser in as the user name it returns, then go home; a
    refusal is shown and nothing happens."""
    with user_errors() as outcome:
        sign_in(make_account(), password)
    if not outcome.failed:
        go(Screen.HOME)
