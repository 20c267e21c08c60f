"""The whole promise in one sitting: a newcomer measures media, moves the budget, and finds the plan again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LONGEST_MS, PASSWORD, Server, fill_account, idle, sign_in, wait_for_cookie
from tests.browser.test_access import make_project

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
ROBYN = ROOT / "sample_data" / "robyn_weekly.csv"
FIVE_GEOS = ROOT / "tests" / "data" / "meridian_five_geos.csv"
NEWCOMER = "nadia"
TRAINED_WITHIN_MS = 600_000


@pytest.fixture(scope="module")
def open_server(new_server: Callable[..., Server]) -> Server:
    """A server that trains and where anybody may register; no demo, so that nothing else trains."""
    server = new_server(MIXWRIGHT_DEMO="0", MIXWRIGHT_OPEN_REGISTRATION="1")
    server.start()
    return server


@pytest.fixture(scope="module")
def newcomer(open_server: Server, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """The page of somebody who has just registered and made a first project."""
    context = browser.new_context(**browser_context_args, base_url=open_server.url)
    context.set_default_timeout(LONGEST_MS)
    page = context.new_page()
    page.goto("/register")
    fill_account(page, NEWCOMER, PASSWORD, "Create account")
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    wait_for_cookie(context)
    make_project(page, "Shop")
    yield page
    context.close()


def side_bar(page: Page, screen: str) -> None:
    """Go to a screen by the side bar."""
    page.get_by_test_id("stSidebarNavItems").get_by_role("link", name=screen, exact=True).click()


def upload(page: Page, file: Path) -> None:
    """Drop a file, keep what was detected, save it, and stand before the model's set-up."""
    page.goto("/upload")
    idle(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    expect(page.get_by_text("Mix data", exact=True)).to_be_visible()
    idle(page)
    page.get_by_role("button", name="Save and set up the model").click()
    expect(page.get_by_role("heading", name="Model", exact=True)).to_be_visible()
    idle(page)


def train(page: Page) -> None:
    """Train a draft and wait on the list of models until its results can be opened."""
    page.get_by_text("Quick ·").click()
    idle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Cancel training")).to_be_visible()
    page.get_by_text("Models", exact=True).click()
    expect(page.get_by_role("button", name="Results", exact=True)).to_be_visible(timeout=TRAINED_WITHIN_MS)


def test_a_newcomer_trains_on_a_file_and_reads_what_each_channel_did(newcomer: Page):
    page = newcomer
    upload(page, ROBYN)
    train(page)
    page.get_by_role("button", name="Results", exact=True).click()
    expect(page.get_by_role("heading", name="Results", exact=True)).to_be_visible()
    idle(page)
    expect(page.get_by_text("What to know")).to_be_visible()
    expect(page.get_by_text(re.compile("media caused about"))).to_be_visible()
    expect(page.get_by_test_id("stPlotlyChart")).not_to_have_count(0)


def test_the_optimised_budget_is_saved_as_a_plan(newcomer: Page):
    page = newcomer
    side_bar(page, "Budget")
    expect(page.get_by_role("heading", name="Budget", exact=True)).to_be_visible()
    idle(page)
    page.get_by_role("button", name="Optimise").click()
    expect(page.get_by_text("The probability that it beats")).to_be_visible()
    idle(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Spring budget")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"scenario=\d+"))
    expect(page.get_by_text("Spring budget", exact=True)).to_be_visible()


def test_after_signing_out_and_in_the_saved_plan_is_there(newcomer: Page):
    page = newcomer
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("User name")).to_be_visible()
    sign_in(page, NEWCOMER, PASSWORD)
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    side_bar(page, "Budget")
    idle(page)
    page.get_by_role("tab", name="Saved plans").click()
    expect(page.get_by_text("Spring budget").first).to_be_visible()


def test_a_panel_of_five_geos_is_trained_geo_by_geo(newcomer: Page):
    page = newcomer
    make_project(page, "Regions")
    upload(page, FIVE_GEOS)
    train(page)
    page.get_by_role("button", name="Results", exact=True).click()
    expect(page.get_by_role("heading", name="Results", exact=True)).to_be_visible()
    idle(page)
    expect(page.get_by_text("What to know")).to_be_visible()
    page.get_by_role("tab", name="Channels").click()
    expect(page.get_by_text("Geo3").first).to_be_visible()


def test_the_end_of_a_training_is_told_on_another_screen(newcomer: Page):
    page = newcomer
    side_bar(page, "Model")
    expect(page.get_by_role("heading", name="Model", exact=True)).to_be_visible()
    idle(page)
    page.get_by_text("Set up", exact=True).click()
    idle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Cancel training")).to_be_visible()
    side_bar(page, "Library")
    expect(page.get_by_role("heading", name="Library", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stToast").filter(has_text="is ready")).to_be_visible(
        timeout=TRAINED_WITHIN_MS
    )
    expect(page).to_have_title(re.compile("Model ready"))
