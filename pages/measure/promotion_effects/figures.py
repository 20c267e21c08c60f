"""The four figures on top: how well the baseline forecasts, what a discount brings, what it costs."""

from __future__ import annotations

from core.promo.charts import METHOD_WORDS
from core.promo.effects import ALL_DEPARTMENTS, NEAR_DAYS, clear_losses
from pages.measure.promotion_effects.view import EffectsView
from pages.shared.layout import KpiCard, kpi_row

USUAL_DISCOUNT_PCT = 20.0
UNKNOWN = "–"


def show_figures(view: EffectsView) -> None:
    """Baseline, uplift, dip and cannibalisation in one figure each."""
    rows = view.of_geo(view.tables.curves)
    rows = rows[rows["discount_pct"] == USUAL_DISCOUNT_PCT]
    low, high = rows.loc[rows["mean"].idxmin()], rows.loc[rows["mean"].idxmax()]
    kpi_row(
        [
            _baseline(view),
            KpiCard(
                f"Uplift at {USUAL_DISCOUNT_PCT:.0f} % off",
                _between(low["mean"], high["mean"]),
                f"{low['department']} {low['channel']} to {high['department']} {high['channel']}",
                help="Sales against the baseline, from the weakest to the strongest cell",
            ),
            _dip(view),
            _taken(view),
        ]
    )


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign as print has it: −11.7, +21."""
    return f"{value:+.{digits}f}".replace("-", "−")


def _baseline(view: EffectsView) -> KpiCard:
    name = METHOD_WORDS[view.model.baseline.method]
    errors = view.tables.errors
    if errors.empty:
        return KpiCard("Baseline", name, "too little history to test it")
    used, other = (errors[errors["used"] == flag] for flag in (True, False))
    beside = "".join(
        f"; {METHOD_WORDS[row.method].lower()} {row.error_pct:.1f} %" for row in other.itertuples()
    )
    return KpiCard(
        "Baseline",
        name,
        f"error {used['error_pct'].iloc[0]:.1f} %{beside}",
        help="Mean absolute error of a cell's day, forecast up to four weeks ahead",
    )


def _between(low: float, high: float) -> str:
    """'21–66 %', or with signs where one end is below nothing."""
    return f"{low:.0f}–{high:.0f} %" if low >= 0 else f"{signed(low, 0)} to {signed(high, 0)} %"


def _dip(view: EffectsView) -> KpiCard:
    rows = view.tables.dip
    row = rows[(rows["department"] == ALL_DEPARTMENTS) & (rows["when"] == NEAR_DAYS)].iloc[0]
    if view.tables.events.empty:
        return KpiCard("In the week after", UNKNOWN, "no promotion to learn from")
    return KpiCard(
        "In the week after",
        f"{signed(row['mean'])} %",
        f"90 %: {signed(row['lower'])} to {signed(row['upper'])} %",
        help="Sales of the same cell against its baseline in the seven days after a promotion",
    )


def _taken(view: EffectsView) -> KpiCard:
    lost = clear_losses(view.tables.rivals)
    label = "Taken from other departments"
    if view.tables.rivals.empty:
        return KpiCard(label, UNKNOWN, "nothing to measure it on")
    if lost.empty:
        return KpiCard(label, "None shown", "no pair differs clearly from nothing")
    worst = lost.iloc[0]
    count = f"{len(lost)} pair{'s' if len(lost) > 1 else ''} of {len(view.tables.rivals)} clear"
    return KpiCard(
        label, f"{signed(worst['mean'])} %", f"{worst['on']} when {worst['by']} is on offer; {count}"
    )
