"""Why a promotion is suggested, in sentences for people who plan."""

from __future__ import annotations

from collections.abc import Iterator

from core.promo.opportunities.months import month_words
from core.promo.scenarios.kpis import PromoKpis

WORTH_SAYING = 0.05  # of a season that differs from the average month
LEAST_TAKEN_PCT = 0.5
LEAST_DIP_SHARE = 0.005


def reasons(kpis: PromoKpis, month: str, season: float, closed: float | None, room: float) -> tuple[str, ...]:
    """Full sentences, the weightiest first."""
    return tuple(_sentences(kpis, month, season, closed, room))


def _sentences(
    kpis: PromoKpis, month: str, season: float, closed: float | None, room: float
) -> Iterator[str]:
    line = kpis.lines[0]
    if closed:
        share = _percent(100 * closed)
        yield f"It would bring {share} of the sales that are missing in {month_words(month)}."
    yield _response(kpis)
    if abs(season - 1) >= WORTH_SAYING:
        word = "above" if season > 1 else "below"
        name = month_words(month).split()[0]
        yield f"{name} is {_percent(100 * abs(season - 1))} {word} an average month of {line.department}."
    if room >= 1:
        yield f"{room:.0f} points of discount are allowed and not usually used."
    yield from _costs(kpis)


def _response(kpis: PromoKpis) -> str:
    line = kpis.lines[0]
    place = f"{line.department}, {line.channel}"
    span = f"{line.uplift_lower_pct:+.0f} to {line.uplift_upper_pct:+.0f} %"
    moves = f"its sales by {line.uplift_pct:+.0f} % (90 %: {span})"
    if line.pooled:
        return f"{place} never had a promotion; as others react, {line.discount_pct:g} % would move {moves}."
    return f"In {place}, a discount of {line.discount_pct:g} % moves {moves}."


def _costs(kpis: PromoKpis) -> Iterator[str]:
    """What it takes from others and from the weeks after, counted in its rank."""
    taken = {name: float(row["channel_share_pct"]) for name, row in kpis.cannibalised.items()}
    name = max(taken, key=lambda key: taken[key], default=None)
    if name is not None and taken[name] >= LEAST_TAKEN_PCT:
        channel = kpis.cannibalised[name]["channel"]
        yield f"It takes {_percent(taken[name])} of the sales of {name}, {channel}."
    dip = -float(kpis.after["share"])
    if dip >= LEAST_DIP_SHARE:
        yield f"The two weeks after sell {_percent(100 * dip)} less."


def _percent(value: float) -> str:
    return f"{value:.0f} %" if value >= 10 else f"{value:.1f} %"
