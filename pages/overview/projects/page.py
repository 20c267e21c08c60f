"""All projects of a person: make one, open it, change its settings, rename, duplicate, archive, delete."""

from __future__ import annotations

import streamlit as st

from core.access import Person
from core.database import session
from core.projects import store
from core.projects.project_info import ProjectInfo
from core.projects.store import duplicate_project
from pages.shared.access import open_screen
from pages.shared.actions import ItemActions, attempt, item_menu
from pages.shared.layout import card, empty_state, page_header, plain
from pages.shared.screens import Screen, go
from pages.shared.session import choose_project

visit = open_screen(Screen.PROJECTS)
person = visit.person

ACTIONS = ItemActions(
    rename=store.rename_project,
    duplicate=duplicate_project,
    archive=store.archive_project,
    unarchive=store.unarchive_project,
    delete=store.delete_project,
    restore=store.restore_project,
)
EDITORS = {"owner", "admin", "manager"}
DELETERS = {"owner", "admin"}
CURRENCIES = (
    *("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN"),
    *("CZK", "TRY", "INR", "JPY", "CNY", "AUD", "CAD", "BRL"),
)


@st.dialog("New project", icon=":material/workspaces:")
def create_dialog() -> None:
    """Ask for a name, currency and KPI; make the project and go to its home."""
    with st.form("create_project", border=False):
        name = st.text_input("Name", max_chars=120, placeholder="Brand, market or client", key="project_name")
        currency = _currency("EUR")
        kpi_label = st.text_input("What is measured (KPI)", value="Revenue", max_chars=40, key="project_kpi")
        description = st.text_area(
            "Description (optional)", max_chars=2000, height=90, key="project_description"
        )
        pressed = st.form_submit_button("Create project", type="primary")
    if not pressed:
        return
    made = attempt(
        store.create_project, name, description=description, currency=currency, kpi_label=kpi_label
    )
    if made:
        choose_project(made.id)
        go(Screen.HOME, project=made.id)


@st.dialog("Project settings", icon=":material/tune:")
def settings_dialog(project: ProjectInfo) -> None:
    """Change what a project measures and in which currency."""
    with st.form(f"project_settings_{project.id}", border=False):
        currency = _currency(project.currency)
        kpi_label = st.text_input("What is measured (KPI)", value=project.kpi_label, max_chars=40)
        description = st.text_area("Description", value=project.description, max_chars=2000, height=90)
        st.caption("The currency is a label: changing it converts no figures.")
        pressed = st.form_submit_button("Save", type="primary")
    if pressed and attempt(
        store.update_project,
        project.id,
        description=description,
        currency=currency,
        kpi_label=kpi_label,
        done="Settings saved",
    ):
        st.rerun()


def _currency(present: str) -> str:
    codes = list(dict.fromkeys((present, *CURRENCIES)))
    return st.selectbox("Currency", codes, accept_new_options=True)


def _counts(project: ProjectInfo) -> str:
    def some(count: int, noun: str) -> str:
        return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

    return " · ".join(
        [
            some(project.datasets, "data set"),
            some(project.models, "model"),
            some(project.scenarios, "plan"),
            some(project.members, "member"),
        ]
    )


def _open(project_id: int) -> None:
    choose_project(project_id)


def _card(project: ProjectInfo, person: Person) -> None:
    may_edit = project.role in EDITORS and not person.is_demo
    may_delete = project.role in DELETERS and not person.is_demo
    with card(key=f"project_{project.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(project.name)}**", width="stretch")
            if project.is_demo:
                st.badge("Demo", color="gray")
            item_menu(
                "project",
                project.id,
                project.name,
                ACTIONS,
                key=f"project_menu_{project.id}",
                archived=project.archived,
                may_edit=may_edit,
                may_delete=may_delete,
            )
        if project.description:
            st.text(project.description)
        st.caption(
            f"{_counts(project)}  \n{plain(project.kpi_label)} in {project.currency}"
            f" · your role: {project.role}"
        )
        with st.container(horizontal=True):
            if not project.archived and st.button(
                "Open", key=f"open_{project.id}", type="primary", on_click=_open, args=(project.id,)
            ):
                go(Screen.HOME, project=project.id)
            if may_edit and st.button("Settings", key=f"settings_{project.id}", icon=":material/tune:"):
                settings_dialog(project)


with page_header("Projects", "A project holds data, models and plans; its members see nothing of the others"):
    archived = st.toggle("Archived", key="projects_archived", bind="query-params")
    if not person.is_demo and st.button(
        "New project", type="primary", icon=":material/add:", key="new_project"
    ):
        create_dialog()

with session() as s:
    projects = store.projects(s, person, archived=archived)

if projects:
    with st.grid(3, min_column_width=290):
        for project in projects:
            _card(project, person)
elif archived:
    empty_state(
        "Nothing archived", "Archived projects rest here until you bring them back.", key="no_archived"
    )
elif empty_state(
    "No project yet",
    "Create a project for one brand, market or client; then upload its data.",
    icon=":material/workspaces:",
    button=None if person.is_demo else "Create a project",
    key="no_projects",
):
    create_dialog()
