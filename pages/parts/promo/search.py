"""The best discounts for a goal, and the efficient frontier of sales against margin."""

from __future__ import annotations

from collections.abc import Callable

from core.promo.scenarios.scenario import PromoScenario
from pages.parts.promo.figures import Figures
from pages.parts.promo.ground import Ground


def show_search(figures: Figures, ground: Ground, adopt: Callable[[PromoScenario], None], key: str) -> None:
    """Later."""
