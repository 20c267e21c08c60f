"""Plan / Promotions: build a promotion, see its figures and its verdict, save and compare."""

from __future__ import annotations

from core.access import Permission
from pages.parts.layout import page_header
from pages.parts.session import require_project

person, project = require_project(Permission.PROJECT_VIEW)
page_header(
    "Promotions", "Build a promotion and see at once what it sells, what it costs and whether it may run"
)
