"""The doors that the import checker cannot watch, because app.py is no package."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def imported(path: Path) -> set[str]:
    """The top-level names a file imports anywhere in it."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {
        name.split(".")[0]
        for name in plain | {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}
    }


def test_the_entry_point_never_reaches_around_core_into_the_database() -> None:
    assert "db" not in imported(ROOT / "app.py")


def test_no_screen_loads_anything_from_elsewhere() -> None:
    for path in [ROOT / ".streamlit/config.toml", *(ROOT / "static").glob("*")]:
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text, path
