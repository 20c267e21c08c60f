"""A running server, a browser, an owner who is signed in once, and pictures when they are asked for."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
LONGEST = {"test_promo.py"}
OWNER, PASSWORD = "olivia", "a long enough sentence"
# How long a journey waits for the state it needs. A machine that does other work is slow, not wrong: nothing
# is asserted of time, and a journey goes on at once when its state is there.
LONGEST_MS = 120_000
START_LIMIT = 300.0
expect.set_options(timeout=LONGEST_MS)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store", default=None, help="folder for pictures of every screen")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    journeys = [item for item in items if "tests/browser/" in item.nodeid]
    sharing = {item.path for item in journeys if "server" in getattr(item, "fixturenames", ())}
    for item in journeys:
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="chromium is not installed"))
        if item.path in sharing:
            item.add_marker(pytest.mark.xdist_group("one server"))
    # Last: the browser driver keeps an event loop running, and then other tests cannot open their own. The
    # longest begin first, so that two processes end together.
    order = {id(item): (item.path not in sharing, item.path.name not in LONGEST) for item in journeys}
    items.sort(key=lambda item: (id(item) in order, order.get(id(item), ())))


@dataclass
class Server:
    """One `streamlit run app.py` of its own: home, port, process and everything it printed."""

    home: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def printed(self) -> str:
        return (self.home / "server.log").read_text(errors="replace")

    def start(self) -> float:
        """Start it and wait until it answers; how many seconds that took."""
        own = ("MIXWRIGHT_", "DATABASE_URL", "STREAMLIT_")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(own)}
        environment |= {
            "MIXWRIGHT_HOME": str(self.home / "state"),
            "MIXWRIGHT_PUBLIC_URL": self.url,
            "PYTHONUNBUFFERED": "1",
        } | self.settings
        began = time.monotonic()
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        while time.monotonic() - began < START_LIMIT:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                    if answer.status == 200:
                        return time.monotonic() - began
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the server did not start:\n{self.printed}")

    def stop(self) -> None:
        """Stop it as Ctrl-C does, and wait until it is gone."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

    def claim_address(self) -> str:
        """The path of the one-time owner link it printed."""
        found = re.search(r"/claim\?token=\S+", self.printed)
        assert found, self.printed
        return found[0]

    def demo_password(self) -> str:
        """The demo account's password it printed."""
        found = re.search(r"Demo account: +demo / (\S+)", self.printed)
        assert found, self.printed
        return found[1]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def new_server() -> Iterator[Callable[..., Server]]:
    """Makes servers of their own with further settings; all are stopped at the end."""
    made: list[Server] = []

    def make(**settings: str) -> Server:
        home = Path(tempfile.mkdtemp(prefix="mixwright-browser-"))
        # The embedded server's own account has to reach its files.
        home.chmod(0o755)
        server = Server(home, free_port(), settings)
        made.append(server)
        return server

    yield make
    for server in made:
        server.stop()
        shutil.rmtree(server.home, ignore_errors=True)


@pytest.fixture(scope="session")
def server(new_server: Callable[..., Server]) -> Server:
    """The server most journeys share; its worker is off, so the demo's model stays waiting."""
    running = new_server(MIXWRIGHT_WORKER="0")
    running.start()
    return running


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"]
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "headless": True, "args": flags + quiet}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "viewport": {"width": 1440, "height": 900},
        "locale": "en-GB",
        "reduced_motion": "reduce",
    }


def idle(page: Page) -> None:
    """Wait until the run of the script is over and nothing is stale, a skeleton or an exception."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=LONGEST_MS)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def becomes(page: Page, read: Callable[[], Any], right: Callable[[Any], bool]) -> Any:
    """Wait until what `read` gives is `right`, and return it."""
    until = time.monotonic() + LONGEST_MS / 1000
    while not right(found := read()):
        assert time.monotonic() < until, f"still {found!r}"
        page.wait_for_timeout(50)
    return found


def wait_for_cookie(context: BrowserContext) -> None:
    """Wait until the browser holds the session's cookie."""
    page = context.pages[0]
    becomes(
        page,
        lambda: {cookie["name"] for cookie in context.cookies()},
        lambda names: "mixwright_session" in names,
    )


def sign_in(page: Page, username: str, password: str) -> None:
    """Fill the sign-in form that is on the screen and send it."""
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def fill_account(page: Page, username: str, password: str, button: str) -> None:
    """Fill the form that makes an account and send it."""
    page.get_by_label("User name").fill(username)
    page.get_by_label("Your name (shown to others)").fill(username.capitalize())
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("Password again").fill(password)
    page.get_by_role("button", name=button).click()


@pytest.fixture(scope="session")
def owner_state(browser: Browser, server: Server, browser_context_args: dict[str, Any]) -> Any:
    """The cookies of the owner, who claimed the installation once for the whole run."""
    context = browser.new_context(**browser_context_args)
    context.set_default_timeout(LONGEST_MS)
    page = context.new_page()
    page.goto(server.url + server.claim_address())
    fill_account(page, OWNER, PASSWORD, "Create the owner's account")
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    wait_for_cookie(context)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def new_page(
    browser: Browser, server: Server, browser_context_args: dict[str, Any]
) -> Iterator[Callable[..., Page]]:
    """Opens pages in browsers of their own; a script error in any of them fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(state: Any = None, **options: Any) -> Page:
        arguments = {**browser_context_args, "base_url": server.url, **options}
        context = browser.new_context(**arguments, storage_state=state)
        context.set_default_timeout(LONGEST_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def owner_page(new_page: Callable[..., Page], owner_state: Any) -> Page:
    """A page of the signed-in owner; addresses are relative to the server."""
    return new_page(owner_state)


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Takes a picture of the whole screen when --pictures names a folder, else does nothing."""
    folder = request.config.getoption("--pictures")

    def take(page: Page, name: str) -> None:
        if folder:
            idle(page)
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    return take
