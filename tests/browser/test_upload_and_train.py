"""A marketer's first hour in Chromium: drop a file, look at the roles, save, train, come back to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import idle, shot

pytestmark = pytest.mark.browser
ROBYN = Path(__file__).parents[2] / "sample_data" / "robyn_weekly.csv"
READY_MS = 180_000


def drop(page: Page, file: Path | dict[str, object]) -> None:
    """Put a file into the uploader and wait until the screen has taken it in."""
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    page.wait_for_timeout(300)
    idle(page)


def test_a_file_becomes_a_data_set_and_a_trained_model(owner_page: Page, server: str):
    page = owner_page
    page.goto(f"{server}/upload")
    idle(page)
    drop(page, ROBYN)
    expect(page.get_by_text("Mix data", exact=True)).to_be_visible()
    expect(page.get_by_text("208 periods")).to_be_visible()
    shot(page, "upload")
    page.get_by_role("button", name="Save and set up the model").click()
    expect(page.get_by_role("heading", name="Model", exact=True)).to_be_visible()
    idle(page)
    page.get_by_text("Draft ·").click()
    idle(page)
    shot(page, "model_set_up")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Cancel training")).to_be_visible()
    shot(page, "model_training")
    page.reload()
    idle(page)
    page.get_by_text("Models", exact=True).click()
    expect(page.get_by_role("button", name="Results", exact=True)).to_be_visible(timeout=READY_MS)
    shot(page, "model_trained")


def test_a_bad_file_gets_its_sentence_and_saves_nothing(owner_page: Page, server: str):
    page = owner_page
    page.goto(f"{server}/upload")
    idle(page)
    drop(page, {"name": "broken.xlsx", "mimeType": "application/octet-stream", "buffer": b"not a workbook"})
    expect(page.get_by_role("alert").first).to_contain_text("broken.xlsx")
    expect(page.get_by_role("button", name="Save and set up the model")).to_have_count(0)


def test_a_draft_comes_back_after_a_reload(owner_page: Page, server: str):
    page = owner_page
    page.goto(f"{server}/model")
    idle(page)
    page.get_by_text("Season, trend, holidays").click()
    idle(page)
    page.get_by_label("Public holidays of").click()
    page.get_by_role("option", name="Germany").click()
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.reload()
    idle(page)
    page.get_by_text("Season, trend, holidays").click()
    expect(page.get_by_label("Public holidays of")).to_have_value("Germany")
