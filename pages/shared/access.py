"""The check that every screen begins with: who is visiting, at which project, and whether they may."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from core.access import Permission
from core.access.visit import Visit
from pages.shared.entrance import sign_in_form
from pages.shared.layout import empty_state, page_header
from pages.shared.screens import PROJECT, Entry, Screen
from pages.shared.session import current_visit, remember_project


def open_screen(screen: Screen) -> Visit:
    """The visit of a screen that this person may open; else the run ends with the sign-in form or the reason.

    First statement of every screen for which one signs in, and of its fragments, which run without it.
    """
    visit = current_visit()
    if visit is None:
        sign_in_form()
        st.stop()
    if screen.access is Entry.OWNER and not visit.person.is_owner:
        page_header(screen.title)
        text = "Only the owner of this installation sees its machinery."
        empty_state("For the owner", text, icon=":material/lock:")
        st.stop()
    if isinstance(screen.access, Permission):
        project = visit.membership
        if project is None and PROJECT in st.query_params:
            _refuse("Not found", "There is no such project, or you are not a member of it.")
        if project is None:
            empty_state(
                "No project yet",
                "A project holds your data, models and plans. Create your first one.",
                icon=":material/workspaces:",
                button="Create a project",
                screen=Screen.PROJECTS,
                key="no_project",
            )
            st.stop()
        remember_project(project.project_id)
        if not project.allows(screen.access):
            _refuse(
                "Not part of your role",
                f"Your role in this project is {project.role}. Ask the project's owner if you need more.",
            )
    return visit


def open_to_everyone() -> Visit | None:
    """First statement of the few screens that need no sign-in; the visit if somebody is signed in."""
    return current_visit()


def _refuse(title: str, text: str) -> NoReturn:
    if empty_state(title, text, icon=":material/lock:", button="Go to my projects", key="refused"):
        remember_project(None)
        st.switch_page(Screen.PROJECTS.path)
    st.stop()
