"""Members of the project and their roles, invitations, and for the owner every account."""

from __future__ import annotations

import streamlit as st

from core.access import Member, Permission, Role
from core.access import store as access
from core.database import session
from pages.admin.people.forms import invite_dialog, role_matrix, show_accounts
from pages.shared.access import open_screen
from pages.shared.actions import attempt
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import page_header, section
from pages.shared.screens import Screen
from pages.shared.session import may

visit = open_screen(Screen.PEOPLE)
person, project = visit.person, visit.project
may_manage = may(project, Permission.MEMBER_MANAGE)


def _set_role(username: str, key: str) -> None:
    attempt(access.set_role, project.project_id, username, st.session_state[key], done="Role changed")


def _remove(username: str) -> None:
    if username == person.username:
        attempt(access.leave, project.project_id, done="You are no longer a member")
        return
    attempt(access.remove_member, project.project_id, username, done=f"{username} is no longer a member")


def _revoke(number: int) -> None:
    attempt(access.revoke_invitation, project.project_id, number, done="Invitation withdrawn")


def _member_row(member: Member) -> None:
    key = f"role_{project.project_id}_{member.username}"
    with st.container(
        horizontal=True, vertical_alignment="center", border=True, key=f"member_{member.username}"
    ):
        with st.container(gap="xxsmall", width="stretch"):
            you = " (you)" if member.username == person.username else ""
            st.markdown(f"**{plain(member.display_name or member.username)}**{you}")
            st.caption(plain(member.username))
        if may_manage:
            st.selectbox(
                f"Role of {member.username}",
                list(Role),
                index=list(Role).index(Role(member.role)),
                format_func=str.capitalize,
                key=key,
                on_change=_set_role,
                args=(member.username, key),
                label_visibility="collapsed",
                width=150,
            )
            st.button(
                "Leave" if member.username == person.username else "Remove",
                key=f"remove_{member.username}",
                type="tertiary",
                on_click=_remove,
                args=(member.username,),
            )
        else:
            st.badge(str(member.role).capitalize(), color="gray")


with page_header("People", f"Who works in {project.project_name}"):
    if may_manage and st.button("Invite", type="primary", icon=":material/person_add:", key="invite"):
        invite_dialog(project)

with session() as s:
    members = access.members(s, person, project.project_id)
    open_invitations = access.invitations(s, person, project.project_id) if may_manage else []
    everyone = access.people(s, person) if person.is_owner else []
    is_open = access.registration_open(s)

for member in members:
    _member_row(member)

if open_invitations:
    section("Open invitations")
    for invitation in open_invitations:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.text(f"As {invitation.role}, until {day(invitation.expires_at.date())}", width="stretch")
            st.button(
                "Withdraw",
                key=f"revoke_{invitation.id}",
                type="tertiary",
                on_click=_revoke,
                args=(invitation.id,),
            )

role_matrix()
if person.is_owner:
    show_accounts(everyone, is_open)
