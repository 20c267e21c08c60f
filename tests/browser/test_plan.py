"""Planning in the browser: optimise within limits, save, reopen; scenarios, workbooks, frozen plans, link."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    LONGEST_MS,
    OWNER,
    ROOT,
    Server,
    becomes,
    fill_account,
    idle,
    wait_for_cookie,
)
from tests.browser.test_access import invitation_link, make_project


@pytest.fixture(scope="module")
def planned(server: Server, owner_state: Any, browser: Any, browser_context_args: dict[str, Any]) -> int:
    """A project of the owner with a small trained model; its id."""
    context = browser.new_context(**browser_context_args, storage_state=owner_state, base_url=server.url)
    context.set_default_timeout(LONGEST_MS)
    project = make_project(context.new_page(), "Planned shop")
    context.close()
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"MIXWRIGHT_HOME": str(server.home / "state"), "MIXWRIGHT_WORKER": "0"}
    subprocess.run(
        [sys.executable, "-m", "tests.pages.plan.trained", OWNER, str(project)],
        cwd=ROOT, env=environment, check=True, timeout=600, stdin=subprocess.DEVNULL,
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


def _figures(page: Page) -> list[str]:
    """Every key figure as it is shown."""
    idle(page)
    return page.get_by_test_id("stMetric").all_inner_texts()


def _type_into(page: Page, row: int, column: float, value: str) -> None:
    """Type an amount into the first table; `column` is a share of its width."""
    table = page.get_by_test_id("stDataFrame").first
    table.click(position={"x": column * (table.bounding_box() or {})["width"], "y": 36 + 35 * row + 17})
    page.keyboard.press("Enter")
    field = page.locator(".gdg-input")
    expect(field).to_be_visible()
    field.fill(value)
    page.keyboard.press("Enter")


def _group_and_lock(page: Page) -> None:
    """Search and social together at most 150,000; search as it is."""
    page.get_by_text("Limits, timing and risk").click()
    page.get_by_role("tab", name="Groups").click()
    page.get_by_role("button", name="Add a group").click()
    page.get_by_label("Name of the group").fill("Online")
    page.keyboard.press("Enter")
    channels = page.get_by_test_id("stMultiSelect").filter(has_text="Channels").get_by_role("combobox")
    channels.click()
    for name in ("Search", "Social"):
        page.get_by_role("option", name=name).click()
    page.keyboard.press("Escape")
    page.get_by_label("At most (EUR)").fill("150000")
    page.keyboard.press("Tab")
    expect(page.get_by_text("“Online” at most")).to_be_visible()
    page.get_by_role("tab", name="Channels", exact=True).click()
    table = page.get_by_test_id("stDataFrame").first
    # The box "Keep as is" of the second row.
    table.click(position={"x": 0.702 * (table.bounding_box() or {})["width"], "y": 36 + 1.5 * 38})


def test_a_plan_with_a_group_and_a_lock_is_saved_and_found_again(
    owner_page: Page, planned: int, shot: Callable[[Page, str], None]
) -> None:
    page = owner_page
    page.goto(f"/optimization?project={planned}")
    expect(page.get_by_role("button", name="Optimise")).to_be_enabled()
    _group_and_lock(page)
    expect(page.get_by_text("Search kept")).to_be_visible()
    page.get_by_role("button", name="Optimise").click()
    expect(page.get_by_text("The probability that it beats")).to_be_visible()
    found = _figures(page)
    shot(page, "plan_budget")
    _save(page, "Spring plan")
    page.reload()
    expect(page.get_by_text("Spring plan", exact=True)).to_be_visible()
    assert _figures(page) == found
    page.get_by_role("tab", name="Saved plans").click()
    page.locator('[class*="st-key-plan_open_"]').get_by_role("button").click()
    expect(page.get_by_role("tab", name="Plan", exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("The probability that it beats")).to_be_visible()
    assert _figures(page) == found
    expect(page.get_by_text("“Online” at most")).to_be_visible()
    page.get_by_role("button", name="New", exact=True).click()
    page.wait_for_url(lambda address: "scenario=" not in address)
    expect(page.get_by_text("Spring plan", exact=True)).to_have_count(0)


def test_a_slider_changes_the_figures_at_once(
    owner_page: Page, planned: int, shot: Callable[[Page, str], None]
) -> None:
    page = owner_page
    page.goto(f"/scenarios?project={planned}")
    slider = page.get_by_role("slider").first
    expect(slider).to_be_visible()
    idle(page)
    before = _figure(page, "Spend")
    slider.focus()
    page.keyboard.press("ArrowRight")
    metric = page.get_by_test_id("stMetric").filter(has_text="Spend").first.get_by_test_id("stMetricValue")
    expect(metric).not_to_have_text(before)
    # Faster than the figures follow: every press counts, and none is taken back by a run that was overtaken.
    for _ in range(3):
        page.keyboard.press("ArrowRight", delay=120)
    idle(page)
    expect(slider).to_have_value("120")
    expect(slider).to_be_focused()
    expect(page.get_by_text("more than recent spend")).to_be_visible()
    shot(page, "plan_scenario")
    _save(page, "More TV")
    found = _figures(page)
    page.reload()
    expect(page.get_by_text("More TV", exact=True)).to_be_visible()
    assert _figures(page) == found


def test_a_workbook_of_a_scenario_typed_into_the_grid_gives_the_same_scenario_back(
    owner_page: Page, planned: int, tmp_path: Path, shot: Callable[[Page, str], None]
) -> None:
    page = owner_page
    page.goto(f"/scenarios?project={planned}")
    expect(page.get_by_role("slider").first).to_be_visible()
    if page.get_by_role("button", name="New", exact=True).count():
        page.get_by_role("button", name="New", exact=True).click()
        page.wait_for_url(lambda address: "scenario=" not in address)
    idle(page)
    page.get_by_role("radio", name="Grid").click()
    idle(page)
    before = _figures(page)
    _type_into(page, 0, 0.25, "90000")
    becomes(page, lambda: _figures(page), lambda shown: shown != before)
    _save(page, "One loud week")
    found = _figures(page)
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Excel workbook").click()
    file = tmp_path / "plan.xlsx"
    download.value.save_as(file)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Back to recent spend").click()
    idle(page)
    assert _figures(page) != found
    page.get_by_role("button", name="Read a file").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    expect(page.get_by_text("is now the scenario")).to_be_visible()
    assert _figures(page) == found
    shot(page, "plan_grid")


def test_saved_scenarios_are_compared(
    owner_page: Page, planned: int, shot: Callable[[Page, str], None]
) -> None:
    page = owner_page
    page.goto(f"/scenarios?project={planned}")
    expect(page.get_by_role("slider").first).to_be_visible()
    page.get_by_role("tab", name="Saved scenarios").click()
    box = page.get_by_test_id("stMultiSelect").filter(has_text="Compare plans").get_by_role("combobox")
    box.click()
    for name in ("More TV", "One loud week"):
        page.get_by_role("option", name=name).click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Side by side")).to_be_visible()
    expect(page.get_by_text("It beats “").or_(page.get_by_text("beats “")).first).to_be_visible()
    shot(page, "plan_compare")


def test_a_frozen_plan_opens_for_members_of_the_project_and_for_nobody_else(
    owner_page: Page, planned: int, new_page: Callable[..., Page], shot: Callable[[Page, str], None]
) -> None:
    page = owner_page
    page.goto(f"/scenarios?project={planned}")
    expect(page.get_by_role("slider").first).to_be_visible()
    page.get_by_role("tab", name="Saved scenarios").click()
    page.locator('[class*="st-key-plan_open_"]').get_by_role("button").last.click()
    expect(page.get_by_role("button", name="Freeze")).to_be_visible()
    page.get_by_role("button", name="Freeze").click()
    page.get_by_role("button", name="Freeze for good").click()
    expect(page.get_by_role("button", name="Edit a copy")).to_be_visible()
    found = _figures(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    link = str(page.evaluate("navigator.clipboard.readText()"))
    shot(page, "plan_frozen")
    people = {"mia": planned, "sam": make_project(page, "Elsewhere")}
    for name, project in people.items():
        other = new_page()
        other.goto(invitation_link(page, project))
        fill_account(other, name, f"a sentence for {name}", "Create account")
        expect(other.get_by_test_id("stSidebarNav")).to_be_visible()
        wait_for_cookie(other.context)
        other.goto(link)
        if project == planned:
            expect(other.get_by_text("Frozen").first).to_be_visible()
            assert _figures(other) == found
            expect(other.get_by_role("slider")).to_have_count(0)
        else:
            expect(other.get_by_text("Not found", exact=True)).to_be_visible()
            expect(other.get_by_test_id("stMetric")).to_have_count(0)


@pytest.mark.parametrize("address", ["/optimization", "/scenarios"])
def test_the_planning_screens_are_accessible(owner_page: Page, planned: int, address: str) -> None:
    page = owner_page
    page.goto(f"{address}?project={planned}")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    idle(page)
    found = Axe().run(page).response["violations"]
    assert not [
        f"{fault['id']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found
        if fault["impact"] == "critical"
    ]
