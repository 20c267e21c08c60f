"""A new password by the link that the owner handed over."""

from __future__ import annotations

import streamlit as st

from core.access import store as access
from core.database import session
from pages.shared.access import open_to_everyone
from pages.shared.entrance import ask_for_new_password, enter, entrance, link_to_sign_in, token_from_address

open_to_everyone()
token = token_from_address()
with entrance("Choose a new password", "All other sessions of the account end"):
    if not token:
        st.info("Ask the owner of this installation for a link to choose a new password.")
        link_to_sign_in()
    else:
        with st.form("reset", border=False):
            password = ask_for_new_password()
            pressed = st.form_submit_button("Save and sign in", type="primary", width="stretch")
        if pressed and password is not None:

            def reset() -> str:
                """Set the password; the name of the account that the link is for."""
                with session() as s:
                    return access.reset_password(s, token, password).username

            enter(reset, password)
