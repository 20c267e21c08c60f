"""Make an account: by an invitation link, or freely where the owner has opened registration."""

from __future__ import annotations

import streamlit as st

from core.access import Invitation, Person
from core.access import store as access
from core.database import session
from core.errors import UserError
from pages.shared.account_form import ask_for_account, enter, token_from_address
from pages.shared.actions import attempt, show_faults
from pages.shared.brand import entrance
from pages.shared.escape import plain
from pages.shared.screens import Screen, go
from pages.shared.session import choose_project, open_to_everyone

person = open_to_everyone()
token = token_from_address()


def _invitation() -> Invitation | None:
    if not token:
        return None
    try:
        with session() as s:
            return access.invitation(s, token)
    except UserError as error:
        show_faults(error)
        st.stop()


def _accept(person: Person, invitation: Invitation) -> None:
    with entrance("You are invited", f"to the project “{invitation.project_name}” as {invitation.role}"):
        st.text(f"You are signed in as {person.username}.")
        if st.button("Join the project", type="primary", width="stretch") and (
            joined := attempt(access.accept_invitation, token)
        ):
            choose_project(joined.project_id)
            go(Screen.HOME, project=joined.project_id)


def _register(invitation: Invitation | None) -> None:
    note = "Your data stay on this server"
    if invitation is not None and invitation.project_name:
        note = f"You are invited to “{invitation.project_name}” as {invitation.role}"
    with entrance("Create an account", note):
        if answers := ask_for_account("Create account"):

            def _make() -> None:
                with session() as s:
                    access.register(s, answers.username, answers.password, answers.display_name, token)

            enter(_make, answers)
        st.page_link(str(Screen.SIGN_IN), label="I have an account: sign in", icon=":material/login:")


invitation = _invitation()
if person is not None and invitation is not None:
    _accept(person, invitation)
elif person is not None:
    go(Screen.HOME)
else:
    with session() as s:
        registration_open = access.registration_open(s)
    if invitation is None and not registration_open:
        with entrance("Create an account", "Accounts are made by invitation here"):
            st.info(plain("Ask a member of the project for an invitation link."), icon=":material/mail:")
            st.page_link(str(Screen.SIGN_IN), label="Sign in", icon=":material/login:")
    else:
        _register(invitation)
