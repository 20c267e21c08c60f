"""Dialogs and tables about people: invite, role matrix, accounts of the installation."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.access import Account, Membership, Permission, Role
from core.access import store as access
from core.access.roles import ROLE_PERMISSIONS
from core.settings import settings
from pages.shared.actions import FAILED, attempt, user_errors
from pages.shared.escape import plain
from pages.shared.layout import section

WHAT_IT_MEANS: dict[str, Permission] = {
    "Look at data, models and plans": Permission.PROJECT_VIEW,
    "Download tables, charts and reports": Permission.EXPORT_DOWNLOAD,
    "Upload data": Permission.DATASET_UPLOAD,
    "Train models": Permission.MODEL_TRAIN,
    "Make and change plans": Permission.PLAN_EDIT,
    "Approve plans": Permission.PLAN_APPROVE,
    "Delete data and models": Permission.MODEL_DELETE,
    "See who changed what": Permission.AUDIT_VIEW,
    "Change the project's settings": Permission.PROJECT_EDIT,
    "Invite people and set roles": Permission.MEMBER_MANAGE,
    "Delete the project": Permission.PROJECT_DELETE,
}


def role_matrix() -> None:
    """Which role may do what, in plain words."""
    head = "| | " + " | ".join(role.capitalize() for role in Role) + " |"
    line = "|---|" + ":---:|" * len(Role)
    rows = [
        f"| {words} | "
        + " | ".join("✓" if permission in ROLE_PERMISSIONS[role] else "" for role in Role)
        + " |"
        for words, permission in WHAT_IT_MEANS.items()
    ]
    with st.expander("What each role may do", icon=":material/rule:"):
        st.markdown("\n".join([head, line, *rows]))


@st.dialog("Invite to the project", icon=":material/person_add:")
def invite_dialog(project: Membership) -> None:
    """Choose a role, get a link to hand over; it works once and for a week."""
    role = st.selectbox(
        "Role",
        [role for role in Role if role is not Role.OWNER],
        index=2,
        format_func=lambda role: f"{role.capitalize()}: {role.description[:1].lower()}{role.description[1:]}",
    )
    if st.button("Make the link", type="primary"):
        token = attempt(access.invite, project.project_id, role)
        if token is not FAILED:
            show_link("register", token, "Hand this link over; it works once, within a week.")


@st.dialog("Link for a new password", icon=":material/lock_reset:")
def reset_dialog(username: str) -> None:
    """The owner makes a link with which a person chooses a new password."""
    st.text(f"For {username}. The present password works until the link is used.")
    if st.button("Make the link", type="primary"):
        token = attempt(access.reset_link, username)
        if token is not FAILED:
            show_link("reset", token, "Hand this link over in private; it works once, within a day.")


def show_link(place: str, token: str, words: str) -> None:
    """A link that opens a screen with a token, ready to be copied."""
    st.code(f"{settings().public_url}/{place}?token={token}", language=None, wrap_lines=True)
    st.caption(words)


def show_accounts(everyone: Sequence[Account], is_open: bool) -> None:
    """The owner's list of all accounts of the installation, and whether strangers may register."""
    section("Accounts of this installation", f"{len(everyone)} in all; seen by the owner alone")
    st.toggle(
        "Anyone who reaches this server may create an account",
        value=is_open,
        key="registration_open",
        on_change=_set_registration,
    )
    for account in everyone:
        with st.container(
            horizontal=True, vertical_alignment="center", border=True, key=f"account_{account.username}"
        ):
            with st.container(gap="xxsmall", width="stretch"):
                st.markdown(f"**{plain(account.display_name or account.username)}**")
                st.caption(plain(account.username))
            if account.is_owner:
                st.badge("Owner", color="green")
            if account.is_demo:
                st.badge("Demo", color="gray")
            if not account.is_active:
                st.badge("Switched off", color="orange")
            if not account.is_owner and not account.is_demo:
                if st.button("New password", key=f"reset_{account.username}", type="tertiary"):
                    reset_dialog(account.username)
                label = "Switch off" if account.is_active else "Switch on"
                if st.button(label, key=f"active_{account.username}", type="tertiary"):
                    with user_errors():
                        attempt(access.set_active, account.username, not account.is_active)
                    st.rerun()


def _set_registration() -> None:
    is_open = bool(st.session_state["registration_open"])
    words = "Registration is open" if is_open else "Registration is closed; invitations still work"
    attempt(access.set_registration, is_open, done=words)
