"""The web side of signing in: a page's script can't set an HttpOnly cookie, these routes can."""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.access import store as access
from core.access.guard import COOKIE, Guard
from core.access.secret import LIFETIMES
from core.database import DatabaseUnavailable, session
from core.settings import settings

__all__ = ["COOKIE", "MIDDLEWARE", "ROUTES"]

logger = logging.getLogger("mixwright")

_ASKED_WITH = "mixwright"
_LONGEST_BODY = 4096


async def take_cookie(request: Request) -> Response:
    """Trade the one-time ticket of {"ticket": ...} for the session's cookie."""
    if not _asked_by_our_page(request):
        return JSONResponse({"error": "origin"}, 403)
    ticket = _ticket(await _short_body(request))
    if ticket is None:
        return JSONResponse({"error": "request"}, 400)
    try:
        token = await run_in_threadpool(_redeem, ticket)
    except DatabaseUnavailable:
        return JSONResponse({"error": "database"}, 503)
    if token is None:
        return JSONResponse({"error": "ticket"}, 401)
    answer = JSONResponse({"ok": True}, headers={"cache-control": "no-store"})
    # The cookie outlives the session on purpose: the database decides when a session ends.
    longest = int(LIFETIMES.session_longest.total_seconds())
    answer.set_cookie(COOKIE, token, max_age=longest, **_cookie(request))
    return answer


async def drop_cookie(request: Request) -> Response:
    """End the cookie's session and take the cookie away."""
    if not _asked_by_our_page(request):
        return JSONResponse({"error": "origin"}, 403)
    if token := request.cookies.get(COOKIE):
        try:
            await run_in_threadpool(_end, token)
        except DatabaseUnavailable:
            return JSONResponse({"error": "database"}, 503)
    answer = JSONResponse({"ok": True}, headers={"cache-control": "no-store"})
    answer.delete_cookie(COOKIE, **_cookie(request))
    return answer


def is_signed_in(token: str) -> bool:
    """Whether a living session has this cookie; no when the database can't be asked."""
    try:
        with session() as s:
            return access.person_by_token(s, token) is not None
    except DatabaseUnavailable:
        logger.exception("a cookie could not be checked")
        return False


ROUTES = [
    Route("/auth/session", take_cookie, methods=["POST"]),
    Route("/auth/logout", drop_cookie, methods=["POST"]),
]

MIDDLEWARE = [Middleware(Guard, is_signed_in=is_signed_in)]


def _redeem(ticket: str) -> str | None:
    with session() as s:
        return access.redeem_ticket(s, ticket)


def _end(token: str) -> None:
    with session() as s:
        access.sign_out(s, token=token)


def _asked_by_our_page(request: Request) -> bool:
    """A custom header, which other sites can't send along, and an Origin that is this one."""
    if request.headers.get("x-requested-with") != _ASKED_WITH:
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc in {request.headers.get("host"), urlsplit(settings().public_url).netloc}


async def _short_body(request: Request) -> bytes | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            return None
    return body


def _ticket(body: bytes | None) -> str | None:
    try:
        found = json.loads(body or b"")
    except ValueError:
        return None
    ticket = found.get("ticket") if isinstance(found, dict) else None
    return ticket if isinstance(ticket, str) and ticket else None


def _cookie(request: Request) -> dict[str, Any]:
    """Secure wherever the browser sees TLS, also when a proxy in front ends it."""
    seen = request.headers.get("x-forwarded-proto", request.url.scheme).split(",")[0].strip()
    secure = "https" in {seen, request.url.scheme, urlsplit(settings().public_url).scheme}
    return {"path": "/", "httponly": True, "samesite": "lax", "secure": secure}
