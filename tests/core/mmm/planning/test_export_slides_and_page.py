"""A plan as slides and as one page: opened again, they show the plan's own figures."""

import re
import zlib
from base64 import a85decode
from dataclasses import replace
from io import BytesIO

import pytest
from lxml import etree
from openpyxl import load_workbook
from pptx import Presentation

from core.mmm.planning.export_pdf import plan_pdf
from core.mmm.planning.export_pptx import plan_pptx
from tests.core.mmm.plan_examples import WORDING
from tests.core.mmm.planning.report_examples import budget_with_draws, of_budget, of_whatif

BOTH = pytest.mark.parametrize("make", [of_budget, of_whatif])


def charts(report) -> list:
    deck = Presentation(BytesIO(plan_pptx(report)))
    return [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def drawn(pdf: bytes) -> str:
    """What a page shows, read from its drawing commands (cp1252 fonts)."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        plain = zlib.decompress(a85decode(stream.strip().removesuffix(b"~>")))
        found += re.findall(rb"\((.*?)(?<!\\)\) Tj", plain, re.S)
    text = " ".join(part.decode("latin-1") for part in found)
    return re.sub(r"\\(\d{3})", lambda at: bytes([int(at[1], 8)]).decode("cp1252"), text).replace(
        "\u00a0", " "
    )


@BOTH
def test_every_slide_has_a_title_and_the_answer_is_on_the_first(make):
    report = make()
    deck = Presentation(BytesIO(plan_pptx(report)))
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert titles[0] == "Plan for spring" and all(titles)
    words = "\n".join(s.text_frame.text for s in deck.slides[0].shapes if s.has_text_frame)
    assert "Frozen on 30 Dec 2025 by Ann" in words and "beats" in words
    assert ("What the limits cost" in titles) is (make is of_budget)
    assert ("Revenue over the horizon" in titles) is (make is of_whatif)


@BOTH
def test_charts_are_native_and_hold_the_plans_money(make):
    report = make()
    money, kpi, schedule, *_ = charts(report)
    after, before = money.plots[0].series
    rows = report.answer.frame.iloc[::-1]
    assert list(after.values) == rows["after_value"].tolist()
    assert list(before.values) == rows["before_value"].tolist()
    assert etree.tostring(kpi._chartSpace).decode().count("<c:errBars") == 2
    stacked = {series.name: list(series.values) for series in schedule.plots[0].series}
    assert stacked["Search"] == report.schedule.frame["search_S"].tolist()


def test_what_limits_cost_is_a_chart_of_their_prices():
    prices = charts(of_budget())[3].plots[0]
    assert dict(zip(prices.categories, prices.series[0].values, strict=True)) == {
        "Budget": 1.7, "Television, minimum": 0.5,
    }  # fmt: skip


@BOTH
def test_the_charts_workbooks_run_no_formula(make):
    evil = replace(WORDING, labels={"tv_S": "=HYPERLINK(1)", "search_S": "+1"})
    for chart in charts(make(evil)):
        book = load_workbook(BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        assert not [c.value for row in book.active.iter_rows() for c in row if c.data_type == "f"]


@BOTH
def test_the_one_pager_is_one_page_with_the_answer_and_where_it_comes_from(make):
    report = make()
    pdf = plan_pdf(report)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
    words = drawn(pdf)
    for text in ("Plan for spring", "Television", "Spring \\(no. 3\\)", "Frozen on 30 Dec 2025", "Ask Ben."):
        assert text in words
    assert report.kpi_tiles()[0].value in words


@BOTH
def test_names_of_any_language_and_length_are_drawn(make):
    wording = replace(WORDING, labels={"tv_S": "Телевидение " * 9, "search_S": "<b>検索</b>"}, currency="JPY")
    assert plan_pdf(make(wording)).startswith(b"%PDF")
    assert plan_pptx(make(wording)).startswith(b"PK")


def test_a_plan_of_forty_channels_and_one_without_money_still_fit():
    answer = budget_with_draws()
    many = tuple(replace(answer.channels[0], channel=f"c{at}") for at in range(40))
    rows = tuple({"date": row["date"], **{o.channel: 1.0 for o in many}} for row in answer.schedule)
    wide = replace(answer, channels=many, schedule=rows)
    nothing = tuple(replace(o, before_value=0.0, after_value=0.0, roas_after=None, next_roas=None)
                    for o in answer.channels)  # fmt: skip
    empty = ({"date": "2026-01-05", "tv_S": 0.0, "search_S": 0.0},)
    none = replace(answer, channels=nothing, roas=None, schedule=empty)
    for kept in (wide, none):
        report = of_budget(answer=kept)
        assert plan_pdf(report).startswith(b"%PDF") and plan_pptx(report).startswith(b"PK")
