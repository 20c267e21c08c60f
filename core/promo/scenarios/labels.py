"""What promotions are called on screens and in files: types, KPIs, and amounts with their sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.charts.formats import MISSING, Wording, compact
from core.promo.scenarios.scenario import ScenarioType

TYPE_NAMES = {
    ScenarioType.CONSERVATIVE: "Conservative",
    ScenarioType.BALANCED: "Balanced",
    ScenarioType.AGGRESSIVE: "Aggressive",
    ScenarioType.FLASH: "Flash sale",
    ScenarioType.BEST_DEAL: "Best deal",
    ScenarioType.COUPON: "Coupon",
    ScenarioType.MEMBER_ONLY: "Members only",
}
TYPE_LINES = {
    ScenarioType.CONSERVATIVE: "Small discounts that leave most of the margin.",
    ScenarioType.BALANCED: "A middle way between sales and margin.",
    ScenarioType.AGGRESSIVE: "Close to the deepest discount that is allowed.",
    ScenarioType.FLASH: "Deep and short: few days, online first.",
    ScenarioType.BEST_DEAL: "The discounts that bring the most within your limits.",
    ScenarioType.COUPON: "A code for the customers who respond to discounts.",
    ScenarioType.MEMBER_ONLY: "For your loyal customers alone.",
}
TYPE_ICONS = {
    ScenarioType.CONSERVATIVE: ":material/shield:",
    ScenarioType.BALANCED: ":material/balance:",
    ScenarioType.AGGRESSIVE: ":material/rocket_launch:",
    ScenarioType.FLASH: ":material/bolt:",
    ScenarioType.BEST_DEAL: ":material/auto_awesome:",
    ScenarioType.COUPON: ":material/confirmation_number:",
    ScenarioType.MEMBER_ONLY: ":material/card_membership:",
}


def type_name(scenario_type: str) -> str:
    """The name of a type of promotion as people say it."""
    return TYPE_NAMES[ScenarioType(scenario_type)]


def signed_money(value: float, wording: Wording) -> str:
    """Money with its sign: +€12.3k."""
    text = wording.money(value)
    return f"+{text}" if value > 0 and text != MISSING else text


def signed_count(value: float) -> str:
    """A number of units with its sign."""
    return f"{'+' if value > 0 else ''}{compact(value)}"


def signed_points(value: float) -> str:
    """Percentage points with their sign: -1.2 points."""
    return f"{value:+.1f} points"


def pct(value: float, digits: int = 1) -> str:
    """A percentage given in percent."""
    return MISSING if value != value else f"{value:.{digits}f} %"


def listed(names: Sequence[str], most: int = 4) -> str:
    """'TV, Gaming and 2 more'."""
    shown = list(names[:most])
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


KPIS = ("sales_value", "margin_value", "margin_pct", "ebit", "units")


KPI_NAMES = {
    "sales_value": "Sales",
    "margin_value": "Margin",
    "margin_pct": "Margin %",
    "ebit": "EBIT",
    "units": "Units",
}


BREAKDOWNS = {"by_channel": "Sales channel", "by_department": "Department", "by_segment": "Segment"}


def amount(name: str, value: float, wording: Wording) -> str:
    """A figure as people read it."""
    if name == "margin_pct":
        return pct(value)
    return compact(value) if name == "units" else wording.money(value)


def change(name: str, value: float, wording: Wording) -> str:
    """The change of a figure, with its sign."""
    if name == "margin_pct":
        return signed_points(value)
    return signed_count(value) if name == "units" else signed_money(value, wording)


def span(name: str, interval: tuple[float, float], wording: Wording, how: Any = amount) -> str:
    """'€1.2M to €1.4M'."""
    low, high = (how(name, end, wording) for end in interval)
    return f"{low.removesuffix(' points')} to {high}"
