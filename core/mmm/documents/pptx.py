"""A report as a PowerPoint presentation with native charts: slides a director can present and edit."""

from __future__ import annotations

from typing import Any

from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import PP_ALIGN
from pptx.util import Emu, Inches

from core.charts.formats import probability
from core.documents.deck import (
    BRAND,
    INNER,
    LEFT,
    QUIET,
    add_table,
    add_text,
    as_bytes,
    new_deck,
    new_slide,
    paint,
    title_slide,
    write,
)
from core.mmm.charts.channels import waterfall_start
from core.mmm.documents.pptx_charts import curve_chart, over_time_chart, roas_chart, waterfall_chart
from core.mmm.results.insights import HINT_COLOURS, Hint
from core.mmm.results.report import Report

CURVES_A_SLIDE = 6
MOST_GAPS = 6


def to_pptx(report: Report) -> bytes:
    """The presentation: title, findings, returns, contribution, over time, curves, budget, gaps, method."""
    deck = new_deck(f"{report.model}: results")
    _title(deck, report)
    _insights_slide(deck, report)
    if report.totals.spend > 0:
        _chart_slide(deck, report, "What each channel returns", _returns_note(report), roas_chart)
    _chart_slide(
        deck, report, f"Where {report.wording.kpi_label} came from", _parts_note(report), waterfall_chart
    )
    _chart_slide(
        deck, report, f"{report.wording.kpi_label} over time", "Baseline and channels.", over_time_chart
    )
    _curve_slides(deck, report)
    _budget_slide(deck, report)
    _limitations_slide(deck, report)
    _method_slide(deck, report)
    return as_bytes(deck)


def _returns_note(report: Report) -> str:
    words = report.wording
    return (
        f"{words.return_name} by channel with the {report.interval_words}; the marginal bar is the return on "
        "the next 1 % of spend."
    )


def _parts_note(report: Report) -> str:
    start = waterfall_start(report.parts)
    axis = f" The axis begins at {report.wording.kpi(start)}." if start > 0 else ""
    return f"From the baseline over each channel to the total, each with its {report.interval_words}.{axis}"


def _slide(deck: Any, report: Report, title: str) -> Any:
    return new_slide(deck, title, f"{report.project}  ·  {report.model}  ·  {report.range_words}")


def _title(deck: Any, report: Report) -> None:
    lines = [f"{report.project} · {report.model}", report.range_words]
    verdict = f"{report.judgement.sentence}  Made on {report.made_on:%d.%m.%Y}."
    title_slide(deck, "What media did", lines, report.kpi_tiles(), verdict)


def _insights_slide(deck: Any, report: Report) -> None:
    slide = _slide(deck, report, "The findings that matter")
    top: int = Inches(1.45)
    if report.insights.warning:
        box = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, LEFT, top, INNER, Inches(0.8))
        box.adjustments[0] = 0.1
        paint(box, "#fbe9e4")
        write(box.text_frame, [report.insights.warning], size=15, bold=True, ink="#8f2f10")
        top += Inches(1.0)
    step = Emu(int((Inches(6.9) - top) / max(len(report.insights.sentences), 1)))
    for at, finding in enumerate(report.insights.sentences):
        number = slide.shapes.add_shape(MSO_SHAPE.OVAL, LEFT, top + at * step, Inches(0.55), Inches(0.55))
        paint(number, BRAND)
        write(number.text_frame, [str(at + 1)], size=18, bold=True, ink="#ffffff", align=PP_ALIGN.CENTER)
        box = (LEFT + Inches(0.8), top + at * step - Inches(0.05), INNER - Inches(0.8), step)
        add_text(slide, box, [finding], size=20)


def _chart_slide(deck: Any, report: Report, title: str, note: str, draw: Any) -> None:
    slide = _slide(deck, report, title)
    add_text(slide, (LEFT, Inches(1.1), INNER, Inches(0.4)), [note], size=14, ink=QUIET)
    draw(slide, (LEFT, Inches(1.6), INNER, Inches(5.3)), report)


def _curve_slides(deck: Any, report: Report) -> None:
    channels = list(dict.fromkeys(report.curves["channel"]))
    for first in range(0, len(channels), CURVES_A_SLIDE):
        slide = _slide(deck, report, "How the effect grows with spend")
        words = report.wording
        note = (
            f"{words.kpi_label} caused per {words.period} against spend per {words.period}; dashed: the "
            f"{report.interval_words}; the dot: mean spend."
        )
        add_text(slide, (LEFT, Inches(1.1), INNER, Inches(0.4)), [note], size=14, ink=QUIET)
        for at, channel in enumerate(channels[first : first + CURVES_A_SLIDE]):
            rows = 1 if len(channels) - first <= 3 else 2
            _curve(slide, report, channel, at, Inches(5.3 / rows))


def _curve(slide: Any, report: Report, channel: str, at: int, height: int) -> None:
    width = Inches(3.95)
    left, top = LEFT + (at % 3) * Inches(4.09), Inches(1.55) + (at // 3) * height
    name = report.wording.label(channel)
    ink = report.wording.colour(channel)
    add_text(slide, (left, top, width, Inches(0.3)), [name], size=12, bold=True, ink=ink)
    curve_chart(slide, (left, top + Inches(0.28), width, height - Inches(0.4)), report, channel)


def _budget_slide(deck: Any, report: Report) -> None:
    slide = _slide(deck, report, "A hint for the next budget")
    if report.hints.empty:
        text = "There is no hint: it needs a converged model and spend in at least two channels."
        add_text(slide, (LEFT, Inches(1.5), INNER, Inches(0.6)), [text], size=16)
        return
    words = report.wording
    heads = [
        "Channel",
        "Spend",
        f"Next money returns ({report.interval_words})",
        "Better than today's mix",
        "Hint",
    ]
    rows = []
    for row in report.hints.to_dict("records"):
        low, high = words.per_money(row["mroas_lower"]), words.per_money(row["mroas_upper"])
        returns = f"{words.per_money(row['mroas'])}  ({low} to {high})"
        chance = probability(row["above"])
        rows.append(
            [words.label(row["channel"]), words.money(row["spend"]), returns, chance, str(row["hint"])]
        )
    box = (LEFT, Inches(1.5), INNER, Inches(0.42) * (len(rows) + 1))
    inks = [HINT_COLOURS[Hint(row[-1])] for row in rows]
    add_table(slide, box, heads, rows, (0.22, 0.13, 0.31, 0.2, 0.14), inks)
    note = "Small steps only: a hint speaks of the next 1 % of spend. Plans with limits: see Plan, Budget."
    add_text(slide, (LEFT, Inches(6.5), INNER, Inches(0.4)), [note], size=12, ink=QUIET)


def _limitations_slide(deck: Any, report: Report) -> None:
    """The gravest gaps with what would close them; no slide where there is none."""
    if not report.limitations:
        return
    slide = _slide(deck, report, "What this model cannot tell")
    shown = report.limitations[:MOST_GAPS]
    step = Inches(5.3 / MOST_GAPS)
    for at, gap in enumerate(shown):
        top, half = Inches(1.45) + at * step, Emu(int(INNER / 2) - Inches(0.2))
        add_text(slide, (LEFT, top, half, step), [gap.what, gap.evidence], size=13, space=2)
        right = (LEFT + half + Inches(0.4), top, half, step)
        add_text(slide, right, [f"What would help: {gap.cure}"], size=13, ink=QUIET)


def _method_slide(deck: Any, report: Report) -> None:
    slide = _slide(deck, report, "How this was computed")
    half = Emu(int(INNER / 2) - Inches(0.2))
    add_text(slide, (LEFT, Inches(1.4), half, Inches(5.4)), list(report.method), size=14, space=8)
    right = (LEFT + half + Inches(0.4), Inches(1.4), half, Inches(5.4))
    lines = [f"Verdict: {report.judgement.trust}", *(issue.advice for issue in report.judgement.reasons)]
    add_text(slide, right, lines, size=14, space=8)
