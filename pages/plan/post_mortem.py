"""Plan / Post-mortem: a promotion's forecast against what happened."""

from __future__ import annotations

from core.access import Permission
from pages.parts.layout import page_header
from pages.parts.session import require_project

person, project = require_project(Permission.PROJECT_VIEW)
page_header("Post-mortem", "What was forecast, what happened, and what to learn from it")
