"""A post-mortem on screen: forecast against actual, saving and re-estimation, and the next forecast."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.charts.formats import MISSING, Wording
from core.documents.tables import to_xlsx_bytes
from core.errors import UserError
from core.promo.charts import post_mortem_chart
from core.promo.post_mortem import FIGURES, Cannibalisation, PartResult, PostMortem, PostPromoDip
from core.promo.scenarios.kpis import LineKpis
from core.promo.scenarios.labels import KPI_NAMES, amount, span
from core.promo.scenarios.tables import XLSX, file_name
from core.promo.store import models, post_mortems
from core.promo.store.models import PromoModelInfo
from core.promo.store.scenarios import SavedPromo
from pages.plan.post_mortem.report import PromoReview, next_forecast, review_of
from pages.plan.shared_promo.context import PromoContext, show_outdated
from pages.shared.actions import FAILED, attempt, show_faults
from pages.shared.escape import plain
from pages.shared.formatting import day, moment
from pages.shared.layout import Download, KpiCard, chart, download_menu, kpi_row, section
from pages.shared.progress import jobs_of, show_jobs
from pages.shared.screens import Screen, link
from pages.shared.session import may


def show_post_mortem(person: Person, project: Membership, promo: SavedPromo, context: PromoContext) -> None:
    """Everything about one promotion's outcome."""
    running = show_jobs(jobs_of(person, project.project_id), project, key="review_jobs")
    try:
        review = review_of(person, project, promo, context)
    except UserError as error:
        show_faults(error)
        return
    report, wording = review.report, context.wording
    _show_status(review)
    _show_buttons(review, project, running)
    kpi_row([_kpi_card(name, report, wording) for name in FIGURES], columns=5)
    with st.grid(2, min_column_width=320):
        for title, icon, lines in (
            ("What happened", ":material/insights:", report.insights),
            ("What to do next time", ":material/school:", report.learning_points),
        ):
            with st.container(border=True, height="stretch", gap="small"):
                st.markdown(f"**{icon} {title}**")
                st.markdown("\n".join(f"- {plain(line)}" for line in lines))
    section("Day by day", "The promotion is shaded; the two weeks after it show the dip.")
    chart(post_mortem_chart(report, wording.symbol), key="review_course")
    _show_side_effects(report, wording)
    section("Where it came from")
    parts = [
        *_part_rows("Department", report.by_department, wording),
        *_part_rows("Channel", report.by_channel, wording),
    ]
    alt = "Forecast and actual sales by department and sales channel"
    st.dataframe(pd.DataFrame(parts), hide_index=True, alt=alt)
    if review.report_only:
        st.caption("The figures it was planned with are no longer kept; this is the report as it was saved.")
        return
    section("The next forecast of this promotion")
    show_outdated(context)
    if review.before is None or review.after is None:
        st.caption("Learn from it, and the same promotion is forecast again here with what was learned.")
        return
    try:
        _show_next_forecast(review.promo, review.before, review.after, context, project.currency)
    except UserError as error:
        show_faults(error)


def _show_status(review: PromoReview) -> None:
    report = review.report
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="review_state"):
        st.caption(f"{day(report.period_start)} to {day(report.period_end)}", width="content")
        if not report.complete:
            st.badge(f"Sales until {day(report.covered_until)}", icon=":material/schedule:", color="orange")
        if review.is_saved and review.saved is not None:
            who = plain(review.saved.created_by)
            st.caption(f"Saved by {who}, {moment(review.saved.created_at)}", width="content")
        elif review.saved is not None:
            st.badge("Other sales than in the saved report", color="orange")
        link("Open the promotion", Screen.PROMOTIONS, icon=":material/sell:", promo=review.promo.info.id)


def _show_buttons(review: PromoReview, project: Membership, running: bool) -> None:
    def save() -> bool:
        version = review.after.model_version if review.after else None
        return attempt(
            post_mortems.save_post_mortem, review.promo.info.id, review.report, version,
            done="Post-mortem saved",
        ) is not FAILED  # fmt: skip

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="review_bar"):
        edits, trains = may(project, Permission.PLAN_EDIT), may(project, Permission.MODEL_TRAIN)
        kind: Literal["primary", "secondary"] = "secondary" if review.is_saved else "primary"
        pressed = edits and st.button(
            "Save report", icon=":material/save:", key="review_save", disabled=review.is_saved, type=kind
        )
        if pressed and save():
            st.rerun()
        reason = "Learning is under way." if running else None
        pressed = trains and not review.report_only and st.button(
            "Learn from it", icon=":material/model_training:", key="review_learn", disabled=running,
            help=reason or "Learns all effects again, with the sales of this promotion.",
        )  # fmt: skip
        # The report comes first: it holds the model that made the forecast.
        if pressed and (not edits or review.is_saved or save()):
            note = f"After {review.promo.info.name}"[:120]
            done = "Learning has begun"
            if attempt(models.estimate, project.project_id, note=note, done=done) is not FAILED:
                st.rerun()
        base = f"{file_name(review.promo.info.name)}-post-mortem"
        book = Download("Excel workbook", f"{base}.xlsx", XLSX, partial(_workbook, review.report))
        download_menu(project, [book], "Figures, days and sentences.", key="review_export")


def _kpi_card(name: str, report: PostMortem, wording: Wording) -> KpiCard:
    """What came, how far off the forecast was, and whether its interval held."""
    error, unit = report.errors[name], "points" if name == "margin_pct" else "%"
    note = f"Forecast {amount(name, report.forecast[name], wording)}"
    interval = report.intervals.get(name)
    if interval is not None:
        inside = "inside" if report.inside_interval[name] else "outside"
        note += f", {inside} {span(name, interval, wording)}"
    delta = None if error is None else _signed(error, unit)
    calm = interval is not None and report.inside_interval[name]
    return KpiCard(
        KPI_NAMES[name], amount(name, report.actual[name], wording), note, delta, "neutral" if calm else "up"
    )


def _signed(value: float, unit: str) -> str:
    text = f"{value:+.1f} {unit}"
    return text[1:] if float(f"{value:.1f}") == 0 else text


def _part_rows(kind: str, parts: Sequence[PartResult], wording: Wording) -> list[dict[str, str]]:
    """One row per department or channel, the furthest off first."""
    return [
        {
            "By": kind,
            "Name": part.name.capitalize() if kind == "Channel" else part.name,
            "Actual": wording.money(part.actual),
            "Forecast": wording.money(part.forecast),
            "Error": MISSING if part.error_pct is None else _signed(part.error_pct, "%"),
            "Interval": {True: "held", False: "missed", None: MISSING}[part.inside],
        }
        for part in sorted(parts, key=lambda part: -abs(part.actual - part.forecast))
    ]


def _show_side_effects(report: PostMortem, wording: Wording) -> None:
    """The dip afterwards and what other departments lost, each with its interval."""
    section("After and beside", "Against what would have been sold without the promotion; 90 % intervals.")

    def card(title: str, effect: PostPromoDip | Cannibalisation, when: str = "") -> KpiCard:
        flag = "Past the limit: " if effect.flagged else ""
        ends = f"{100 * effect.lower:+.1f} to {100 * effect.upper:+.1f} %"
        note = f"{flag}{wording.money(effect.sales_value)}, {ends}{when}"
        return KpiCard(title, f"{100 * effect.share:+.1f} %", note)

    dip, lost = report.post_promo_dip, report.cannibalization_signals
    if dip is None:
        cards = [KpiCard("Dip after", MISSING, "Too few days after it have sales yet.")]
    else:
        when = f"; {day(dip.worst_from)} to {day(dip.worst_to)}, the worst week"
        cards = [card("Dip after", dip, when)]
    kpi_row([*cards, *(card(one.department, one) for one in lost)], columns=4)
    if not lost:
        st.caption("Every department had a promotion: none could be cannibalised.")


def _show_next_forecast(
    promo: SavedPromo, before: PromoModelInfo, after: PromoModelInfo, context: PromoContext, currency: str
) -> None:
    change = next_forecast(promo.scenario, before, after, context.settings, currency)
    st.caption(f"Version {before.version} against version {after.version}")
    st.markdown("\n".join(f"- {plain(line)}" for line in change.text))

    def uplift(line: LineKpis) -> str:
        return f"{line.uplift_pct:+.1f} % ({line.uplift_lower_pct:+.1f} to {line.uplift_upper_pct:+.1f})"

    rows = [
        {
            "Department": was.department,
            "Channel": was.channel.capitalize(),
            "Discount": f"{was.discount_pct:g} %",
            "Uplift before": uplift(was),
            "Uplift now": uplift(now),
            "Change": f"{now.uplift_pct - was.uplift_pct:+.1f} points",
        }
        for was, now in change.lines
    ]
    alt = "Expected uplift of each line before and after learning"
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=alt)


def _workbook(report: PostMortem) -> bytes:
    figures = [
        {
            "Figure": KPI_NAMES[name], "Forecast": report.forecast[name], "Actual": report.actual[name],
            "Error": report.errors[name], "Lower": report.intervals.get(name, (None, None))[0],
            "Upper": report.intervals.get(name, (None, None))[1],
        }
        for name in FIGURES
    ]  # fmt: skip
    lines = [("Insight", line) for line in report.insights]
    lines += [("Next time", line) for line in report.learning_points]
    tables = {
        "Figures": pd.DataFrame(figures),
        "Days": pd.DataFrame([vars(row) for row in report.days]),
        "Departments": pd.DataFrame([vars(part) for part in report.by_department]),
        "Sales channels": pd.DataFrame([vars(part) for part in report.by_channel]),
        "Sentences": pd.DataFrame(lines, columns=["Kind", "Text"]),
    }
    return to_xlsx_bytes(tables)
