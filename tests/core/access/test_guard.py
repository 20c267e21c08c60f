"""The guard: however a path is spelt, uploads and media ask for a sign-in and metrics are closed."""

from __future__ import annotations

import pytest

from core.access.guard import COOKIE, PathRule, cookie_token, rule_of


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/upload_file",
        "/_stcore/upload_file/session/file",
        "/_stcore/upload_file/",
        "/_stcore//upload_file/x/y",
        "//_stcore/upload_file/x/y",
        "/base/_stcore/upload_file/x/y",
        "/_STCORE/Upload_File/x",
        "/_stcore/%75pload_file/x/y",
        "/_stcore%2Fupload_file/x/y",
        "/_stcore%252Fupload_file/x/y",
        "/x/../_stcore/upload_file/x",
        "/_stcore/./upload_file/x",
        "\\_stcore\\upload_file",
        "/media/abc.png",
        "/media/",
        "/media",
        "//media/abc.png",
        "/base/path/media/abc.png",
        "/static/../media/abc.png",
        "/%6dedia/abc.png",
        "/media/static/media/x",
    ],
)
def test_uploads_and_media_ask_for_a_sign_in(path: str) -> None:
    assert rule_of(path) is PathRule.SIGNED_IN


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics/",
        "/base/_stcore/metrics",
        "/_stcore//metrics",
        "/_stcore/%6detrics",
        "/_stcore/Metrics",
        "/_stcore/agent/interact",
        "/_stcore/agent/mcp",
    ],
)
def test_metrics_and_the_agent_interface_are_closed_to_everybody(path: str) -> None:
    assert rule_of(path) is PathRule.CLOSED


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/results",
        "/_stcore/health",
        "/_stcore/host-config",
        "/_stcore/stream",
        "/_stcore/bidi-components/x/y.js",
        "/static/js/index.js",
        "/static/media/SourceSansVF.woff2",
        "/base/static/media/SourceSansVF.woff2",
        "/auth/session",
        "/media-plan",
    ],
)
def test_what_the_sign_in_page_itself_needs_is_open(path: str) -> None:
    assert rule_of(path) is PathRule.OPEN


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (f"{COOKIE}=abc", "abc"),
        (f"a=b; {COOKIE}=abc; c=d", "abc"),
        ("", ""),
        ("a=b", ""),
        (f"{COOKIE}=", ""),
        (f"x{COOKIE}=abc", ""),
    ],
)
def test_the_token_is_read_from_among_other_cookies(header: str, token: str) -> None:
    assert cookie_token(header) == token
