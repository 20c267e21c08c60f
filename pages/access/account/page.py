"""One's own account: name, password, sessions elsewhere, sign out."""

from __future__ import annotations

import streamlit as st

from core.access import store as access
from core.database import session
from pages.shared.access import open_screen
from pages.shared.actions import FAILED, attempt
from pages.shared.entrance import ask_for_new_password
from pages.shared.formatting import moment
from pages.shared.layout import card, page_header, section
from pages.shared.screens import Screen
from pages.shared.session import session_number, sign_out

visit = open_screen(Screen.ACCOUNT)
person = visit.person

with page_header("Account", f"Signed in as {person.username}"):
    st.button("Sign out", icon=":material/logout:", on_click=sign_out, key="account_sign_out")

if person.is_demo:
    st.info("This is the shared demo account: it can look at everything and change nothing.")


def _name_card() -> None:
    with card(), st.form("display_name", border=False):
        section("Your name", "How others see you in lists and in the audit trail")
        name = st.text_input("Name", value=person.display_name or "", max_chars=80, disabled=person.is_demo)
        if st.form_submit_button("Save name", disabled=person.is_demo) and (
            attempt(access.rename_person, name, done="Name saved") is not FAILED
        ):
            st.rerun()


def _browsers_card() -> None:
    with card():
        section("Other browsers", "Ends every session of this account except this one")
        if st.button("Sign out everywhere else", icon=":material/devices:", disabled=person.is_demo) and (
            attempt(access.sign_out_everywhere, session_number(), done="All other browsers are signed out")
            is not FAILED
        ):
            st.rerun()


def _password_card() -> None:
    with card(), st.form("password", border=False, clear_on_submit=True):
        section("Password", "Every other browser is signed out when it changes")
        old = st.text_input(
            "Present password", type="password", autocomplete="current-password", disabled=person.is_demo
        )
        new = ask_for_new_password("New password")
        if (
            st.form_submit_button("Change password", disabled=person.is_demo)
            and new is not None
            and (
                attempt(access.change_password, old, new, session_number(), done="Password changed")
                is not FAILED
            )
        ):
            st.rerun()


with st.grid(2, min_column_width=320):
    with st.container():
        _name_card()
        _browsers_card()
    _password_card()

section("Recent sign-ins", "Where this account was used, failed tries included")
with session() as s:
    tries = access.login_history(s, person, limit=20)
st.dataframe(
    [
        {
            "When": moment(entry.at),
            "From": entry.address,
            "Result": "Signed in" if entry.succeeded else "Refused",
        }
        for entry in tries
    ],
    hide_index=True,
    width="stretch",
)
