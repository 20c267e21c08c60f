"""Screens under AppTest: a database of the test's own, people in it, and screens opened as one of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.access import Person, Role
from core.access import store as access
from core.access.store.accounts import add_account
from core.database import session
from core.projects.store import create_project
from pages.shared.screens import Screen
from tests.conftest import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30

Opened = Callable[..., AppTest]


@pytest.fixture
def owner(empty_database: str) -> Person:
    """The owner of the installation, who has one project."""
    st.cache_data.clear()
    st.cache_resource.clear()
    with session() as s:
        return add_account(s, "olga", PASSWORD, "Olga", is_owner=True)


@pytest.fixture
def project_id(owner: Person) -> int:
    """A project of the owner, nothing in it."""
    with session() as s:
        return create_project(s, owner, "Shop", currency="EUR", kpi_label="Revenue").id


@pytest.fixture
def stranger(owner: Person) -> Person:
    """Somebody who is a member of nothing."""
    with session() as s:
        return add_account(s, "sara", PASSWORD, "Sara")


@pytest.fixture
def new_member(project_id: int) -> Callable[[Role], Person]:
    """Makes a member of the project: `new_member(Role.VIEWER)`."""

    def make(role: Role) -> Person:
        with session() as s:
            person = add_account(s, f"the-{role}", PASSWORD, str(role).capitalize())
            access.join_as(s, project_id, person.id, role)
        return person

    return make


@pytest.fixture
def signed_out_page(empty_database: str) -> Opened:
    """Opens a screen as nobody: `signed_out_page(Screen.RESET, token="...")`."""

    def open_it(screen: Screen | str | None = None, **query: int | str) -> AppTest:
        return _opened(AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS), screen, query)

    return open_it


@pytest.fixture
def open_page(owner: Person, project_id: int) -> Opened:
    """Opens a screen signed in, by default as the owner: `open_page(Screen.RESULTS, person=..., model=1)`."""

    def open_it(
        screen: Screen | str | None = None,
        *,
        person: Person | None = None,
        project: int | None = project_id,
        **query: int | str,
    ) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
        with session() as s:
            app.session_state["_auth_session"] = access.sign_in(
                s, (person or owner).username, PASSWORD, "127.0.0.1"
            ).session_id
        if project is not None:
            query["project"] = project
        return _opened(app, screen, query)

    return open_it


def _opened(app: AppTest, screen: Screen | str | None, query: dict[str, int | str]) -> AppTest:
    for name, value in query.items():
        app.query_params[name] = str(value)
    app.run()
    if screen is not None:
        # Switching happens after the first run, which registers the screens under their addresses.
        app.switch_page(screen.path if isinstance(screen, Screen) else screen)
        for name, value in query.items():
            app.query_params[name] = str(value)
        app.run()
    return app


def shown(text: str) -> str:
    """What a reader sees of text that was escaped for Markdown."""
    return text.replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")


def everything_shown(app: AppTest) -> str:
    """All text of a screen in one string: titles, text, captions, Markdown, alerts."""
    kinds = (app.title, app.subheader, app.text, app.caption, app.markdown, app.info, app.warning, app.error)
    return shown("\n".join(str(element.value) for kind in kinds for element in kind))
