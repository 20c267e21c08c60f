"""A retailer's promotion from the till to the lesson learned, in Chromium: all seven steps on the sample.

The first year's sales are there when the promotion is planned; the second year tells how it went.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import LONGEST_MS, OWNER, PASSWORD, Server, fill_account, idle, wait_for_cookie
from tests.browser.test_access import make_project

pytestmark = pytest.mark.browser
RETAIL = Path(__file__).parents[2] / "sample_data" / "retail"
FIRST_YEAR = RETAIL / "Sales_October-September_FY24.xlsb"
SECOND_YEAR = RETAIL / "Sales_October-September_FY25.xlsb"
BESIDE = [RETAIL / name for name in ("Promo_October-September_FY25.xlsb", "targets.csv", "segments.csv")]
LEARNED_WITHIN_MS = 800_000


@pytest.fixture(scope="module")
def shop(
    new_server: Callable[..., Server], browser: Browser, browser_context_args: dict[str, Any]
) -> Iterator[Page]:
    """A server that learns, and its owner with a project of their own; one browser for the whole journey."""
    server = new_server(MIXWRIGHT_DEMO="0")
    server.start()
    context = browser.new_context(**browser_context_args, base_url=server.url)
    context.set_default_timeout(LONGEST_MS)
    page = context.new_page()
    page.goto(server.claim_address())
    fill_account(page, OWNER, PASSWORD, "Create the owner's account")
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    wait_for_cookie(context)
    make_project(page, "Electronics shop")
    yield page
    context.close()


def go(page: Page, screen: str) -> None:
    """Go to a screen by the side bar."""
    page.get_by_test_id("stSidebarNavItems").get_by_role("link", name=screen, exact=True).click()
    expect(page.get_by_role("heading", name=screen, exact=True)).to_be_visible()
    idle(page)


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    idle(page)


def bring(page: Page, files: list[Path]) -> None:
    """Drop files, keep what was recognised, and load them with one press."""
    go(page, "Upload")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(files)
    button = page.get_by_role("button", name="Load into the project")
    expect(button).to_be_enabled()
    button.click()
    expect(page.get_by_role("heading", name="Sales & promotions")).to_be_visible()


def wait_for_version(page: Page, number: int) -> None:
    """Wait on the screen of effects until a version is learned: it shows by itself when the work is done."""
    go(page, "Promotion effects")
    version = page.get_by_role("combobox", name="Version")
    expect(version).to_have_value(re.compile(rf"Version {number}\b"), timeout=LEARNED_WITHIN_MS)
    idle(page)


def figures(page: Page) -> list[str]:
    """Every key figure as it is shown."""
    idle(page)
    return page.get_by_test_id("stMetric").all_inner_texts()


def discount_of(page: Page, row: int, value: str) -> None:
    """Type a discount into the grid of lines."""
    grid = page.get_by_test_id("stDataFrame").first
    grid.click(position={"x": 0.345 * (grid.bounding_box() or {})["width"], "y": 36 + 35 * row + 17})
    page.keyboard.press("Enter")
    field = page.locator(".gdg-input")
    expect(field).to_be_visible()
    field.fill(value)
    page.keyboard.press("Enter")


def save(page: Page, name: str, button: str = "Save") -> None:
    """Name the promotion on the table and save it."""
    field = page.get_by_label("Name", exact=True)
    field.fill(name)
    field.press("Enter")
    expect(page.get_by_text(name, exact=True).first).to_be_visible()
    idle(page)
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url(re.compile("promo="))
    expect(page.get_by_text(f"“{name}” saved")).to_be_visible()
    idle(page)


def cure(page: Page) -> None:
    """Apply every fix that is offered."""
    everything = page.get_by_role("button", name="Fix all")
    (everything if everything.count() else page.get_by_role("button", name="Fix", exact=True)).click()
    expect(page.get_by_text("It must not run like this")).to_have_count(0)
    idle(page)


def taken(page: Page, button: Locator) -> bytes:
    """The file behind a download button."""
    with page.expect_download() as download:
        button.click()
    return Path(download.value.path()).read_bytes()


def test_files_in_the_shops_own_words_are_loaded_and_judged(shop: Page) -> None:
    bring(shop, [FIRST_YEAR, *BESIDE])
    expect(shop.get_by_text("Sales by week")).to_be_visible(timeout=LEARNED_WITHIN_MS)
    tab(shop, "Files")
    expect(shop.get_by_text(FIRST_YEAR.name)).to_be_visible()
    expect(shop.get_by_test_id("stMetric").filter(has_text="Quality")).to_be_visible()


def test_effects_are_learned_by_themselves(shop: Page) -> None:
    wait_for_version(shop, 1)
    expect(shop.get_by_test_id("stPlotlyChart").first).to_be_visible()


def test_an_opportunity_of_the_month_to_come_fills_the_builder(
    shop: Page, shot: Callable[[Page, str], None]
) -> None:
    go(shop, "Opportunities")
    expect(shop.get_by_role("combobox", name="Month")).to_have_value("October 2024")
    expect(shop.get_by_text("against the target of").first).to_be_visible()
    shot(shop, "promo_opportunities")
    shop.get_by_role("button", name="Plan this").first.click()
    shop.wait_for_url(re.compile("opportunity="))
    expect(shop.get_by_test_id("stMetric")).to_have_count(5)


def test_a_discount_beyond_its_cap_is_blocked_and_cured_by_a_click(
    shop: Page, shot: Callable[[Page, str], None]
) -> None:
    before = figures(shop)
    discount_of(shop, 0, "60")
    expect(shop.get_by_text("over the cap of")).to_be_visible()
    blocked = figures(shop)
    assert blocked != before
    shot(shop, "promo_blocked")
    cure(shop)
    assert figures(shop) != blocked
    save(shop, "From the opportunity")


def test_a_point_of_the_frontier_becomes_the_promotion(shop: Page, shot: Callable[[Page, str], None]) -> None:
    shop.get_by_role("button", name="New", exact=True).click()
    shop.get_by_role("button", name="Conservative").click()
    expect(shop.get_by_test_id("stMetric")).to_have_count(5)
    before = figures(shop)
    shop.get_by_text("Best discounts, and sales against margin").click()
    use = shop.get_by_role("button", name="Use this point")
    expect(use).to_be_visible()
    shop.get_by_role("slider").first.press("ArrowLeft")
    idle(shop)
    shot(shop, "promo_frontier")
    use.click()
    idle(shop)
    expect(shop.get_by_test_id("stMetric")).to_have_count(5)
    assert figures(shop) != before
    # The project has no legal text yet: a fix puts one in.
    cure(shop)
    save(shop, "On the frontier")
    found = figures(shop)
    shop.reload()
    expect(shop.get_by_test_id("stMetric")).to_have_count(5)
    assert figures(shop) == found


def test_both_promotions_are_compared(shop: Page, shot: Callable[[Page, str], None]) -> None:
    tab(shop, "Compare")
    expect(shop.get_by_text("Against no promotion")).to_be_visible()
    expect(shop.get_by_test_id("stPlotlyChart")).to_be_visible()
    shot(shop, "promo_compare")


def test_the_brief_is_written_from_the_promotion_and_taken_along(shop: Page) -> None:
    tab(shop, "Builder")
    shop.get_by_role("button", name="Creative brief").click()
    expect(shop.get_by_role("heading", name="Creative brief")).to_be_visible()
    idle(shop)
    shop.get_by_role("button", name="Export").click()
    assert taken(shop, shop.get_by_role("button", name="PDF")).startswith(b"%PDF")
    word = taken(shop, shop.get_by_role("button", name="Word"))
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(word)).namelist()
    shop.keyboard.press("Escape")


def test_the_next_years_sales_tell_how_it_went_and_change_the_forecast(
    shop: Page, shot: Callable[[Page, str], None]
) -> None:
    bring(shop, [SECOND_YEAR])
    wait_for_version(shop, 2)
    go(shop, "Post-mortem")
    changed = shop.get_by_text(re.compile("The next forecast of this promotion is .* instead of"))
    expect(changed).to_be_visible()
    shop.get_by_role("button", name="Save report").click()
    expect(shop.get_by_text("Post-mortem saved")).to_be_visible()
    expect(shop.get_by_text("Version 1 against version 2")).to_be_visible()
    shot(shop, "promo_post_mortem")


def test_everything_leaves_as_one_duckdb_file(shop: Page) -> None:
    go(shop, "Sales & promotions")
    export = zipfile.ZipFile(io.BytesIO(taken(shop, shop.get_by_role("button", name="DuckDB"))))
    assert any(name.endswith(".duckdb") for name in export.namelist())


@pytest.mark.parametrize("screen", ["Opportunities", "Promotions", "Creative brief", "Post-mortem"])
def test_the_screens_of_promotions_are_accessible(shop: Page, screen: str) -> None:
    go(shop, screen)
    found = Axe().run(shop).response["violations"]
    assert not [
        f"{fault['id']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found
        if fault["impact"] == "critical"
    ]
