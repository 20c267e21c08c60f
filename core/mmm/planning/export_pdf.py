"""A plan as one page of A4 landscape: figures, answer, channels, four charts, the method."""

from __future__ import annotations

from reportlab.pdfgen.canvas import Canvas

from core.charts.palette import PAPER_INK, PAPER_QUIET
from core.documents.page import BAND, MARGIN, PAGE_HEIGHT, PAGE_WIDTH, PdfPage, clipped, fonts_for, one_page
from core.mmm.planning.answers import WhatIfAnswer
from core.mmm.planning.export_paper_charts import (
    forecast_chart,
    kpi_chart,
    price_chart,
    schedule_chart,
    shown_channels,
    spend_chart,
)
from core.mmm.planning.plan_text import signed_money
from core.mmm.planning.report import PlanReport, limit_prices

LEFT_WIDTH = 236.0
LINE = 12.5
MOST_LIMITS = 8


def plan_pdf(report: PlanReport) -> bytes:
    """The one-pager as bytes. User text is drawn as text, never as markup."""
    fonts = fonts_for(_every_text(report))
    return one_page(f"{report.title.name}: plan", lambda canvas: PlanPage(canvas, report, *fonts).draw())


def _every_text(report: PlanReport) -> str:
    words, title = report.wording, report.title
    labels = [words.label(name) for name in report.schedule.channels]
    limits = [name for name, _ in limit_prices(report)]
    return "".join(
        [title.project, title.name, title.status, title.note, words.kpi_label, words.symbol,
         report.question_text, report.answer_text, *report.assumptions, *report.method, *labels, *limits]
    )  # fmt: skip


class PlanPage(PdfPage):
    """The one-pager being drawn."""

    def __init__(self, canvas: Canvas, report: PlanReport, font: str, bold: str) -> None:
        super().__init__(canvas, font, bold)
        self.report = report

    def draw(self) -> None:
        """Everything, from top to bottom."""
        report, title = self.report, self.report.title
        names = f"{title.project}  ·  {report.why.origin.model_words}"
        status = f"{title.status}  ·  " if title.status else ""
        made = f"{status}intervals: {report.level * 100:.0f} %  ·  made on {title.made_on:%d.%m.%Y}"
        self.head(title.name, names, report.horizon, made)
        self.tiles(report.kpi_tiles(), PAGE_HEIGHT - BAND - 68)
        self._left(PAGE_HEIGHT - BAND - 84)
        self._charts(PAGE_HEIGHT - BAND - 84)
        self.foot(report.method)

    def _left(self, top: float) -> None:
        report = self.report
        top = self.heading("What to do" if report.question_text else "What it changes", MARGIN, top - 12)
        top = self.paragraph(report.answer_text, MARGIN, top, LEFT_WIDTH, bold=True) - 4
        if report.question_text:
            top = (
                self.paragraph(f"Asked for: {report.question_text}", MARGIN, top, LEFT_WIDTH, PAPER_QUIET) - 4
            )
        top = self._channels(top - 12)
        room = [
            ("Note", (report.title.note,) if report.title.note else ()),
            ("Assumptions", report.assumptions),
        ]
        for heading, lines in room:
            if lines and top > 130:
                top = self.heading(heading, MARGIN, top - 16)
                for line in lines[:4]:
                    if top > 90:
                        top = self.paragraph(line[:240], MARGIN, top, LEFT_WIDTH, size=8) - 2

    def _channels(self, top: float) -> float:
        """The channels in rows: money after, and its change."""
        words, right = self.report.wording, MARGIN + LEFT_WIDTH
        self.words(MARGIN, top, "Channel", 8.4, PAPER_INK, bold=True)
        self.words(right - 72, top, self.report.after, 8.4, PAPER_INK, bold=True, right=True)
        self.words(right, top, "Change", 8.4, PAPER_INK, bold=True, right=True)
        for outcome in shown_channels(self.report.answer):
            top -= LINE
            name = clipped(words.label(outcome.channel), self.canvas, self.font, 8.4, LEFT_WIDTH - 140)
            self.words(MARGIN, top, name, 8.4, PAPER_INK)
            self.words(right - 72, top, words.money(outcome.after_value), 8.4, PAPER_INK, right=True)
            self.words(right, top, signed_money(outcome.change_value, words), 8.4, PAPER_QUIET, right=True)
        hidden = len(self.report.answer.channels) - len(shown_channels(self.report.answer))
        if hidden > 0:
            top -= LINE
            self.words(MARGIN, top, f"and {hidden} smaller ones", 7.5, PAPER_QUIET)
        return top

    def _charts(self, top: float) -> None:
        report, words = self.report, self.report.wording
        gap, left = 18.0, MARGIN + LEFT_WIDTH + 24
        width = (PAGE_WIDTH - MARGIN - left - gap) / 2
        height = (top - 62) / 2 - 26
        second, upper, lower = left + width + gap, top - 22 - height, top - 48 - 2 * height
        self.heading(
            f"Spend: {report.before.lower()} (pale) and {report.after.lower()}", left, top - 12, width
        )
        outcomes = shown_channels(report.answer)
        self.chart(left, upper, width, height, lambda axes: spend_chart(axes, outcomes, words), gutter=66)
        self.heading(f"Caused {words.kpi_label}: before (grey) and after", second, top - 12, width)
        self.chart(second, upper, width, height, lambda axes: kpi_chart(axes, outcomes, words), gutter=66)
        self.heading(f"When the money is spent, per {words.period}", left, upper - 16, width)
        self.chart(left, lower, width, height, lambda axes: schedule_chart(axes, report), gutter=32)
        prices = limit_prices(report)[:MOST_LIMITS]
        place = second, lower, width, height
        if isinstance(report.answer, WhatIfAnswer) and report.answer.forecast:
            self.heading(f"{words.kpi_label}: scenario and recent spend (dashed)", second, upper - 16, width)
            self.chart(*place, lambda axes: forecast_chart(axes, report), gutter=32)
        elif prices:
            self.heading(
                f"{words.kpi_label} of one more {words.currency} at each limit", second, upper - 16, width
            )
            self.chart(*place, lambda axes: price_chart(axes, prices), gutter=120)
