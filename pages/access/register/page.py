"""Make an account: by an invitation link, or freely where the owner has opened registration."""

from __future__ import annotations

import streamlit as st

from core.access import Invitation, Person
from core.access import store as access
from core.database import session
from core.errors import UserError
from pages.shared.access import open_to_everyone
from pages.shared.actions import attempt, show_faults
from pages.shared.entrance import ask_for_account, enter, entrance, link_to_sign_in, token_from_address
from pages.shared.escape import plain
from pages.shared.screens import Screen, go
from pages.shared.session import choose_project

visit = open_to_everyone()
token = token_from_address()


def accept(person: Person, invitation: Invitation) -> None:
    """Join the project as the person who is signed in."""
    with entrance("You are invited", f"to the project “{invitation.project_name}” as {invitation.role}"):
        st.text(f"You are signed in as {person.username}.")
        if st.button("Join the project", type="primary", width="stretch") and (
            joined := attempt(access.accept_invitation, token)
        ):
            choose_project(joined.project_id)
            go(Screen.HOME, project=joined.project_id)


def register(invitation: Invitation | None) -> None:
    """Make an account, with the invitation where there is one."""
    note = "Your data stay on this server"
    if invitation is not None and invitation.project_name:
        note = f"You are invited to “{invitation.project_name}” as {invitation.role}"
    with entrance("Create an account", note):
        if account := ask_for_account("Create account"):

            def make() -> str:
                with session() as s:
                    access.register(s, account.username, account.password, account.display_name, token)
                return account.username

            enter(make, account.password)
        link_to_sign_in("I have an account: sign in")


try:
    with session() as s:
        invitation = access.invitation(s, token) if token else None
        registration_open = access.registration_open(s)
except UserError as error:
    show_faults(error)
    st.stop()
if visit is not None and invitation is not None:
    accept(visit.person, invitation)
elif visit is not None:
    go(Screen.HOME)
elif invitation is not None or registration_open:
    register(invitation)
else:
    with entrance("Create an account", "Accounts are made by invitation here"):
        st.info(plain("Ask a member of the project for an invitation link."), icon=":material/mail:")
        link_to_sign_in()
