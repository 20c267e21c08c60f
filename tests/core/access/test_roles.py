"""The role matrix: each role includes the one below it, the tables and the document say the same."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.roles import DEMO_PERMISSIONS, ROLE_PERMISSIONS, Permission, Role
from core.access.store import seed_roles
from db.tables import RolePermission

WRITES = [p for p in Permission if p not in {"project:view", "export:download", "audit:view"}]


def test_each_role_includes_everything_of_the_role_below() -> None:
    for higher, lower in pairwise(Role):
        assert ROLE_PERMISSIONS[higher] > ROLE_PERMISSIONS[lower]
        assert higher.rank == lower.rank + 1


def test_the_owner_may_do_everything() -> None:
    assert ROLE_PERMISSIONS[Role.OWNER] == frozenset(Permission)


@pytest.mark.parametrize("permission", WRITES)
def test_neither_viewers_nor_the_demo_account_may_write(permission: Permission) -> None:
    assert permission not in ROLE_PERMISSIONS[Role.VIEWER]
    assert permission not in DEMO_PERMISSIONS


def test_deleting_the_project_is_the_owners_alone() -> None:
    assert [r for r in Role if Permission.PROJECT_DELETE in ROLE_PERMISSIONS[r]] == [Role.OWNER]


def test_the_tables_carry_the_matrix_and_seeding_again_mends_them(s: Session) -> None:
    kept = s.scalars(select(RolePermission).where(RolePermission.role == Role.VIEWER)).all()
    s.delete(kept[0])
    s.add(RolePermission(role=Role.VIEWER, permission=Permission.PROJECT_DELETE))
    s.flush()
    seed_roles(s)
    found = set(s.execute(select(RolePermission.role, RolePermission.permission)).tuples())
    assert found == {(role.value, p.value) for role, allowed in ROLE_PERMISSIONS.items() for p in allowed}


def matrix_table() -> str:
    """The matrix as a Markdown table, as it stands in docs/access.md."""
    head = "| permission | what it allows | " + " | ".join(Role) + " |"
    line = "|---|---|" + "---|" * len(Role)
    rows = [
        f"| `{permission}` | {permission.description} | "
        + " | ".join("yes" if permission in ROLE_PERMISSIONS[role] else "" for role in Role)
        + " |"
        for permission in Permission
    ]
    return "\n".join([head, line, *rows])


def test_the_document_shows_the_matrix_as_it_is() -> None:
    document = Path(__file__).parents[3] / "docs" / "access.md"
    assert matrix_table() in document.read_text()
