"""Planning in the browser: optimise, save, reload, reopen; a slider changes the figures at once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OWNER, ROOT, Server, idle
from tests.browser.test_access import make_project

SLOWEST_SLIDER = 1.5  # seconds on a busy machine; about 0.2 on an idle one


@pytest.fixture(scope="module")
def planned(server: Server, owner_state: Any, browser: Any, browser_context_args: dict[str, Any]) -> int:
    """A project of the owner with a small trained model; its id."""
    context = browser.new_context(**browser_context_args, storage_state=owner_state, base_url=server.url)
    project = make_project(context.new_page(), "Planned shop")
    context.close()
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"MIXWRIGHT_HOME": str(server.home / "state"), "MIXWRIGHT_WORKER": "0"}
    subprocess.run(
        [sys.executable, "-m", "tests.pages.plan.trained", OWNER, str(project)],
        cwd=ROOT, env=environment, check=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return project


def _save(page: Page, name: str) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"scenario=\d+"))
    idle(page)


def _figure(page: Page, label: str) -> str:
    metric = page.get_by_test_id("stMetric").filter(has_text=label).first
    return metric.get_by_test_id("stMetricValue").inner_text()


def test_a_plan_is_optimised_saved_and_found_again(
    owner_page: Page, planned: int, shot: Callable[[Page, str], None]
) -> None:
    page = owner_page
    page.goto(f"/optimization?project={planned}")
    page.get_by_role("button", name="Optimise").click()
    expect(page.get_by_text("The probability that it beats")).to_be_visible(timeout=30_000)
    idle(page)
    gain = _figure(page, "Gain")
    shot(page, "plan_budget")
    _save(page, "Spring plan")
    page.reload()
    expect(page.get_by_text("Spring plan", exact=True)).to_be_visible(timeout=20_000)
    idle(page)
    assert _figure(page, "Gain") == gain
    page.get_by_role("tab", name="Saved plans").click()
    page.locator('[class*="st-key-plan_open_"]').get_by_role("button").click()
    expect(page.get_by_role("tab", name="Plan", exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("The probability that it beats")).to_be_visible()
    page.get_by_role("button", name="New", exact=True).click()
    page.wait_for_url(lambda address: "scenario=" not in address)
    expect(page.get_by_text("Spring plan", exact=True)).to_have_count(0)


def test_a_slider_changes_the_figures_at_once(
    owner_page: Page, planned: int, shot: Callable[[Page, str], None]
) -> None:
    page = owner_page
    page.goto(f"/scenarios?project={planned}")
    slider = page.get_by_role("slider").first
    expect(slider).to_be_visible(timeout=30_000)
    idle(page)
    before = _figure(page, "Spend")
    slider.focus()
    began = time.monotonic()
    page.keyboard.press("ArrowRight")
    metric = page.get_by_test_id("stMetric").filter(has_text="Spend").first.get_by_test_id("stMetricValue")
    expect(metric).not_to_have_text(before)
    assert time.monotonic() - began < SLOWEST_SLIDER
    expect(page.get_by_text("more than recent spend")).to_be_visible()
    shot(page, "plan_scenario")
    _save(page, "More TV")
    difference = _figure(page, "Difference")
    page.reload()
    expect(page.get_by_text("More TV", exact=True)).to_be_visible(timeout=20_000)
    idle(page)
    assert _figure(page, "Difference") == difference


@pytest.mark.parametrize("address", ["/optimization", "/scenarios"])
def test_the_planning_screens_are_accessible(owner_page: Page, planned: int, address: str) -> None:
    page = owner_page
    page.goto(f"{address}?project={planned}")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible(timeout=30_000)
    idle(page)
    found = Axe().run(page).response["violations"]
    assert not [
        f"{fault['id']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found
        if fault["impact"] == "critical"
    ]
