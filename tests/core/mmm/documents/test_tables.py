from dataclasses import replace
from io import BytesIO

import pandas as pd
import pytest
from openpyxl import load_workbook

from core.mmm.documents.tables import channel_table, channels_csv, frame_csv, summary_table, to_xlsx
from tests.core.mmm import hand_made as made


def test_the_table_of_channels_has_readable_headings_and_full_precision():
    table = channel_table(made.channels(), made.WORDING)
    assert list(table["Channel"]) == ["TV", "Search", "Print"]
    assert "Incremental ROAS, lower" in table.columns
    assert table["Spend (EUR)"].tolist() == [400_000.0, 250_000.0, 50_000.0]


def test_the_csv_reads_back_with_the_same_numbers():
    table = pd.read_csv(BytesIO(channels_csv(made.report())))
    assert table["Incremental ROAS"].to_numpy() == pytest.approx(made.channels()["roas"].to_numpy())


def test_the_workbook_holds_every_frame_and_the_findings():
    book = load_workbook(BytesIO(to_xlsx(made.report())))
    sheets = {
        "Summary",
        "Channels",
        "Actual and model",
        "Over time",
        "Curves",
        "What it cannot tell",
        "Method",
    }
    assert sheets <= set(book.sheetnames)
    summary = {row[0].value: row[1].value for row in book["Summary"].iter_rows()}
    assert summary["Revenue"] == 6_000_000
    assert "media caused about 26 %" in summary["Finding 1"]
    assert book["Curves"].max_row == len(made.curves()) + 1


def test_a_name_that_looks_like_a_formula_is_text_in_csv_and_workbook():
    evil = replace(made.WORDING, labels={"tv_S": "=1+1", "search_S": "@SUM(1)", "print_S": "-2+3"})
    report = made.report(wording=evil, project="=cmd|' /C calc'!A0")
    text = channels_csv(report).decode("utf-8-sig") + frame_csv(made.curves(), evil).decode("utf-8-sig")
    cells = [cell.strip('"') for line in text.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "-2"))]
    for sheet in load_workbook(BytesIO(to_xlsx(report))):
        assert not [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_what_does_not_exist_is_an_empty_cell_in_the_summary():
    proof = made.evidence(totals=made.totals(spend=0.0), channels=made.channels((0, 0, 0)))
    table = summary_table(made.report(evidence=proof)).set_index("What")
    assert table.loc["Incremental ROAS", "Value"] is None


def test_the_workbook_says_how_often_people_should_be_reached():
    row = {"channel": "tv_S", "now": 4.0, "best": 2.5, "best_lower": 2.0, "best_upper": 3.0, "top": 8.0}
    gains = {"gain": 0.1, "gain_lower": 0.02, "gain_upper": 0.2}
    report = replace(made.report(), frequency=pd.DataFrame([row | gains]))
    sheet = load_workbook(BytesIO(to_xlsx(report)))["Best frequency"]
    told = dict(zip(*([cell.value for cell in line] for line in sheet.iter_rows()), strict=True))
    assert told["Channel"] == "TV"
    assert (told["Contacts a head now"], told["Best"], told["Best, upper"]) == (4.0, 2.5, 3.0)
    assert "Best frequency" not in load_workbook(BytesIO(to_xlsx(made.report()))).sheetnames
