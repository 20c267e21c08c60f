"""What holds for every screen, whoever made it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from core.access import Person, Role
from core.data.dataset_info import DatasetInfo
from core.database import session
from pages.shared.screens import Entry, Screen
from tests.pages.conftest import Opened, everything_shown
from tests.pages.data.conftest import sample  # noqa: F401  (a fixture)
from tests.pages.measure.kept import keep_readable, readable_model

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "pages").rglob("page.py"))
MOST_TRANSACTIONS = 3


def name_of(value: object) -> str:
    """A screen's or a file's name in the list of tests."""
    return value.address if isinstance(value, Screen) else str(value)


def first_statement(path: Path) -> str:
    """The first statement that acts, as source: imports, definitions and CONSTANTS do not act yet."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
            continue
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not docstring and not is_constant(node):
            return ast.unparse(node)
    return ""


def is_constant(node: ast.stmt) -> bool:
    """Whether a statement gives values to names in capitals."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    names = [part for target in targets for part in getattr(target, "elts", [target])]
    return all(isinstance(name, ast.Name) and name.id.isupper() for name in names)


def test_every_page_is_a_screen_of_the_table() -> None:
    assert [str(path.relative_to(ROOT)) for path in PAGES] == sorted(screen.path for screen in Screen)
    addresses = [screen.address for screen in Screen]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("screen", Screen, ids=name_of)
def test_a_screen_asks_who_it_is_before_anything_else(screen: Screen) -> None:
    statement = first_statement(ROOT / screen.path)
    if screen.access is Entry.ANYONE:
        assert "open_to_everyone(" in statement
    else:
        assert statement == f"visit = open_screen(Screen.{screen.name})"


def test_no_screen_lies_flat_where_streamlit_would_discover_it() -> None:
    assert [path.name for path in (ROOT / "pages").glob("*.py")] == ["__init__.py"]


def test_the_sign_in_keys_are_used_by_the_session_module_only() -> None:
    own = ROOT / "pages/shared/session.py"
    files = [path for path in (ROOT / "pages").rglob("*.py") if path != own and "_auth_" in path.read_text()]
    assert files == []


@pytest.mark.parametrize("screen", [s for s in Screen if not isinstance(s.access, Entry)], ids=name_of)
def test_a_project_is_hidden_from_who_is_no_member(
    screen: Screen, open_page: Opened, stranger: Person
) -> None:
    app = open_page(screen, person=stranger)
    assert not app.exception
    assert "There is no such project, or you are not a member of it." in everything_shown(app)


@pytest.fixture
def full_project(owner: Person, project_id: int, sample: DatasetInfo) -> int:  # noqa: F811
    """A project with a data set and a trained model."""
    keep_readable(owner.id, project_id, readable_model(), "Weekly model")
    return project_id


@contextmanager
def transactions() -> Iterator[list[object]]:
    """One entry for each transaction that the block begins."""
    begun: list[object] = []

    def note(connection: object) -> None:
        begun.append(connection)

    event.listen(Engine, "begin", note)
    try:
        yield begun
    finally:
        event.remove(Engine, "begin", note)


@pytest.mark.parametrize("screen", [s for s in Screen if s.access is not Entry.ANYONE], ids=name_of)
def test_a_plain_click_takes_few_transactions(
    screen: Screen,
    open_page: Opened,
    sample: DatasetInfo,  # noqa: F811
    full_project: int,
) -> None:
    app = open_page(screen, dataset=sample.id)
    assert not app.exception
    with transactions() as begun:
        app.run()
    assert not app.exception
    assert len(begun) <= MOST_TRANSACTIONS


def test_the_count_sees_every_transaction(owner: Person) -> None:
    with transactions() as begun:
        for _ in range(2):
            with session():
                pass
    assert len(begun) == 2


def test_a_role_is_enough_for_each_screen_it_names(
    open_page: Opened, new_member: object, full_project: int
) -> None:
    viewer = new_member(Role.VIEWER)  # type: ignore[operator]
    refused = {s for s in Screen if "Not part of your role" in everything_shown(open_page(s, person=viewer))}
    assert refused == {Screen.AUDIT}
