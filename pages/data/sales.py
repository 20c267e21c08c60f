"""Data / Sales & promotions: the facts, their files, the catalogue, targets and segments."""

from __future__ import annotations

from core.access import Permission
from pages.parts.layout import page_header
from pages.parts.session import require_project

person, project = require_project(Permission.PROJECT_VIEW)
page_header("Sales & promotions", "What was sold, on which days it was promoted, and what is planned for")
