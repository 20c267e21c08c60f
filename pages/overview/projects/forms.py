"""The dialogs that make a project and change its settings."""

from __future__ import annotations

import streamlit as st

from core.projects.project_info import ProjectInfo
from core.projects.store import projects
from pages.shared.actions import attempt
from pages.shared.screens import Screen, go
from pages.shared.session import choose_project

CURRENCIES = (
    "EUR",
    "USD",
    "GBP",
    "CHF",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "TRY",
    "INR",
    "JPY",
    "CNY",
    "AUD",
    "CAD",
    "BRL",
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
        projects.create_project, name, description=description, currency=currency, kpi_label=kpi_label
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
        projects.update_project,
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
