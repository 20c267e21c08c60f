"""Measure / Promotion effects: the baseline, what discounts did, what they cost elsewhere."""

from __future__ import annotations

from core.access import Permission
from pages.parts.layout import page_header
from pages.parts.session import require_project

person, project = require_project(Permission.PROJECT_VIEW)
page_header("Promotion effects", "What discounts did to sales and margin, and how sure that is")
