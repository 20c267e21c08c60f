"""The doors: claim, invitation, sign-in, what survives, and what strangers are refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    OWNER,
    PASSWORD,
    Server,
    fill_account,
    idle,
    sign_in,
    wait_for_cookie,
)


def make_project(page: Page, name: str) -> int:
    """Creates a project on the projects screen; its id from the address."""
    page.goto("/projects")
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.wait_for_url(re.compile(r"project=\d+"))
    idle(page)
    return int(re.search(r"project=(\d+)", page.url)[1])  # type: ignore[index]


def invitation_link(page: Page, project_id: int) -> str:
    """Makes an invitation as a viewer on the people screen; the path with its token."""
    page.goto(f"/people?project={project_id}")
    page.get_by_role("button", name="Invite").click()
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_test_id("stCode").inner_text()
    return link[link.index("/register") :].strip()


def test_a_visitor_of_an_unclaimed_installation_is_told_how_it_is_claimed(
    new_server: Callable[..., Server], browser: Any, shot: Any
) -> None:
    server = new_server(MIXWRIGHT_WORKER="0")
    server.start()
    page = browser.new_page(base_url=server.url)
    page.goto("/")
    expect(page.get_by_text("This installation has no owner yet")).to_be_visible()
    page.get_by_role("button", name="Look around with the demo account").click()
    expect(page.get_by_label("User name")).to_have_value("demo")
    page.get_by_label("Password", exact=True).fill(server.demo_password())
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    page.close()


def test_the_owner_claims_the_installation_once(
    server: Server, owner_page: Page, new_page: Callable[..., Page]
) -> None:
    owner_page.goto("/system")
    expect(owner_page.get_by_role("heading", name="System")).to_be_visible()
    other = new_page()
    other.goto(server.claim_address())
    fill_account(other, "mallory", "another long sentence", "Create the owner's account")
    expect(other.get_by_text("Please check")).to_be_visible()
    expect(other.get_by_test_id("stSidebarNav")).to_have_count(0)


def test_an_invited_colleague_registers_and_sees_only_that_project(
    owner_page: Page, new_page: Callable[..., Page]
) -> None:
    shared, private = make_project(owner_page, "Shared brand"), make_project(owner_page, "Private brand")
    link = invitation_link(owner_page, shared)
    guest = new_page()
    guest.goto(link)
    expect(guest.get_by_text("You are invited to")).to_be_visible()
    fill_account(guest, "victor", "a sentence for victor", "Create account")
    expect(guest.get_by_role("heading", name="Shared brand")).to_be_visible()
    wait_for_cookie(guest.context)
    guest.goto(f"/?project={private}")
    expect(guest.get_by_text("Not found", exact=True)).to_be_visible()
    expect(guest.get_by_text("Private brand")).to_have_count(0)
    guest.goto(f"/people?project={private}")
    expect(guest.get_by_text("Not found", exact=True)).to_be_visible()


def test_sign_in_survives_a_reload_and_ends_everywhere_with_sign_out(
    owner_state: Any, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    page.goto("/projects")
    sign_in(page, OWNER, "not the password")
    expect(page.get_by_text("Please check")).to_be_visible()
    sign_in(page, OWNER, PASSWORD)
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    wait_for_cookie(page.context)
    assert next(c for c in page.context.cookies() if c["name"] == "mixwright_session")["httpOnly"]
    page.reload()
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    second = page.context.new_page()
    second.goto("/audit")
    expect(second.get_by_role("heading", name="Audit")).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    second.reload()
    expect(second.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_deep_link_survives_the_sign_in(new_page: Callable[..., Page], owner_state: Any) -> None:
    page = new_page()
    page.goto("/people")
    expect(page.get_by_text("to continue to People")).to_be_visible()
    sign_in(page, OWNER, PASSWORD)
    expect(page.get_by_role("heading", name="People")).to_be_visible()


def test_a_cold_server_refuses_deep_links_and_a_restart_keeps_the_session(
    new_server: Callable[..., Server], browser: Any, browser_context_args: dict[str, Any]
) -> None:
    server = new_server(MIXWRIGHT_WORKER="0")
    server.start()
    context = browser.new_context(**{**browser_context_args, "base_url": server.url})
    page = context.new_page()
    for path in ("/audit", "/results", "/system"):
        page.goto(path)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(server.claim_address())
    fill_account(page, OWNER, PASSWORD, "Create the owner's account")
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    wait_for_cookie(context)
    server.stop()
    server.start()
    page.goto("/system")
    expect(page.get_by_role("heading", name="System")).to_be_visible()
    context.close()


def test_strangers_are_refused_uploads_media_and_metrics(server: Server, owner_state: Any) -> None:
    with httpx.Client(base_url=server.url) as stranger:
        assert stranger.put("/_stcore/upload_file/any/file", content=b"x").status_code in (401, 403)
        assert stranger.get("/media/anything.csv").status_code in (401, 403)
        assert stranger.get("/_stcore/metrics").status_code in (401, 403, 404)
        assert stranger.get("/_stcore/health").status_code == 200
        forged = stranger.put(
            "/_stcore/upload_file/any/file", content=b"x", headers={"cookie": "mixwright_session=forged"}
        )
        assert forged.status_code in (401, 403)
    cookies = {cookie["name"]: cookie["value"] for cookie in owner_state["cookies"]}
    with httpx.Client(base_url=server.url, cookies=cookies) as owner:
        assert owner.get("/_stcore/metrics").status_code in (401, 403, 404)
        assert owner.get("/media/anything.csv").status_code == 404


def test_a_ticket_is_not_accepted_from_another_site(server: Server) -> None:
    with httpx.Client(base_url=server.url) as client:
        refused = client.post(
            "/auth/session", json={"ticket": "x"}, headers={"origin": "https://elsewhere.example"}
        )
        assert refused.status_code == 403
        assert "set-cookie" not in refused.headers
