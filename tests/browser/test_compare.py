"""Comparing models in a real browser: the charts are drawn, and everybody can read it on any display."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OWNER, ROOT, Server, idle
from tests.browser.test_accessibility import faults

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(server: Server, owner_state: Any) -> str:
    """The address of a comparison of two models in the owner's project."""
    environment = {**os.environ, "MIXWRIGHT_HOME": str(server.home / "state"), "MIXWRIGHT_WORKER": "0"}
    environment.pop("DATABASE_URL", None)
    script = [sys.executable, "-m", "tests.pages.measure.kept", OWNER]
    numbers = []
    for _ in range(2):
        said = subprocess.run(script, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
        assert said.returncode == 0, said.stderr
        project, model = re.findall(r"\d+", said.stdout.splitlines()[-1])
        numbers.append(model)
    return f"/compare?project={project}&models={','.join(numbers)}"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_two_models_can_be_compared_by_everybody_on_any_display(
    new_page: Callable[..., Page],
    owner_state: Any,
    address: str,
    shot: Callable[[Page, str], None],
    scheme: str,
    width: int,
) -> None:
    page = new_page(owner_state, color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto(address)
    idle(page)
    expect(page.get_by_text("Side by side")).to_be_visible()
    chart = page.get_by_test_id("stPlotlyChart").first
    chart.scroll_into_view_if_needed()
    expect(chart.locator(".main-svg").first).to_be_visible()
    expect(page.get_by_role("button", name="Check on past forecasts")).to_have_count(2)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
    assert not faults(page)
    shot(page, f"compare {scheme}")
