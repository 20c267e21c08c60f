"""Plans to take along: figures to the cent, names as shown, nothing a spreadsheet would run."""

from dataclasses import replace
from io import BytesIO

import pandas as pd
import pytest

from core.mmm.planning.compare import compare_plans
from core.mmm.planning.export import comparison_csv, plan_csv, plan_xlsx
from core.mmm.planning.export_chart import plan_png
from tests.core.mmm.plan_examples import WORDING, budget_answer, saved, whatif_answer


def test_the_table_holds_every_channel_and_a_total_to_the_cent():
    table = pd.read_csv(BytesIO(plan_csv(budget_answer(moved=33_333.33), WORDING)))
    assert list(table["Channel"]) == ["Television", "Search", "Total"]
    assert list(table["Plan (EUR)"]) == [66_666.67, 83_333.33, 150_000.00]


@pytest.mark.parametrize(("answer", "sheet"), [(budget_answer(), "Schedule"), (whatif_answer(), "Forecast")])
def test_the_workbook_says_what_was_asked_and_answered(answer, sheet):
    book = pd.read_excel(BytesIO(plan_xlsx(answer, WORDING, [("Model", "Spring (no. 3)")])), sheet_name=None)
    assert list(book) == ["Summary", "Channels", sheet]
    facts = dict(zip(book["Summary"]["What"], book["Summary"]["Value"], strict=True))
    assert facts["Model"] == "Spring (no. 3)" and "to" in facts["Difference"]


def test_names_that_look_like_formulas_are_made_harmless():
    wording = replace(WORDING, labels={"tv_S": "=cmd()", "search_S": "Search"})
    assert "'=cmd()" in plan_csv(budget_answer(), wording).decode("utf-8-sig")


def test_a_comparison_can_be_taken_along():
    comparison = compare_plans([saved(1, "A"), saved(2, "B", 5_000.0)], 1)
    table = pd.read_csv(BytesIO(comparison_csv(comparison, WORDING)))
    assert list(table["Plan"]) == ["A", "B"] and table["Probability better"][1] == 1.0


@pytest.mark.parametrize("answer", [budget_answer(), whatif_answer()])
def test_the_picture_is_a_png_whatever_the_names(answer):
    wording = replace(WORDING, labels={"tv_S": "TV $x$ \\frac", "search_S": "Süd & Ost"}, currency="USD")
    picture = plan_png(answer, wording, "Plan for $5", "Move $40k from TV to Search")
    assert picture.startswith(b"\x89PNG") and len(picture) > 10_000
