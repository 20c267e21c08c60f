"""A plan as a PowerPoint presentation with native charts."""

from __future__ import annotations

from typing import Any

from pptx.util import Emu, Inches

from core.documents.deck import (
    INNER,
    LEFT,
    QUIET,
    add_table,
    add_text,
    as_bytes,
    new_deck,
    new_slide,
    title_slide,
)
from core.mmm.planning.answers import WhatIfAnswer
from core.mmm.planning.export_pptx_charts import (
    forecast_chart,
    kpi_chart,
    money_chart,
    price_chart,
    schedule_chart,
)
from core.mmm.planning.plan_text import signed_money
from core.mmm.planning.report import PlanReport, limit_prices

MOST_ROWS = 13


def plan_pptx(report: PlanReport) -> bytes:
    """The presentation: title, channels, money, caused KPI, schedule, limits or forecast, method."""
    deck = new_deck(f"{report.title.name}: plan")
    origin, title = report.why.origin, report.title
    lines = [f"{title.project} · {origin.model_words}", report.horizon]
    status = f"{title.status}. " if title.status else ""
    sentence = f"{report.answer_text}  {status}Made on {title.made_on:%d.%m.%Y}."
    title_slide(deck, title.name, lines, report.kpi_tiles(), sentence)
    _channels(deck, report)
    words, level = report.wording, report.interval_words
    _chart(
        deck,
        report,
        "The money, before and after",
        f"{report.before} and {report.after.lower()}.",
        money_chart,
    )
    note = f"{words.kpi_label} caused by each channel in the horizon, with its {level}."
    _chart(deck, report, f"What it brings in {words.kpi_label}", note, kpi_chart)
    _chart(deck, report, "When the money is spent", f"Spend per {words.period} and channel.", schedule_chart)
    if limit_prices(report):
        note = f"{words.kpi_label} that one more unit of {words.currency} would bring at each limit."
        _chart(deck, report, "What the limits cost", note, price_chart)
    if isinstance(report.answer, WhatIfAnswer) and report.answer.forecast:
        note = f"All of {words.kpi_label}, baseline included, with the ends of its {level}."
        _chart(deck, report, f"{words.kpi_label} over the horizon", note, forecast_chart)
    _method(deck, report)
    return as_bytes(deck)


def _slide(deck: Any, report: PlanReport, title: str) -> Any:
    footer = f"{report.title.project}  ·  {report.title.name}  ·  {report.horizon}"
    return new_slide(deck, title, footer)


def _chart(deck: Any, report: PlanReport, title: str, note: str, draw: Any) -> None:
    slide = _slide(deck, report, title)
    add_text(slide, (LEFT, Inches(1.1), INNER, Inches(0.4)), [note], size=14, ink=QUIET)
    draw(slide, (LEFT, Inches(1.6), INNER, Inches(5.3)), report)


def _channels(deck: Any, report: PlanReport) -> None:
    """Every channel in a row: money before and after, what it causes, what the next money returns."""
    slide, words = _slide(deck, report, "Channel by channel"), report.wording
    ranked = sorted(report.answer.channels, key=lambda outcome: -outcome.after_value)
    heads = [
        "Channel",
        report.before,
        report.after,
        "Change",
        f"Caused {words.kpi_label}",
        "Next money returns",
    ]
    rows = [
        [
            words.label(outcome.channel),
            words.money(outcome.before_value),
            words.money(outcome.after_value),
            signed_money(outcome.change_value, words),
            f"{words.kpi(outcome.kpi_after.mean)}  ({words.kpi(outcome.kpi_after.lower)} to "
            f"{words.kpi(outcome.kpi_after.upper)})",
            words.per_money(outcome.next_roas.mean) if outcome.next_roas else "–",
        ]
        for outcome in ranked[:MOST_ROWS]
    ]
    box = (LEFT, Inches(1.4), INNER, Inches(0.38) * (len(rows) + 1))
    add_table(slide, box, heads, rows, (0.22, 0.14, 0.14, 0.13, 0.24, 0.13), size=12)
    if len(ranked) > MOST_ROWS:
        note = f"{len(ranked) - MOST_ROWS} smaller channels stand in the workbook."
        add_text(slide, (LEFT, Inches(6.7), INNER, Inches(0.3)), [note], size=11, ink=QUIET)


def _method(deck: Any, report: PlanReport) -> None:
    slide = _slide(deck, report, "How this was computed")
    half = Emu(int(INNER / 2) - Inches(0.2))
    add_text(slide, (LEFT, Inches(1.4), half, Inches(5.4)), list(report.method), size=14, space=8)
    lines = [*([f"Asked for: {report.question_text}"] if report.question_text else []), *report.assumptions]
    lines += [f"Note: {report.title.note}"] if report.title.note else []
    right = (LEFT + half + Inches(0.4), Inches(1.4), half, Inches(5.4))
    add_text(slide, right, lines or ["No further assumptions."], size=14, space=8)
