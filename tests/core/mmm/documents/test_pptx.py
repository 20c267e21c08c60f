from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pptx import Presentation

from core.mmm.documents.pptx import to_pptx
from core.mmm.results.insights import insights_of
from core.mmm.results.limitations import Limitation, LimitationKind
from tests.core.mmm import hand_made as made


def opened(report):
    return Presentation(BytesIO(to_pptx(report)))


def texts(deck) -> str:
    """All words on all slides."""
    found = []
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                found.append(shape.text_frame.text)
            if shape.has_table:
                found += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found).replace("\u00a0", " ")


def charts(deck) -> list:
    return [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def test_the_presentation_opens_again_and_tells_the_findings_and_figures():
    report = made.report()
    words = texts(opened(report))
    for finding in report.insights.sentences:
        assert finding in words
    assert "€6.00M" in words
    assert "20 % to 33 %" in words
    assert "Weekly model" in words
    assert "The axis begins at €" in words


def test_every_slide_has_a_title_for_the_outline():
    deck = opened(made.report())
    assert len(deck.slides) == 8
    assert all(slide.shapes.title.text_frame.text for slide in deck.slides)


def test_charts_are_native_with_the_reports_numbers_and_colours():
    drawn = charts(opened(made.report()))
    assert len(drawn) == 6
    average = drawn[0].plots[0].series[1]
    frame = made.channels().sort_values("roas")
    assert list(average.values) == pytest.approx(frame["roas"].tolist())
    colours = [str(average.points[at].format.fill.fore_color.rgb) for at in range(3)]
    assert colours == [made.WORDING.colour(name).lstrip("#").upper() for name in frame["channel"]]


def test_returns_carry_their_intervals_as_error_bars():
    from lxml import etree

    xml = etree.tostring(charts(opened(made.report()))[0]._chartSpace).decode()
    assert xml.count("<c:errBars") == 2
    best = made.channels().sort_values("roas").iloc[-1]
    assert f"<c:v>{best['roas_upper'] - best['roas']:.6g}</c:v>" in xml


def test_a_name_that_looks_like_a_formula_stays_text_in_the_charts_workbooks():
    evil = replace(made.WORDING, labels={"tv_S": "=HYPERLINK(1)", "search_S": "+1", "print_S": "@x"})
    for chart in charts(opened(made.report(wording=evil))):
        book = load_workbook(BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        cells = [cell for row in book.active.iter_rows() for cell in row]
        assert not [cell.value for cell in cells if cell.data_type == "f"]


def test_a_model_that_has_not_converged_warns_and_hints_nothing():
    proof = made.evidence(diagnostics={"converged": False})
    deck = opened(made.report(evidence=proof, insights=insights_of(proof, made.WORDING)))
    words = texts(deck)
    assert "has not converged" in words
    assert "There is no hint" in words


def test_without_spend_there_is_no_slide_of_returns():
    proof = made.evidence(
        totals=made.totals(spend=0.0), channels=made.channels((0, 0, 0)), mroas_draws=made.mroas_draws(())
    )
    deck = opened(made.report(evidence=proof))
    assert "What each channel returns" not in texts(deck)
    assert len(deck.slides) == 7


def test_what_the_model_cannot_tell_has_a_slide_only_where_there_is_something():
    gap = Limitation(LimitationKind.NO_TEST, "Cause from coincidence.", "No lift test.", "Run one.")
    without, told = opened(made.report()), opened(made.report(limitations=(gap,)))
    assert len(told.slides) == len(without.slides) + 1
    assert "Cause from coincidence." in texts(told) and "Run one." in texts(told)
