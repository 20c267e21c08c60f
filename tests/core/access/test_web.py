"""The web routes: a ticket becomes a cookie that scripts cannot read, for our own page only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from core import database
from core.access import store as access
from core.access.guard import CONTENT_POLICY
from core.access.store.accounts import add_account
from core.access.web import COOKIE, MIDDLEWARE, ROUTES, is_signed_in
from core.settings import settings
from tests.conftest import PASSWORD

ASKED = {"x-requested-with": "mixwright"}


async def _behind(_request: object) -> PlainTextResponse:
    return PlainTextResponse("behind")


async def _stream(websocket: Any) -> None:
    await websocket.accept()
    await websocket.send_text("open")
    await websocket.close()


APP = Starlette(
    routes=[
        *ROUTES,
        WebSocketRoute("/_stcore/stream", _stream),
        Route("/{path:path}", _behind, methods=["GET", "PUT", "POST"]),
    ],
    middleware=MIDDLEWARE,
)


def ask(method: str, path: str, base: str = "http://test", **options: Any) -> httpx.Response:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app=APP)
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, **options)

    return asyncio.run(once())


@pytest.fixture
def ticket(empty_database: str) -> str:
    with database.session() as s:
        add_account(s, "paul", PASSWORD, None)
        return access.sign_in(s, "paul", PASSWORD, "192.0.2.7").ticket


@pytest.fixture
def token(ticket: str) -> str:
    with database.session() as s:
        found = access.redeem_ticket(s, ticket)
    assert found is not None
    return found


def _cookie(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"]


def test_a_ticket_is_traded_for_a_cookie_that_scripts_cannot_read(ticket: str) -> None:
    answer = ask("POST", "/auth/session", json={"ticket": ticket}, headers=ASKED)
    assert answer.status_code == 200
    assert "HttpOnly" in _cookie(answer)
    assert "SameSite=lax" in _cookie(answer)
    assert "Secure" not in _cookie(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert is_signed_in(answer.cookies[COOKIE])
    again = ask("POST", "/auth/session", json={"ticket": ticket}, headers=ASKED)
    assert (again.status_code, "set-cookie" in again.headers) == (401, False)


@pytest.mark.parametrize(
    ("base", "headers"), [("https://test", {}), ("http://test", {"x-forwarded-proto": "https"})]
)
def test_behind_tls_the_cookie_is_secure(ticket: str, base: str, headers: dict[str, str]) -> None:
    answer = ask("POST", "/auth/session", base, json={"ticket": ticket}, headers={**ASKED, **headers})
    assert "Secure" in _cookie(answer)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-requested-with": "XMLHttpRequest"},
        {**ASKED, "origin": "https://evil.example"},
        {**ASKED, "origin": "null"},
        {**ASKED, "origin": "http://test.evil.example"},
        {**ASKED, "origin": "http://test:81"},
    ],
)
@pytest.mark.parametrize("path", ["/auth/session", "/auth/logout"])
def test_other_sites_are_refused_and_use_nothing_up(ticket: str, headers: dict[str, str], path: str) -> None:
    assert ask("POST", path, json={"ticket": ticket}, headers=headers).status_code == 403
    own = {**ASKED, "origin": "http://test"}
    assert ask("POST", "/auth/session", json={"ticket": ticket}, headers=own).status_code == 200


def test_the_public_address_is_an_origin_of_ours(ticket: str) -> None:
    own = {**ASKED, "origin": settings().public_url}
    assert ask("POST", "/auth/session", json={"ticket": ticket}, headers=own).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"ticket": 7}', b'{"ticket": ""}', b'{"x": "y"}', b"x" * 10_000, b"\xff"]
)
def test_a_body_that_is_no_ticket_is_refused(empty_database: str, body: bytes) -> None:
    assert ask("POST", "/auth/session", content=body, headers=ASKED).status_code == 400


def test_signing_out_ends_the_session_and_takes_the_cookie_away(token: str) -> None:
    answer = ask("POST", "/auth/logout", headers={**ASKED, "cookie": f"{COOKIE}={token}"})
    assert answer.status_code == 200
    assert "Max-Age=0" in _cookie(answer)
    assert not is_signed_in(token)
    assert ask("POST", "/auth/logout", headers=ASKED).status_code == 200


@pytest.mark.parametrize("path", ["/_stcore/upload_file/a/b", "/media/x.png"])
def test_uploads_and_media_ask_the_database(token: str, path: str) -> None:
    assert ask("PUT", path).status_code == 401
    assert ask("PUT", path, headers={"cookie": f"{COOKIE}=made-up"}).status_code == 401
    assert ask("PUT", path, headers={"cookie": f"{COOKIE}={token}"}).text == "behind"
    with database.session() as s:
        access.sign_out(s, token=token)
    assert ask("PUT", path, headers={"cookie": f"{COOKIE}={token}"}).status_code == 401


def test_metrics_are_refused_even_to_who_is_signed_in(token: str) -> None:
    answer = ask("GET", "/_stcore/metrics", headers={"cookie": f"{COOKIE}={token}"})
    assert (answer.status_code, answer.text) == (404, "Not found")


def test_the_stream_stays_open_for_the_sign_in_page() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/_stcore/stream",
        "headers": [],
        "query_string": b"",
        "subprotocols": [],
    }
    asyncio.run(APP(scope, receive, send))
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.send", "websocket.close"]


@pytest.mark.parametrize("path", ["/", "/media/x.png", "/_stcore/metrics", "/auth/session"])
def test_every_answer_carries_the_security_headers(empty_database: str, path: str) -> None:
    headers = ask("GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["content-security-policy"] == CONTENT_POLICY


def test_when_the_database_is_away_nobody_passes_and_the_answer_says_so(
    ticket: str, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Callable[[], None]:
        raise database.DatabaseUnavailable("The database does not answer.")

    monkeypatch.setattr("core.access.web.session", away)
    assert ask("PUT", "/media/x", headers={"cookie": f"{COOKIE}={token}"}).status_code == 401
    assert ask("POST", "/auth/session", json={"ticket": "t"}, headers=ASKED).status_code == 503


def test_no_cookie_is_kept_as_it_is(token: str) -> None:
    with database.session() as s:
        assert token not in str(s.execute(text("select * from sessions")).all())
