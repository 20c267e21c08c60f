"""The one-time link from the terminal: whoever opens it makes the owner's account."""

from __future__ import annotations

import streamlit as st

from core.access import store as access
from core.database import session
from core.demo.store import join_demo
from pages.shared.account_form import ask_for_account, enter, token_from_address
from pages.shared.brand import entrance
from pages.shared.screens import Screen, go
from pages.shared.session import open_to_everyone

person = open_to_everyone()
if person is not None:
    go(Screen.HOME)

token = token_from_address()
with entrance("Claim this installation", "The owner invites the others and looks after the server"):
    if not token:
        st.info("Open the claim link that was printed in the terminal where Mixwright was started.")
        st.page_link(str(Screen.SIGN_IN), label="Sign in instead", icon=":material/login:")
    elif answers := ask_for_account("Create the owner's account"):

        def _claim() -> None:
            with session() as s:
                owner = access.claim(s, token, answers.username, answers.password, answers.display_name)
                join_demo(s, owner)

        enter(_claim, answers)
