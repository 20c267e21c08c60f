"""Forecast against actual on screen: cards, the course by day, parts, dip and cannibalisation."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.charts.formats import MISSING, Wording
from core.promo.charts import post_mortem_chart
from core.promo.post_mortem import FIGURES, PartResult, PostMortem
from pages.plan.shared_promo.kpis import NAMES, amount, span
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import KpiCard, chart, kpi_row, section


def show_cards(report: PostMortem, wording: Wording) -> None:
    """The five figures: what came, how far off the forecast was, and whether its interval held."""
    kpi_row([_card(name, report, wording) for name in FIGURES], columns=5)


def _card(name: str, report: PostMortem, wording: Wording) -> KpiCard:
    error, unit = report.errors[name], "points" if name == "margin_pct" else "%"
    note = f"Forecast {amount(name, report.forecast[name], wording)}"
    interval = report.intervals.get(name)
    if interval is not None:
        held = "inside" if report.inside_interval[name] else "outside"
        note += f", {held} {span(name, interval, wording)}"
    delta = None if error is None else _signed(error, unit)
    calm = interval is not None and report.inside_interval[name]
    return KpiCard(
        NAMES[name], amount(name, report.actual[name], wording), note, delta, "neutral" if calm else "up"
    )


def _signed(value: float, unit: str) -> str:
    text = f"{value:+.1f} {unit}"
    return text[1:] if float(f"{value:.1f}") == 0 else text


def show_course(report: PostMortem, wording: Wording) -> None:
    """The chart by day."""
    section("Day by day", "The promotion is shaded; the two weeks after it show the dip.")
    chart(post_mortem_chart(report, wording.symbol), key="review_course")


def show_parts(report: PostMortem, wording: Wording) -> None:
    """Departments and sales channels in one table, the furthest off first."""
    section("Where it came from")
    rows = [
        *_rows("Department", report.by_department, wording),
        *_rows("Channel", report.by_channel, wording),
    ]
    table = pd.DataFrame(rows).drop(columns="order")
    st.dataframe(table, hide_index=True, alt="Forecast and actual sales by department and sales channel")


def _rows(kind: str, parts: Sequence[PartResult], wording: Wording) -> list[dict[str, object]]:
    found: list[dict[str, object]] = [
        {
            "By": kind,
            "Name": part.name.capitalize() if kind == "Channel" else part.name,
            "Actual": wording.money(part.actual),
            "Forecast": wording.money(part.forecast),
            "Error": MISSING if part.error_pct is None else _signed(part.error_pct, "%"),
            "Interval": {True: "held", False: "missed", None: MISSING}[part.inside],
            "order": -abs(part.actual - part.forecast),
        }
        for part in parts
    ]
    return sorted(found, key=lambda row: float(str(row["order"])))


def show_signals(report: PostMortem, wording: Wording) -> None:
    """The dip after and what other departments lost, each with its interval."""
    section("After and beside", "Against what would have been sold without the promotion; 90 % intervals.")
    cards, dip = [], report.post_promo_dip
    if dip is None:
        cards.append(KpiCard("Dip after", MISSING, "Too few days after it have sales yet."))
    else:
        when = f"{day(dip.worst_from)} to {day(dip.worst_to)}, the worst week"
        words = f"{_flag(dip.flagged)}{wording.money(dip.sales_value)}, {_ends(dip.lower, dip.upper)}; {when}"
        cards.append(KpiCard("Dip after", f"{100 * dip.share:+.1f} %", words))
    for one in report.cannibalization_signals:
        words = f"{_flag(one.flagged)}{wording.money(one.sales_value)}, {_ends(one.lower, one.upper)}"
        cards.append(KpiCard(one.department, f"{100 * one.share:+.1f} %", words))
    kpi_row(cards, columns=4)
    if not report.cannibalization_signals:
        st.caption("Every department had a promotion: none could be cannibalised.")


def _flag(flagged: bool) -> str:
    return "Past the limit: " if flagged else ""


def _ends(lower: float, upper: float) -> str:
    return f"{100 * lower:+.1f} to {100 * upper:+.1f} %"


def show_sentences(report: PostMortem) -> None:
    """Insights and learning points side by side."""
    with st.grid(2, min_column_width=320):
        for title, icon, lines in (
            ("What happened", ":material/insights:", report.insights),
            ("What to do next time", ":material/school:", report.learning_points),
        ):
            with st.container(border=True, height="stretch", gap="small"):
                st.markdown(f"**{icon} {title}**")
                st.markdown("\n".join(f"- {plain(line)}" for line in lines))
