"""The template to download is itself a data set the app understands."""

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest

from core.data import ColumnRole, DatasetKind, detect, read_table
from core.data.template import template_csv, template_xlsx
from core.mmm.prepare import prepare


@pytest.mark.parametrize("made", [template_csv, template_xlsx])
def test_the_template_uploads_without_a_single_problem(made: Callable[[], bytes]) -> None:
    table = read_table(made(), "template")
    found = detect(table)
    result = prepare(table, found.mapping())
    assert found.kind is DatasetKind.MIX
    assert not result.problems
    assert result.mapping.target_column == "revenue"
    assert len(result.mapping.columns_of(ColumnRole.SPEND)) == 4
    assert len(result.mapping.pairs) == 2


def test_the_workbook_explains_every_column() -> None:
    book = openpyxl.load_workbook(BytesIO(template_xlsx()))
    assert book.sheetnames == ["Data", "Notes"]
    text = " ".join(str(row[0].value) for row in book["Notes"].iter_rows())
    for name in ("date", "revenue", "tv_spend", "search_clicks", "newsletter_sends", "price_index", "event"):
        assert name in text
