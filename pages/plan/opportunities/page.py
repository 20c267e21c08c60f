"""Plan / Opportunities: the gap to a month's target and where a promotion could close it."""

from __future__ import annotations

from pages.plan.opportunities.view import show_opportunities
from pages.shared.access import open_screen
from pages.shared.layout import page_header
from pages.shared.screens import Screen

visit = open_screen(Screen.OPPORTUNITIES)
person, project = visit.person, visit.project
page_header(
    "Opportunities", "Where a month falls short of its target, and which promotion could close the gap"
)
show_opportunities(person, project)
