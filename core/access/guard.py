"""What stands before every request: security headers, and the cookie for uploads and media.

Streamlit hands files to any open session, and every stranger's browser has one; here they need a sign-in.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from enum import Enum, auto
from http.cookies import CookieError, SimpleCookie
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("mixwright")

COOKIE = "mixwright_session"

# Streamlit starts by an inline script and styles by inline styles; its components arrive as blobs. Nothing is
# loaded from, sent to, or framed by any other place.
CONTENT_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' blob:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ]
)

HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
    (b"content-security-policy", CONTENT_POLICY.encode()),
]


class PathRule(Enum):
    """What a path asks of its visitor."""

    OPEN = auto()
    SIGNED_IN = auto()
    CLOSED = auto()


def rule_of(path: str) -> PathRule:
    """What a request's path asks, under any base path and however it is spelt.

    Stricter than the routes behind it: spellings that lead nowhere may be refused too.
    """
    parts = _parts(path)
    pairs = list(zip(parts, [*parts[1:], ""], strict=False))
    if any(first == "_stcore" and second.startswith(("metrics", "agent")) for first, second in pairs):
        return PathRule.CLOSED
    if any(first == "_stcore" and second.startswith("upload_file") for first, second in pairs):
        return PathRule.SIGNED_IN
    # /static/media holds Streamlit's own fonts.
    before = ["", *parts]
    if any(part == "media" and earlier != "static" for earlier, part in zip(before, parts, strict=False)):
        return PathRule.SIGNED_IN
    return PathRule.OPEN


class Guard:
    """ASGI middleware. `is_signed_in` takes a cookie's token and may ask the database."""

    def __init__(self, app: ASGIApp, is_signed_in: Callable[[str], bool]) -> None:
        self._app = app
        self._is_signed_in = is_signed_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 404 or 401 in place of the app where the path's rule asks for it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        rule = rule_of(scope["path"])
        app = self._app
        if rule is PathRule.CLOSED:
            app = PlainTextResponse("Not found", 404)
        elif rule is PathRule.SIGNED_IN and not await self._may_pass(scope):
            app = PlainTextResponse("Sign in first", 401)
        await app(scope, receive, _with_headers(send))

    async def _may_pass(self, scope: Scope) -> bool:
        token = cookie_token(Headers(scope=scope).get("cookie", ""))
        return bool(token) and await run_in_threadpool(self._is_signed_in, token)


def cookie_token(header: str) -> str:
    """The session's token in a Cookie header, "" when there is none."""
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in HEADERS if pair[0] not in present)]
        await send(message)

    return send_with_headers


def _parts(path: str) -> list[str]:
    """The path's parts, decoded until nothing changes, with dots resolved and empty parts left out."""
    for _ in range(4):
        decoded = unquote(path)
        if decoded == path:
            break
        path = decoded
    parts: list[str] = []
    for part in re.split(r"[/\\]+", path.split("?")[0].split(";")[0].lower()):
        if part == ".." and parts:
            parts.pop()
        elif part.strip() not in {"", ".", ".."}:
            parts.append(part.strip())
    return parts
