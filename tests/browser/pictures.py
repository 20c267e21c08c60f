"""`python -m tests.browser.pictures FOLDER`: pictures of the screens of an app with the demo in it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM, Server, free_port, idle, sign_in, wait_for_cookie

SCREENS = {
    "home": "/",
    "data": "/library",
    "model": "/model",
    "results": "/results",
    "budget": "/optimization",
}
TRAINING_LIMIT = 900_000
SIZES = {"wide": (1440, 1000), "narrow": (390, 844)}


def take(folder: Path) -> None:
    """Start the app, wait until the demo's model is trained, and picture each screen in both themes."""
    folder.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="mixwright-pictures-"))
    home.chmod(0o755)
    server = Server(home, free_port())
    server.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            _take_all(browser, server, folder)
    finally:
        server.stop()


def _take_all(browser: Browser, server: Server, folder: Path) -> None:
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/")
    sign_in(page, "demo", server.demo_password())
    page.get_by_text("What to know").wait_for(timeout=TRAINING_LIMIT)
    wait_for_cookie(context)
    state = context.storage_state()
    for theme in ("light", "dark"):
        for size, (width, height) in SIZES.items():
            context = browser.new_context(
                base_url=server.url,
                storage_state=state,
                viewport={"width": width, "height": height},
                color_scheme=theme,  # type: ignore[arg-type]
                reduced_motion="reduce",
            )
            page = context.new_page()
            for name, path in SCREENS.items():
                page.goto(path)
                idle(page)
                page.wait_for_timeout(1_500)
                page.screenshot(path=folder / f"{name}_{theme}_{size}.png")
            context.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
