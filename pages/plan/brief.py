"""Plan / Creative brief: what the creative team needs to make a planned promotion."""

from __future__ import annotations

from core.access import Permission
from pages.parts.layout import page_header
from pages.parts.session import require_project

person, project = require_project(Permission.PROJECT_VIEW)
page_header("Creative brief", "From a saved promotion to a brief the creative team can work with")
