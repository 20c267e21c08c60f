"""The role matrix: the one place that says which role may do what in a project."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A member's role in a project, the mightiest first."""

    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    ANALYST = "analyst"
    VIEWER = "viewer"

    @property
    def rank(self) -> int:
        """1 for a viewer up to 5 for an owner; nobody hands out a role above their own."""
        return len(Role) - list(Role).index(self)

    @property
    def description(self) -> str:
        """One sentence for screens and documents."""
        return _ROLE_DESCRIPTIONS[self]


class Permission(StrEnum):
    """One thing that can be allowed, as `subject:action`."""

    PROJECT_VIEW = "project:view"
    PROJECT_EDIT = "project:edit"
    PROJECT_DELETE = "project:delete"
    MEMBER_MANAGE = "member:manage"
    DATASET_UPLOAD = "dataset:upload"
    DATASET_EDIT = "dataset:edit"
    DATASET_DELETE = "dataset:delete"
    MODEL_TRAIN = "model:train"
    MODEL_EDIT = "model:edit"
    MODEL_DELETE = "model:delete"
    PLAN_EDIT = "plan:edit"
    PLAN_DELETE = "plan:delete"
    PLAN_APPROVE = "plan:approve"
    EXPORT_DOWNLOAD = "export:download"
    AUDIT_VIEW = "audit:view"

    @property
    def description(self) -> str:
        """What it lets one do."""
        return _PERMISSION_DESCRIPTIONS[self]


_ROLE_DESCRIPTIONS = {
    Role.OWNER: "Everything, and the only role that can delete the project",
    Role.ADMIN: "Runs the project: its settings and its people",
    Role.MANAGER: "Decides: approves plans and clears away what is no longer needed",
    Role.ANALYST: "Works: uploads data, trains models, makes plans",
    Role.VIEWER: "Looks at everything and downloads it, changes nothing",
}

_PERMISSION_DESCRIPTIONS = {
    Permission.PROJECT_VIEW: "See the project and everything in it",
    Permission.PROJECT_EDIT: "Rename the project, change its currency and settings, archive it",
    Permission.PROJECT_DELETE: "Delete the project",
    Permission.MEMBER_MANAGE: "Invite people, change roles, remove members",
    Permission.DATASET_UPLOAD: "Upload data sets and new versions of them",
    Permission.DATASET_EDIT: "Rename, archive and duplicate data sets",
    Permission.DATASET_DELETE: "Delete data sets",
    Permission.MODEL_TRAIN: "Train models, train again, cancel a training",
    Permission.MODEL_EDIT: "Rename, archive and duplicate models, keep drafts",
    Permission.MODEL_DELETE: "Delete models",
    Permission.PLAN_EDIT: "Save and change budget plans and what-ifs",
    Permission.PLAN_DELETE: "Delete budget plans and what-ifs",
    Permission.PLAN_APPROVE: "Approve a plan",
    Permission.EXPORT_DOWNLOAD: "Download reports, tables and charts",
    Permission.AUDIT_VIEW: "See who changed what",
}

_VIEWER = frozenset({Permission.PROJECT_VIEW, Permission.EXPORT_DOWNLOAD})
_ANALYST = _VIEWER | {
    Permission.DATASET_UPLOAD,
    Permission.DATASET_EDIT,
    Permission.MODEL_TRAIN,
    Permission.MODEL_EDIT,
    Permission.PLAN_EDIT,
}
_MANAGER = _ANALYST | {
    Permission.DATASET_DELETE,
    Permission.MODEL_DELETE,
    Permission.PLAN_DELETE,
    Permission.PLAN_APPROVE,
    Permission.AUDIT_VIEW,
}
_ADMIN = _MANAGER | {Permission.PROJECT_EDIT, Permission.MEMBER_MANAGE}
_OWNER = _ADMIN | {Permission.PROJECT_DELETE}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _OWNER,
    Role.ADMIN: _ADMIN,
    Role.MANAGER: _MANAGER,
    Role.ANALYST: _ANALYST,
    Role.VIEWER: _VIEWER,
}

# The demo account may do no more than this, whatever role somebody gives it.
DEMO_PERMISSIONS = _VIEWER
