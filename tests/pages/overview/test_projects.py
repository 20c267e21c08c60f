"""The list of projects: make, rename, duplicate, archive, delete, undo."""

from __future__ import annotations

from collections.abc import Callable

from core.access import Person, Role
from core.database import session
from core.projects import store as projects
from pages.shared.screens import Screen
from tests.pages.conftest import Opened, everything_shown

PROJECTS = Screen.PROJECTS


def names(person: Person, archived: bool = False) -> list[str]:
    """The names of a person's projects as kept."""
    with session() as s:
        return sorted(project.name for project in projects.projects(s, person, archived=archived))


def choose_entry(app: object, project_id: int, word: str) -> None:
    """Chooses an entry of a project's menu."""
    menu = app.menu_button(key=f"project_menu_{project_id}")  # type: ignore[attr-defined]
    menu.click(next(option for option in menu.options if word in option)).run()


def test_a_deleted_project_comes_back_by_undo(open_page: Opened, owner: Person, project_id: int) -> None:
    app = open_page(PROJECTS)
    choose_entry(app, project_id, "Delete")
    assert names(owner) == []
    assert "“Shop” deleted" in everything_shown(app)
    app.button(key="undo").click().run()
    assert names(owner) == ["Shop"]
    assert "deleted" not in everything_shown(app)


def test_an_archived_project_rests_in_the_archive(open_page: Opened, owner: Person, project_id: int) -> None:
    app = open_page(PROJECTS)
    choose_entry(app, project_id, "Archive")
    assert names(owner) == []
    assert names(owner, archived=True) == ["Shop"]
    app.toggle(key="projects_archived").set_value(True).run()
    choose_entry(app, project_id, "Bring back")
    assert names(owner) == ["Shop"]


def test_a_duplicate_stands_beside_the_original(open_page: Opened, owner: Person, project_id: int) -> None:
    choose_entry(open_page(PROJECTS), project_id, "Duplicate")
    assert len(names(owner)) == 2


def test_a_viewer_is_offered_no_changes(open_page: Opened, new_member: Callable[[Role], Person]) -> None:
    app = open_page(PROJECTS, person=new_member(Role.VIEWER))
    assert "Shop" in everything_shown(app)
    assert "Settings" not in [button.label for button in app.button]
    assert not app.menu_button


def test_a_stranger_sees_nothing_of_the_project(open_page: Opened, stranger: Person) -> None:
    app = open_page(PROJECTS, person=stranger, project=None)
    assert "Shop" not in everything_shown(app)
    assert "No project yet" in everything_shown(app)
