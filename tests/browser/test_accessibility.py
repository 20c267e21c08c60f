"""The frame and its screens for people who use a keyboard or a screen reader, and on a narrow display."""

from __future__ import annotations

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_screens_can_be_read_by_everybody(
    new_page: Callable[..., Page], owner_state: Any, scheme: str
) -> None:
    page = new_page(owner_state, color_scheme=scheme)
    make_project(page, f"Readable {scheme}")
    found: list[str] = []
    for path in SCREENS:
        page.goto(path)
        idle(page)
        found += faults(page)
    stranger = new_page(color_scheme=scheme)
    stranger.goto("/")
    idle(stranger)
    found += faults(stranger)
    assert not found, "\n".join(found)


def test_nothing_is_wider_than_a_narrow_display(new_page: Callable[..., Page], owner_state: Any) -> None:
    page = new_page(owner_state, viewport={"width": 390, "height": 844})
    for path in SCREENS:
        page.goto(path)
        idle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390, path


def test_no_screen_calls_out_to_the_internet(
    new_page: Callable[..., Page], owner_state: Any, server: Any
) -> None:
    page = new_page(owner_state)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in SCREENS:
        page.goto(path)
        idle(page)
    elsewhere = [url for url in asked if not url.startswith((server.url, "data:", "blob:", "ws://127.0.0.1"))]
    assert not elsewhere
