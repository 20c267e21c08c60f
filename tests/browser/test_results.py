"""Reading results in a real browser: charts are drawn, tabs open, files come down, phones can read it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pptx import Presentation

from tests.browser.conftest import OWNER, ROOT, Server, idle

pytestmark = pytest.mark.browser
TABS = ("Overview", "Channels", "Over time", "Curves", "Carry-over", "Diagnostics")


@pytest.fixture(scope="module")
def address(server: Server, owner_state: Any) -> str:
    """The address of the results of a model in the owner's project."""
    environment = {**os.environ, "MIXWRIGHT_HOME": str(server.home / "state"), "MIXWRIGHT_WORKER": "0"}
    environment.pop("DATABASE_URL", None)
    script = [sys.executable, "-m", "tests.pages.measure.kept", OWNER]
    said = subprocess.run(script, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert said.returncode == 0, said.stderr
    project, model = re.findall(r"\d+", said.stdout.splitlines()[-1])
    return f"/results?project={project}&model={model}"


@pytest.fixture
def results(owner_page: Page, address: str) -> Page:
    """The results on the owner's screen."""
    owner_page.goto(address)
    idle(owner_page)
    expect(owner_page.get_by_text("What to know")).to_be_visible()
    return owner_page


def drawn(page: Page) -> None:
    """Every chart of the open tab has been painted."""
    charts = page.get_by_test_id("stPlotlyChart")
    expect(charts.first.locator(".main-svg").first).to_be_visible()
    assert charts.count() >= 1
    for at in range(charts.count()):
        expect(charts.nth(at).locator(".main-svg").first).to_be_attached()


def fetched(page: Page, label: str) -> bytes:
    """The file behind a button of the export menu."""
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as coming:
        page.get_by_role("button", name=label).click()
    content = Path(coming.value.path()).read_bytes()
    page.keyboard.press("Escape")
    return content


def test_every_tab_draws_its_charts(results: Page, shot: Callable[[Page, str], None]):
    for tab in TABS:
        results.get_by_role("tab", name=tab, exact=True).click()
        idle(results)
        drawn(results)
        shot(results, f"results {tab.lower()}")


def test_the_address_brings_back_tab_and_intervals(results: Page, address: str):
    results.goto(f"{address}&tab=Curves&level=50+%25")
    idle(results)
    expect(results.get_by_role("tab", name="Curves")).to_have_attribute("aria-selected", "true")
    expect(results.get_by_text(re.compile("50.% interval")).first).to_be_visible()


def test_charts_have_names_for_those_who_cannot_see_them(results: Page):
    drawn(results)
    named = results.locator(
        '[data-testid="stPlotlyChart"] [aria-label], [data-testid="stPlotlyChart"][aria-label]'
    )
    assert named.count() >= 4


def test_the_exports_open_again(results: Page):
    slides = Presentation(BytesIO(fetched(results, "PowerPoint")))
    assert len(slides.slides) >= 7
    assert fetched(results, "PDF one-pager").startswith(b"%PDF-")
    book = load_workbook(BytesIO(fetched(results, "Excel workbook")))
    assert "Channels" in book.sheetnames
    assert b"Channel" in fetched(results, "CSV of channels")


def test_a_phone_shows_everything_without_scrolling_sideways(
    new_page: Callable[..., Page], owner_state: Any, address: str, shot: Callable[[Page, str], None]
):
    page = new_page(owner_state, viewport={"width": 390, "height": 844})
    page.goto(address)
    idle(page)
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    main = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert main <= 390
    shot(page, "results on a phone")


def test_it_is_accessible(results: Page):
    from axe_playwright_python.sync_playwright import Axe

    drawn(results)
    found = Axe().run(results, context="[data-testid='stMainBlockContainer']").response["violations"]
    grave = [item["id"] for item in found if item["impact"] == "critical"]
    assert not grave, grave
