"""A marketer's first hour in Chromium: drop a file, look at the roles, save, train, come back to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LONGEST_MS, OWNER, PASSWORD, Server, fill_account, idle, wait_for_cookie

pytestmark = pytest.mark.browser
ROBYN = Path(__file__).parents[2] / "sample_data" / "robyn_weekly.csv"
TRAINED_WITHIN_MS = 600_000


@pytest.fixture(scope="module")
def workshop(
    new_server: Callable[..., Server], browser: Browser, browser_context_args: dict[str, Any]
) -> Iterator[Page]:
    """A server that trains, and its owner with a project of their own; one browser for the whole journey."""
    server = new_server(MIXWRIGHT_DEMO="0")
    server.start()
    context = browser.new_context(**browser_context_args, base_url=server.url)
    context.set_default_timeout(LONGEST_MS)
    page = context.new_page()
    page.goto(server.claim_address())
    fill_account(page, OWNER, PASSWORD, "Create the owner's account")
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    wait_for_cookie(context)
    make_project(page)
    yield page
    context.close()


def make_project(page: Page) -> None:
    """The first project, where none is there yet."""
    page.goto("/projects")
    idle(page)
    if page.get_by_role("button", name="Create a project").count():
        page.get_by_role("button", name="Create a project").first.click()
    page.get_by_label("Name", exact=False).first.fill("Shop")
    page.get_by_role("button", name="Create").last.click()
    idle(page)


def drop(page: Page, file: Any) -> None:
    """Put a file into the uploader and wait until the screen has taken it in."""
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    idle(page)


def choose(page: Page, label: str, words: str) -> None:
    """Pick an entry of a select box as a person does: open it, type, confirm."""
    idle(page)
    page.get_by_text("Holdout and sampling").scroll_into_view_if_needed()
    page.get_by_role("combobox", name=label).click()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Control+A")
    page.keyboard.type(words)
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    idle(page)


def test_a_bad_file_gets_its_sentence_and_cannot_be_saved(workshop: Page):
    page = workshop
    page.goto("/upload")
    idle(page)
    drop(page, {"name": "broken.xlsx", "mimeType": "application/octet-stream", "buffer": b"not a workbook"})
    expect(page.get_by_test_id("stAlert").first).to_contain_text("broken.xlsx")
    expect(page.get_by_role("button", name="Save and set up the model")).to_have_count(0)


def test_a_file_becomes_a_data_set_and_a_trained_model(workshop: Page, shot: Callable[[Page, str], None]):
    page = workshop
    page.goto("/upload")
    idle(page)
    drop(page, ROBYN)
    expect(page.get_by_text("Mix data", exact=True)).to_be_visible()
    expect(page.get_by_text("208 weeks")).to_be_visible()
    shot(page, "upload")
    page.get_by_role("button", name="Save and set up the model").click()
    expect(page.get_by_role("heading", name="Model", exact=True)).to_be_visible()
    idle(page)
    page.get_by_text("Quick ·").click()
    idle(page)
    shot(page, "model_set_up")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Cancel training")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Cancel training")).to_be_visible()
    shot(page, "model_training")
    page.get_by_text("Models", exact=True).click()
    expect(page.get_by_role("button", name="Results", exact=True)).to_be_visible(timeout=TRAINED_WITHIN_MS)
    shot(page, "model_trained")


def test_a_draft_comes_back_after_a_reload(workshop: Page):
    page = workshop
    page.goto("/model")
    idle(page)
    page.get_by_text("Season, trend, holidays").click()
    choose(page, "Public holidays of", "Germany")
    # An earlier draft says "saved" already: this one is when the run is over.
    expect(page.get_by_text("adjusted")).to_be_visible()
    idle(page)
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.reload()
    idle(page)
    page.get_by_text("Season, trend, holidays").click()
    expect(page.get_by_role("combobox", name="Public holidays of")).to_have_value("Germany")
