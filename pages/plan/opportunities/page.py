"""Plan / Opportunities: the gap to a month's target and where a promotion could close it."""

from __future__ import annotations

from core.access import Permission
from pages.plan.opportunities.view import show_discovery
from pages.shared.layout import page_header
from pages.shared.session import require_project

person, project = require_project(Permission.PROJECT_VIEW)
page_header(
    "Opportunities", "Where a month falls short of its target, and which promotion could close the gap"
)
show_discovery(person, project)
