"""A new password by the link that the owner handed over."""

from __future__ import annotations

import streamlit as st

from core.access import Person
from core.access import store as access
from core.database import session
from core.errors import UserError
from pages.shared.account_form import ask_for_new_password, token_from_address
from pages.shared.actions import show_faults
from pages.shared.brand import entrance
from pages.shared.screens import Screen, go
from pages.shared.session import open_to_everyone, sign_in

open_to_everyone()
token = token_from_address()


def _reset(password: str) -> Person | None:
    try:
        with session() as s:
            person = access.reset_password(s, str(token), password)
        sign_in(person.username, password)
    except UserError as refused:
        show_faults(refused)
        return None
    return person


with entrance("Choose a new password", "All other sessions of the account end"):
    if not token:
        st.info("Ask the owner of this installation for a link to choose a new password.")
        st.page_link(str(Screen.SIGN_IN), label="Sign in", icon=":material/login:")
    else:
        with st.form("reset", border=False):
            password = ask_for_new_password()
            pressed = st.form_submit_button("Save and sign in", type="primary", width="stretch")
        if pressed and password is not None and _reset(password):
            go(Screen.HOME)
