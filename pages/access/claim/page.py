"""The one-time link from the terminal: whoever opens it makes the owner's account."""

from __future__ import annotations

import streamlit as st

from core.access import store as access
from core.database import session
from core.demo.store import join_demo
from pages.shared.access import open_to_everyone
from pages.shared.entrance import ask_for_account, enter, entrance, link_to_sign_in, token_from_address
from pages.shared.screens import Screen, go

visit = open_to_everyone()
if visit is not None:
    go(Screen.HOME)

token = token_from_address()
with entrance("Claim this installation", "The owner invites the others and looks after the server"):
    if not token:
        st.info("Open the claim link that was printed in the terminal where Mixwright was started.")
        link_to_sign_in("Sign in instead")
    elif account := ask_for_account("Create the owner's account"):

        def claim() -> str:
            """Make the owner's account, a member of the demo project."""
            with session() as s:
                owner = access.claim(s, token, account.username, account.password, account.display_name)
                join_demo(s, owner)
            return account.username

        enter(claim, account.password)
