"""A project's life in the browser: made, renamed, set up, deleted, brought back; and a password by link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import fill_account, idle, sign_in
from tests.browser.test_access import invitation_link, make_project


def open_menu(page: Page, project_id: int, entry: str) -> None:
    """Chooses an entry in the menu of a project's card."""
    page.locator(f".st-key-project_menu_{project_id} button:visible").first.click()
    page.get_by_role("menuitem", name=entry).or_(page.get_by_role("option", name=entry)).click()


def test_a_project_is_renamed_set_up_deleted_and_brought_back(owner_page: Page, shot: Any) -> None:
    page = owner_page
    number = make_project(page, "Brand *south*")
    page.goto("/projects")
    idle(page)
    open_menu(page, number, "Rename")
    page.get_by_label("Name of this project").fill("Brand south")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    card = page.locator(f".st-key-project_{number}")
    expect(card.get_by_text("Brand south", exact=True)).to_be_visible()
    card.get_by_role("button", name="Settings").click()
    page.get_by_label("What is measured (KPI)").fill("Bookings")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(card.get_by_text("Bookings in EUR")).to_be_visible()
    idle(page)
    open_menu(page, number, "Delete")
    expect(page.get_by_text("Project “Brand south” deleted.")).to_be_visible()
    shot(page, "undo")
    expect(card).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(card.get_by_text("Brand south", exact=True)).to_be_visible()


def test_the_owner_hands_over_a_link_for_a_new_password(
    owner_page: Page, new_page: Callable[..., Page]
) -> None:
    project = make_project(owner_page, "Reset brand")
    guest = new_page()
    guest.goto(invitation_link(owner_page, project))
    fill_account(guest, "rita", "a sentence for rita", "Create account")
    expect(guest.get_by_role("heading", name="Reset brand")).to_be_visible()
    owner_page.goto("/people")
    owner_page.locator(".st-key-account_rita").get_by_role("button", name="New password").click()
    owner_page.get_by_role("button", name="Make the link").click()
    link = owner_page.get_by_test_id("stCode").inner_text()
    fresh = new_page()
    fresh.goto(link[link.index("/reset") :].strip())
    fresh.get_by_label("Password", exact=True).fill("another sentence for rita")
    fresh.get_by_label("Password again").fill("another sentence for rita")
    fresh.get_by_role("button", name="Save and sign in").click()
    expect(fresh.get_by_role("heading", name="Reset brand")).to_be_visible()
    guest.reload()
    expect(guest.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(guest, "rita", "another sentence for rita")
    expect(guest.get_by_role("heading", name="Reset brand")).to_be_visible()
