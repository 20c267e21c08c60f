"""Plans to take along: figures to the cent, names as shown, nothing a spreadsheet would run."""

from dataclasses import replace
from io import BytesIO

import pandas as pd
import pytest
from openpyxl import load_workbook

from core.charts.formats import Wording
from core.data.calendar import Granularity
from core.json_values import from_json, to_json
from core.mmm.planning.answers import BudgetAnswer
from core.mmm.planning.basis import read_basis
from core.mmm.planning.budget_answer import solve_budget
from core.mmm.planning.budget_question import first_budget
from core.mmm.planning.compare import compare_plans
from core.mmm.planning.export_paper_charts import plan_png
from core.mmm.planning.export_tables import comparison_csv, plan_csv, plan_xlsx
from core.mmm.planning.schedule import ScheduleShape
from core.mmm.planning.schedule_file import read_schedule
from tests.core.mmm.plan_examples import WORDING, budget_answer, saved, whatif_answer
from tests.core.mmm.planning.report_examples import of_budget, of_whatif
from tests.core.mmm.samples import MERIDIAN, meridian, prior_model

SHEETS = ["Plan", "Summary", "Channels", "Why", "Draws", "Assumptions", "Method"]


def book_of(report) -> dict[str, pd.DataFrame]:
    return pd.read_excel(BytesIO(plan_xlsx(report)), sheet_name=None)


def test_the_workbook_begins_with_the_schedule_and_holds_everything_behind_it():
    assert list(book_of(of_budget())) == [*SHEETS[:3], "Limits", *SHEETS[3:]]
    assert list(book_of(of_whatif())) == [*SHEETS, "Forecast"]


@pytest.mark.parametrize("report", [of_budget(), of_whatif()])
def test_the_workbook_read_back_is_the_same_schedule_to_the_cent(report):
    dates = pd.date_range("2026-01-05", periods=13, freq="7D")
    shape = ScheduleShape(("tv_S", "search_S"), WORDING, Granularity.WEEKLY, dates)
    for content, name in ((plan_xlsx(report), "plan.xlsx"), (plan_csv(report), "plan.csv")):
        back = read_schedule(content, name, shape).schedule
        pd.testing.assert_frame_equal(
            back.frame, report.schedule.frame, check_freq=False, check_exact=True, check_index_type=False
        )


def test_the_table_of_channels_holds_a_total_to_the_cent():
    table = book_of(of_budget(answer=budget_answer(moved=33_333.33)))["Channels"]
    assert list(table["Channel"]) == ["Television", "Search", "Total"]
    assert list(table["Plan (EUR)"]) == [66_666.67, 83_333.33, 150_000.00]


def test_the_summary_says_what_was_asked_answered_and_on_what():
    table = book_of(of_budget())["Summary"]
    facts = dict(zip(table["What"], table["Value"], strict=True))
    assert facts["Model"] == "Spring (no. 3), trained 2025-11-20"
    assert facts["Status"] == "Frozen on 30 Dec 2025 by Ann" and facts["Note"] == "Ask Ben."
    assert "version 2: 208 rows, 2022-01-03 to 2025-12-29" in facts["Data"]
    assert "Cheapest way" in facts["Asked for"]
    gain = table[table["What"].str.contains("against")].iloc[0]
    assert (gain["Value"], gain["Lower"], gain["Upper"]) == (25_000.0, 12_500.0, 37_500.0)


def test_the_gain_can_be_recomputed_from_the_workbook_alone():
    report = of_budget()
    book = book_of(report)
    gap = book["Draws"]["plan"] + book["Draws"]["plan_after"] - book["Draws"]["before"]
    why = book["Why"].query("Figure == 'Difference'").set_index("What")["Value"]
    assert gap.mean() == pytest.approx(float(why["Mean"])) == pytest.approx(25_000.0, rel=1e-4)
    assert gap.quantile(0.1) == pytest.approx(float(why["Quantile 0.1"]))
    assert len(gap) == why["Draws"] == 200


def test_limits_in_force_stand_in_the_workbook_with_their_price():
    table = book_of(of_budget())["Limits"].set_index("Limit")
    assert table.loc["Budget", "Most"] == 150_000.0
    assert list(table.loc["Television", ["Least", "Most"]]) == [0.0, 150_000.0]
    assert table.loc["Television", "Revenue of one more unit"] == 0.5


@pytest.mark.parametrize("make", [of_budget, of_whatif])
def test_names_that_look_like_formulas_are_made_harmless(make):
    evil = replace(WORDING, labels={"tv_S": "=cmd()", "search_S": "@SUM(1)"}, kpi_label="=1+1")
    report = make(evil)
    assert "'=cmd()" in plan_csv(report).decode("utf-8-sig")
    book = load_workbook(BytesIO(plan_xlsx(report)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(("=", "@"))]


def test_a_comparison_can_be_taken_along():
    comparison = compare_plans([saved(1, "A"), saved(2, "B", 5_000.0)], 1)
    table = pd.read_csv(BytesIO(comparison_csv(comparison, WORDING)))
    assert list(table["Plan"]) == ["A", "B"] and table["Probability better"][1] == 1.0


@pytest.mark.parametrize("answer", [budget_answer(), whatif_answer()])
def test_the_picture_is_a_png_whatever_the_names(answer):
    wording = replace(WORDING, labels={"tv_S": "TV $x$ \\frac", "search_S": "Süd & Ost"}, currency="USD")
    picture = plan_png(answer, wording, "Plan for $5", "Move $40k from TV to Search")
    assert picture.startswith(b"\x89PNG") and len(picture) > 10_000


def test_a_plan_with_money_by_geo_goes_out_and_comes_back_to_the_cent():
    model = prior_model(meridian(), MERIDIAN, 40)
    basis = read_basis(model, 4)
    answer = solve_budget(model, replace(first_budget(basis), by_geo=True), basis, draws=40)
    report = of_budget(Wording(), from_json(BudgetAnswer, to_json(answer)))
    shape = ScheduleShape(model.channels, Wording(), model.frequency, basis.dates, tuple(model.geos))
    back = read_schedule(plan_xlsx(report), "plan.xlsx", shape).schedule
    assert back.by_geo and back.total == answer.total_value
    pd.testing.assert_frame_equal(
        back.frame, report.schedule.frame.sort_index(), check_freq=False, check_index_type=False
    )
