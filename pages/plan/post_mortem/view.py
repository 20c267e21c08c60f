"""A post-mortem on screen: saved, learned from, and what the next forecast makes of it."""

from __future__ import annotations

from functools import partial
from typing import Literal

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.documents.tables import to_xlsx_bytes
from core.errors import UserError
from core.promo.post_mortem import FIGURES, PostMortem, ReEstimate
from core.promo.store import models
from core.promo.store import post_mortems as reviews
from core.promo.store.scenarios import SavedPromo
from pages.plan.post_mortem.figures import show_cards, show_course, show_parts, show_sentences, show_signals
from pages.plan.post_mortem.report import Review, change_of, review_of
from pages.plan.shared_promo.context import PromoContext, show_behind
from pages.plan.shared_promo.export import XLSX, file_name
from pages.plan.shared_promo.kpis import NAMES
from pages.shared.actions import FAILED, attempt, show_faults
from pages.shared.escape import plain
from pages.shared.formatting import day, moment
from pages.shared.layout import Download, download_menu, section
from pages.shared.progress import jobs_of, show_jobs
from pages.shared.screens import Screen, link
from pages.shared.session import may


def review_board(person: Person, project: Membership, promo: SavedPromo, ground: PromoContext) -> None:
    """Everything about one promotion's outcome."""
    busy = show_jobs(jobs_of(person, project.project_id), project, key="review_jobs")
    try:
        review = review_of(person, project, promo, ground)
    except UserError as error:
        show_faults(error)
        return
    _head(review)
    _bar(review, project, busy)
    show_cards(review.report, ground.wording)
    show_sentences(review.report)
    show_course(review.report, ground.wording)
    show_signals(review.report, ground.wording)
    show_parts(review.report, ground.wording)
    if review.past:
        st.caption("The figures it was planned with are no longer kept; this is the report as it was saved.")
        return
    _next(review, project, ground)


def _head(review: Review) -> None:
    report = review.report
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="review_state"):
        st.caption(f"{day(report.period_start)} to {day(report.period_end)}", width="content")
        if not report.complete:
            st.badge(f"Sales until {day(report.covered_until)}", icon=":material/schedule:", color="orange")
        if review.saved and review.kept is not None:
            who = plain(review.kept.created_by)
            st.caption(f"Saved by {who}, {moment(review.kept.created_at)}", width="content")
        elif review.kept is not None:
            st.badge("Other sales than in the saved report", color="orange")
        link("Open the promotion", Screen.PROMOTIONS, icon=":material/sell:", promo=review.promo.info.id)


def _bar(review: Review, project: Membership, busy: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="review_bar"):
        edits, trains = may(project, Permission.PLAN_EDIT), may(project, Permission.MODEL_TRAIN)
        kind: Literal["primary", "secondary"] = "secondary" if review.saved else "primary"
        pressed = edits and st.button(
            "Save report", icon=":material/save:", key="review_save", disabled=review.saved, type=kind
        )
        if pressed and _save(review):
            st.rerun()
        reason = "Learning is under way." if busy else None
        if trains and not review.past and st.button(
            "Learn from it", icon=":material/model_training:", key="review_learn", disabled=busy,
            help=reason or "Learns all effects again, with the sales of this promotion.",
        ):  # fmt: skip
            _learn(review, project, edits)
        base = f"{file_name(review.promo.info.name)}-post-mortem"
        book = Download("Excel workbook", f"{base}.xlsx", XLSX, partial(_workbook, review.report))
        download_menu(project, [book], "Figures, days and sentences.", key="review_export")


def _save(review: Review) -> bool:
    version = review.after.model_version if review.after else None
    done = attempt(
        reviews.save_post_mortem, review.promo.info.id, review.report, version, done="Post-mortem saved"
    )
    return done is not FAILED


def _learn(review: Review, project: Membership, edits: bool) -> None:
    if edits and not review.saved and not _save(review):
        return
    note = f"After {review.promo.info.name}"[:120]
    if attempt(models.estimate, project.project_id, note=note, done="Learning has begun") is not FAILED:
        st.rerun()


def _next(review: Review, project: Membership, ground: PromoContext) -> None:
    section("The next forecast of this promotion")
    show_behind(ground)
    if review.before is None or review.after is None:
        st.caption("Learn from it, and the same promotion is forecast again here with what was learned.")
        return
    try:
        change = change_of(review, ground.settings, project)
    except UserError as error:
        show_faults(error)
        return
    st.caption(f"Version {review.before.version} against version {review.after.version}")
    st.markdown("\n".join(f"- {plain(line)}" for line in change.words))
    st.dataframe(
        _lines(change), hide_index=True, alt="Expected uplift of each line before and after learning"
    )


def _lines(change: ReEstimate) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Department": line.department,
                "Channel": line.channel.capitalize(),
                "Discount": f"{line.discount_pct:g} %",
                "Uplift before": _estimate(line.before),
                "Uplift now": _estimate(line.after),
                "Change": f"{line.moved_pp:+.1f} points",
            }
            for line in change.lines
        ]
    )


def _estimate(found: tuple[float, float, float]) -> str:
    return f"{found[0]:+.1f} % ({found[1]:+.1f} to {found[2]:+.1f})"


def _workbook(report: PostMortem) -> bytes:
    figures = [
        {
            "Figure": NAMES[name], "Forecast": report.forecast[name], "Actual": report.actual[name],
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
