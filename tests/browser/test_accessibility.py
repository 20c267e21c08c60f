"""The frame and its screens for people who use a keyboard or a screen reader, and on a narrow display."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import idle
from tests.browser.test_access import make_project

SCREENS = (
    *("/", "/projects", "/people", "/audit", "/system", "/account"),
    *("/sales", "/promotion_effects", "/opportunities", "/promotions", "/brief", "/post_mortem"),
)
NARROW, SETTLED_WITHIN_SECONDS = 390, 20.0
WIDTHS = "document.documentElement.scrollWidth, document.querySelector('[data-testid=stMain]').scrollWidth"
# What Streamlit's own frame does, and no app can change: its landmarks, and lists within lists of its menu.
FRAME_RULES = {"heading-order", "region", "landmark-one-main", "landmark-unique", "list", "listitem"}


def faults(page: Page) -> list[str]:
    """Serious faults that axe finds on the page, one line each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {fault['id']} {fault['nodes'][0]['html'][:120]} {fault['nodes'][0]['failureSummary']}"
        for fault in found
        if fault["impact"] in ("serious", "critical") and fault["id"] not in FRAME_RULES
    ]


def too_wide(page: Page) -> list[str]:
    """The page's address where something is wider than a narrow display or scrolls sideways on it."""
    usual, until = page.viewport_size, time.monotonic() + SETTLED_WITHIN_SECONDS
    page.set_viewport_size({"width": NARROW, "height": 844})
    while (width := page.evaluate(f"Math.max({WIDTHS})")) > NARROW and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert usual is not None
    page.set_viewport_size(usual)
    return [f"{page.url}: {width} pixels wide"] if width > NARROW else []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_can_be_read_by_everybody_fits_a_phone_and_calls_nobody(
    new_page: Callable[..., Page], owner_state: Any, server: Any, scheme: str
) -> None:
    page = new_page(owner_state, color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    make_project(page, f"Readable {scheme}")
    found: list[str] = []
    for path in SCREENS:
        page.goto(path)
        idle(page)
        found += faults(page) + too_wide(page)
    stranger = new_page(color_scheme=scheme)
    stranger.goto("/")
    idle(stranger)
    found += faults(stranger)
    assert not found, "\n".join(found)
    elsewhere = [url for url in asked if not url.startswith((server.url, "data:", "blob:", "ws://127.0.0.1"))]
    assert not elsewhere
