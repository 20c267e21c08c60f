"""A report as a PowerPoint presentation with native charts: slides a director can present and edit."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from core.mmm.answers.hints import HINT_COLOURS, Hint
from core.mmm.answers.report import Report
from core.mmm.charts.channels import waterfall_start
from core.mmm.exports.pptx_charts import (
    Box,
    colour,
    curve_chart,
    over_time_chart,
    roas_chart,
    waterfall_chart,
)
from core.mmm.wording import probability, unbroken

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
LEFT, INNER = Inches(0.6), Inches(12.13)
BRAND, INK, QUIET, PALE = "#0b7a70", "#14201f", "#5f6e6c", "#f3f6f6"
CURVES_A_SLIDE = 6
MOST_GAPS = 6


def to_pptx(report: Report) -> bytes:
    """The presentation: title, findings, returns, contribution, over time, curves, budget, gaps, method."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    deck.core_properties.title = f"{report.model}: results"
    _title_slide(deck, report)
    _findings_slide(deck, report)
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
    _unknown_slide(deck, report)
    _method_slide(deck, report)
    out = BytesIO()
    deck.save(out)
    return out.getvalue()


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
    slide = deck.slides.add_slide(
        deck.slide_layouts[5]
    )  # the layout "Title only" keeps titles in the outline
    bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, Inches(0.16), HEIGHT)
    _paint(bar, BRAND)
    _place(slide.shapes.title, (LEFT, Inches(0.42), INNER, Inches(0.75)))
    slide.shapes.title.text_frame.margin_left = 0
    _write(slide.shapes.title.text_frame, [title], size=28, bold=True)
    footer = f"{report.project}  ·  {report.model}  ·  {report.range_words}"
    _text(slide, (LEFT, Inches(7.02), INNER, Inches(0.3)), [footer], size=10, ink=QUIET)
    number = str(len(deck.slides))
    _text(slide, (LEFT, Inches(7.02), INNER, Inches(0.3)), [number], size=10, ink=QUIET, align=PP_ALIGN.RIGHT)
    return slide


def _title_slide(deck: Any, report: Report) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    ground = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, WIDTH, Inches(4.1))
    _paint(ground, BRAND)
    slide.shapes._spTree.remove(ground._element)
    slide.shapes._spTree.insert(2, ground._element)  # behind the title
    _place(slide.shapes.title, (LEFT, Inches(1.35), INNER, Inches(1.1)))
    slide.shapes.title.text_frame.margin_left = 0
    _write(slide.shapes.title.text_frame, ["What media did"], size=44, bold=True, ink="#ffffff")
    lines = [f"{report.project} · {report.model}", report.range_words]
    _text(slide, (LEFT, Inches(2.5), INNER, Inches(1.0)), lines, size=18, ink="#d8efec")
    _tiles(slide, report, Inches(4.55))
    verdict = f"{report.verdict.sentence}  Made on {report.made_on:%d.%m.%Y}."
    _text(slide, (LEFT, Inches(6.55), INNER, Inches(0.6)), [verdict], size=12, ink=QUIET)


def _tiles(slide: Any, report: Report, top: int) -> None:
    figures = report.figures()
    gap, width = Inches(0.2), Inches(2.88)
    for at, figure in enumerate(figures):
        left = LEFT + at * (width + gap)
        box = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, left, top, width, Inches(1.7))
        box.adjustments[0] = 0.06
        _paint(box, PALE)
        frame = box.text_frame
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        _write(frame, [figure.name], size=13, ink=QUIET)
        _write(frame, [figure.value], size=30, bold=True, more=True)
        _write(frame, [figure.note or " "], size=11, ink=QUIET, more=True)


def _findings_slide(deck: Any, report: Report) -> None:
    slide = _slide(deck, report, "The findings that matter")
    top: int = Inches(1.45)
    if report.findings.warning:
        box = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, LEFT, top, INNER, Inches(0.8))
        box.adjustments[0] = 0.1
        _paint(box, "#fbe9e4")
        _write(box.text_frame, [report.findings.warning], size=15, bold=True, ink="#8f2f10")
        top += Inches(1.0)
    step = Emu(int((Inches(6.9) - top) / max(len(report.findings.sentences), 1)))
    for at, finding in enumerate(report.findings.sentences):
        number = slide.shapes.add_shape(MSO_SHAPE.OVAL, LEFT, top + at * step, Inches(0.55), Inches(0.55))
        _paint(number, BRAND)
        _write(number.text_frame, [str(at + 1)], size=18, bold=True, ink="#ffffff", align=PP_ALIGN.CENTER)
        box = (LEFT + Inches(0.8), top + at * step - Inches(0.05), INNER - Inches(0.8), step)
        _text(slide, box, [finding.text], size=20)


def _chart_slide(deck: Any, report: Report, title: str, note: str, draw: Any) -> None:
    slide = _slide(deck, report, title)
    _text(slide, (LEFT, Inches(1.1), INNER, Inches(0.4)), [note], size=14, ink=QUIET)
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
        _text(slide, (LEFT, Inches(1.1), INNER, Inches(0.4)), [note], size=14, ink=QUIET)
        for at, channel in enumerate(channels[first : first + CURVES_A_SLIDE]):
            rows = 1 if len(channels) - first <= 3 else 2
            _curve(slide, report, channel, at, Inches(5.3 / rows))


def _curve(slide: Any, report: Report, channel: str, at: int, height: int) -> None:
    width = Inches(3.95)
    left, top = LEFT + (at % 3) * Inches(4.09), Inches(1.55) + (at // 3) * height
    name = report.wording.label(channel)
    ink = report.wording.colour(channel)
    _text(slide, (left, top, width, Inches(0.3)), [name], size=12, bold=True, ink=ink)
    curve_chart(slide, (left, top + Inches(0.28), width, height - Inches(0.4)), report, channel)


def _budget_slide(deck: Any, report: Report) -> None:
    slide = _slide(deck, report, "A hint for the next budget")
    if report.hints.empty:
        text = "There is no hint: it needs a converged model and spend in at least two channels."
        _text(slide, (LEFT, Inches(1.5), INNER, Inches(0.6)), [text], size=16)
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
    _table(slide, (LEFT, Inches(1.5), INNER, Inches(0.42) * (len(rows) + 1)), heads, rows)
    note = "Small steps only: a hint speaks of the next 1 % of spend. Plans with limits: see Plan, Budget."
    _text(slide, (LEFT, Inches(6.5), INNER, Inches(0.4)), [note], size=12, ink=QUIET)


def _table(slide: Any, box: Box, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = slide.shapes.add_table(len(rows) + 1, len(heads), *box).table
    for at, share in enumerate((0.22, 0.13, 0.31, 0.2, 0.14)):
        table.columns[at].width = Emu(int(INNER * share))
    for column, head in enumerate(heads):
        _cell(table.cell(0, column), head, BRAND, "#ffffff", bold=True)
    for line, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            ink = HINT_COLOURS[Hint(text)] if column == len(heads) - 1 else INK
            _cell(
                table.cell(line, column), text, "#ffffff" if line % 2 else PALE, ink, column == len(heads) - 1
            )


def _cell(cell: Any, text: str, ground: str, ink: str, bold: bool = False) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = colour(ground)
    _write(cell.text_frame, [text], size=13, bold=bold, ink=ink)


def _unknown_slide(deck: Any, report: Report) -> None:
    """The gravest gaps with what would close them; no slide where there is none."""
    if not report.unknown:
        return
    slide = _slide(deck, report, "What this model cannot tell")
    shown = report.unknown[:MOST_GAPS]
    step = Inches(5.3 / MOST_GAPS)
    for at, gap in enumerate(shown):
        top, half = Inches(1.45) + at * step, Emu(int(INNER / 2) - Inches(0.2))
        _text(slide, (LEFT, top, half, step), [gap.what, gap.evidence], size=13, space=2)
        right = (LEFT + half + Inches(0.4), top, half, step)
        _text(slide, right, [f"What would help: {gap.cure}"], size=13, ink=QUIET)


def _method_slide(deck: Any, report: Report) -> None:
    slide = _slide(deck, report, "How this was computed")
    half = Emu(int(INNER / 2) - Inches(0.2))
    _text(slide, (LEFT, Inches(1.4), half, Inches(5.4)), list(report.method), size=14, space=8)
    reasons = [f"{reason.what} {reason.cure}" for reason in report.verdict.reasons]
    right = (LEFT + half + Inches(0.4), Inches(1.4), half, Inches(5.4))
    lines = [f"Verdict: {report.verdict.trust}", *(text[0].upper() + text[1:] for text in reasons)]
    _text(slide, right, lines, size=14, space=8)


def _place(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = box


def _paint(shape: Any, hex_colour: str) -> None:
    shape.fill.solid()
    shape.fill.fore_color.rgb = colour(hex_colour)
    shape.line.fill.background()
    style = shape._element.find(qn("p:style"))
    if style is not None:  # the theme's style brings a shadow
        shape._element.remove(style)


def _text(slide: Any, box: Box, lines: Sequence[str], **look: Any) -> None:
    frame = slide.shapes.add_textbox(*box).text_frame
    frame.margin_left = frame.margin_right = 0
    _write(frame, lines, **look)


def _write(
    frame: Any,
    lines: Sequence[str],
    *,
    size: float,
    bold: bool = False,
    ink: str = INK,
    align: Any = PP_ALIGN.LEFT,
    more: bool = False,
    space: float = 0,
) -> None:
    frame.word_wrap = True
    for at, text in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 and not more else frame.add_paragraph()
        paragraph.alignment, paragraph.space_after = align, Pt(space)
        run = paragraph.add_run()
        run.text = unbroken(text)
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, colour(ink)
