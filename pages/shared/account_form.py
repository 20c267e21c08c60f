"""The form that makes an account, shared by claim, registration and new password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.errors import UserError
from pages.shared.actions import show_faults
from pages.shared.screens import Screen, go
from pages.shared.session import sign_in


@dataclass(frozen=True)
class Answers:
    """What a person typed into the form."""

    username: str
    password: str
    display_name: str | None


def token_from_address() -> str | None:
    """The token of a claim, invitation or reset link: `?token=...`."""
    return st.query_params.get("token") or None


def ask_for_account(button: str) -> Answers | None:
    """The answers once the form was sent and both passwords agree, None before."""
    with st.form("account", border=False):
        username = st.text_input("User name", autocomplete="username", max_chars=64, key="account_username")
        display_name = st.text_input(
            "Your name (shown to others)", autocomplete="name", max_chars=80, key="account_name"
        )
        password = ask_for_new_password()
        pressed = st.form_submit_button(button, type="primary", width="stretch")
    if not pressed or password is None:
        return None
    return Answers(username, password, display_name.strip() or None)


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


def enter(make_account: Callable[[], None], answers: Answers) -> None:
    """Make the account, sign this browser in and go home; a refusal is shown and nothing happens."""
    try:
        make_account()
        sign_in(answers.username, answers.password)
    except UserError as refused:
        show_faults(refused)
        return
    go(Screen.HOME)
