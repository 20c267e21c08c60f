"""What holds for every screen, whoever made it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for path in (ROOT / "pages").rglob("*.py")
    if path.name != "__init__.py" and "parts" not in path.parts
)
BEFORE_THE_DOOR = {"sign_in.py", "register.py", "claim.py", "reset.py"}


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


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_screen_asks_who_it_is_before_anything_else(path: Path) -> None:
    statement = first_statement(path)
    asks = "require_person(" in statement or "require_project(" in statement
    open_door = path.parent.name == "access" and path.name in BEFORE_THE_DOOR
    assert asks or (open_door and "open_to_everyone(" in statement), statement


def test_no_screen_lies_flat_where_streamlit_would_discover_it() -> None:
    assert [path.name for path in (ROOT / "pages").glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_screens_use_sign_in_keys_through_the_session_module_only(path: Path) -> None:
    assert "_auth_" not in path.read_text()
