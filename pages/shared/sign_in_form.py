"""The sign-in form: its own screen, and what replaces every other screen while nobody is signed in."""

from __future__ import annotations

import streamlit as st

from core.access import store as access
from core.database import session
from core.demo import DEMO_USERNAME
from core.errors import UserError
from core.settings import settings
from pages.shared.actions import show_faults
from pages.shared.brand import entrance
from pages.shared.screens import Screen
from pages.shared.session import sign_in

_USERNAME = "sign_in_username"


def sign_in_form(destination: str | None = None) -> None:
    """Ask for name and password; `destination` is the screen that follows, as its title."""
    with session() as s:
        unclaimed = not access.is_claimed(s)
        registration = access.registration_open(s)
    note = f"to continue to {destination}" if destination else "Measure, plan and steer marketing spend"
    with entrance("Sign in", note):
        _form()
        if unclaimed:
            _how_to_claim()
        _other_ways(registration)


def _form() -> None:
    with st.form("sign_in", border=False, enter_to_submit=True):
        username = st.text_input("User name", key=_USERNAME, autocomplete="username")
        password = st.text_input(
            "Password", key="sign_in_password", type="password", autocomplete="current-password"
        )
        pressed = st.form_submit_button("Sign in", type="primary", width="stretch")
    if pressed:
        _try(username, password)


def _try(username: str, password: str) -> None:
    try:
        sign_in(username, password)
    except UserError as refused:
        show_faults(refused)
        return
    st.rerun()


def _how_to_claim() -> None:
    st.info(
        "This installation has no owner yet. Whoever runs it finds a one-time claim link in the terminal "
        "where Mixwright was started; opening that link makes the owner's account.",
        icon=":material/key:",
    )


def _other_ways(registration: bool) -> None:
    if settings().demo:
        st.button(
            "Look around with the demo account",
            width="stretch",
            on_click=_prefill_demo,
            icon=":material/explore:",
        )
        if st.session_state.get(_USERNAME) == DEMO_USERNAME:
            st.caption("The demo account's password was printed in the terminal where Mixwright was started.")
    if registration:
        st.page_link(str(Screen.REGISTER), label="Create an account", icon=":material/person_add:")


def _prefill_demo() -> None:
    st.session_state[_USERNAME] = DEMO_USERNAME
