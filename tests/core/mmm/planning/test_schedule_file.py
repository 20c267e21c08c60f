"""A schedule leaves as a workbook and comes back equal to the cent; a file at fault changes nothing."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from core.charts.formats import Wording
from core.data.calendar import Granularity
from core.documents.tables import to_csv_bytes, to_xlsx_bytes
from core.errors import UserError
from core.mmm.planning.schedule import Schedule, ScheduleShape, schedule_of
from core.mmm.planning.schedule_file import read_schedule
from core.mmm.planning.whatif_inputs import WhatIfInputs

DATES = pd.date_range("2026-01-05", periods=26, freq="7D")
WORDS = Wording(labels={"tv": "=TV", "search": "Search"})
SHAPE = ScheduleShape(("tv", "search"), WORDS, Granularity.WEEKLY, DATES, geos=("Nord", "Süd"))


def schedule(periods: int = 4) -> Schedule:
    """Money whose thirds and sevenths are no whole cents."""
    rows = [
        {"date": str(day.date()), "tv": 1_000 / 3 + at, "search": 500 / 7}
        for at, day in enumerate(DATES[:periods])
    ]
    return schedule_of(rows, ["tv", "search"])


def by_geo() -> Schedule:
    index = pd.MultiIndex.from_product([DATES[:3], ["Nord", "Süd"]], names=["date", "geo"])
    return Schedule(pd.DataFrame({"tv": [0.1, 2.0, 3.0, 0.0, 5.55, 6.0], "search": 1.25}, index=index))


def faults(content: bytes, name: str = "plan.xlsx", shape: ScheduleShape = SHAPE) -> str:
    with pytest.raises(UserError) as caught:
        read_schedule(content, name, shape)
    return "\n".join(caught.value.faults)


@pytest.mark.parametrize("made", [schedule(), schedule(26), by_geo()])
@pytest.mark.parametrize("form", ["workbook", "long", "wide"])
def test_what_was_taken_along_comes_back_equal_to_the_cent(made: Schedule, form: str) -> None:
    content = {
        "workbook": to_xlsx_bytes({"Summary": pd.DataFrame({"a": [1]}), "Plan": made.wide(WORDS)}),
        "long": to_csv_bytes(made.long(WORDS)),
        "wide": to_csv_bytes(made.wide(WORDS)),
    }[form]
    back = read_schedule(content, "plan.xlsx" if form == "workbook" else "plan.csv", SHAPE).schedule
    pd.testing.assert_frame_equal(back.frame, made.frame, check_freq=False, check_exact=True)
    held = WhatIfInputs.from_frame(back.frame)
    assert held.total_value == made.total
    assert held.channels == ("tv", "search")


def test_cents_are_rounded_together_so_that_each_channel_keeps_its_sum() -> None:
    made = schedule(13)
    assert round(made.frame["search"].sum(), 2) == round(13 * 500 / 7, 2)
    assert (np.abs(made.frame["search"] * 100 - (made.frame["search"] * 100).round()) < 1e-9).all()


def test_a_plain_table_of_somebody_elses_is_understood() -> None:
    text = "Week;SEARCH;tv;Total\n05.01.2026;1.000,50;;x\n12.01.2026;0;20;x\nTotal;1.000,50;20;x\n"
    read = read_schedule(text.encode(), "theirs.csv", SHAPE)
    assert read.schedule.frame["search"].tolist() == [1000.50, 0.0]
    assert read.schedule.frame["tv"].tolist() == [0.0, 20.0]
    assert read.notes == ("tv: 1 empty cell counts as 0.",)


def test_a_workbook_changed_by_hand_with_dates_texts_gaps_and_sums_is_understood() -> None:
    book = load_workbook(io.BytesIO(to_xlsx_bytes({"Plan": schedule().wide(WORDS)})))
    sheet = book["Plan"]
    sheet["B2"], sheet["A3"], sheet["C4"], sheet["B5"] = 1500.555, dt.datetime(2026, 1, 12), None, "1,234.50"
    sheet.append([dt.date(2026, 2, 2), 5, 6])
    sheet.append(["Total", "=SUM(B2:B6)"])
    out = io.BytesIO()
    book.save(out)
    read = read_schedule(out.getvalue(), "plan.xlsx", SHAPE)
    assert read.schedule.frame["tv"].tolist() == [1500.56, 334.33, 335.33, 1234.50, 5.0]
    assert read.schedule.frame["search"].tolist() == [71.43, 71.43, 0.0, 71.42, 6.0]
    assert read.notes == ("Search: 1 empty cell counts as 0.",)


def test_every_fault_is_named_at_once_with_its_cell() -> None:
    table = schedule().wide(WORDS).astype(object)
    table.loc[0, "=TV"], table.loc[1, "Search"], table.loc[3, "Search"] = -5, "lots", 1e15
    table.loc[2, "Date"], table["Radio"] = "2026-01-20", 1.0
    said = faults(to_xlsx_bytes({"Plan": table}))
    assert "Plan!B2 (=TV): spend cannot be negative (-5" in said
    assert "Plan!C3 (Search): “lots” is no amount of money." in said
    assert "Plan!C5 (Search): 1000000000000000" in said and "more than a plan can hold" in said
    assert "Plan!E1 (Radio): “Radio” is no channel of this model. It has =TV, Search." in said
    assert "2026-01-20 (Plan!A4): not the start of a week" in said
    assert "2026-01-19 missing" in said


def test_dates_must_be_the_models_own_right_after_the_data() -> None:
    def shifted(**by: int) -> str:
        table = schedule().wide(WORDS)
        table["Date"] = [str((pd.Timestamp(day) + pd.DateOffset(**by)).date()) for day in table["Date"]]
        return faults(to_csv_bytes(table), "plan.csv")

    assert "The plan begins on 2026-01-05, right after the data; the file begins on 2026-01-12." in shifted(
        weeks=1
    )
    assert "not the start of a week of this model" in shifted(days=1)
    assert "the last date a plan may have" in shifted(years=1)
    assert "at most 4 weeks; the file has 26" in faults(
        to_csv_bytes(schedule(26).wide(WORDS)), "plan.csv", replace(SHAPE, dates=DATES[:4])
    )
    twice = pd.concat([schedule().wide(WORDS), schedule().wide(WORDS).head(1)])
    assert "2026-01-05 stands in the file more than once" in faults(to_csv_bytes(twice), "plan.csv")


def test_geos_are_those_of_the_model_and_complete() -> None:
    table = by_geo().wide(WORDS)
    assert "Süd has no row for 2026-01-19" in faults(to_csv_bytes(table.head(5)), "plan.csv")
    assert "“Mitte” is no geography" in faults(
        to_csv_bytes(table.replace({"Geo": {"Nord": "Mitte"}})), "plan.csv"
    )
    national = replace(SHAPE, geos=("All",))
    assert "this model has no geographies" in faults(to_csv_bytes(table), "plan.csv", national)


def test_a_channel_that_is_left_out_or_stands_twice_is_said() -> None:
    table = schedule().wide(WORDS)
    assert "Search is missing: write 0" in faults(to_csv_bytes(table.drop(columns="Search")), "plan.csv")
    assert "Search has two columns" in faults(to_csv_bytes(table.assign(search=1)), "plan.csv")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "plan.xlsx", "is empty"),
        (b"PK\x03\x04 broken", "plan.xlsx", "plan.xlsx"),
        (b"%PDF-1.7", "plan.xlsx", "is a PDF document"),
        (b"<html><table></table></html>", "plan.xlsx", "is a web page"),
        (b"\x00\x01\x02" * 400, "plan.csv", "is not a table"),
        (b"a,b\n1,2\n", "plan.csv", "has no column of dates"),
        (b"Date,tv,search\n", "plan.csv", "plan.csv"),
        (b"Date,tv,search\nsoon,1,2\n", "plan.csv", "“soon” is no date"),
        (b"Date,tv,search\n2026-01-05,inf,nan\n", "plan.csv", "is no amount of money"),
        (b"Date,tv,search\n2026-01-05,=1+1,5%\n", "plan.csv", "“5%” is no amount of money"),
        (b"Date,Channel,tv\n2026-01-05,tv,2\n", "plan.csv", "none called Spend"),
        (b"Date,tv,search\n" + b"2026-01-05,1,1\n" * 100_001, "plan.csv", "100,000"),
        (b"x" * (11 * 1024 * 1024), "plan.csv", "at most 10 MB"),
    ],
)
def test_a_hostile_or_foolish_file_is_answered_with_a_sentence(content: bytes, name: str, said: str) -> None:
    assert said in faults(content, name)


def test_a_workbook_that_inflates_without_end_is_refused() -> None:
    stream = io.BytesIO()
    honest = to_xlsx_bytes({"Plan": schedule().wide(WORDS)})
    with (
        zipfile.ZipFile(io.BytesIO(honest)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            new.writestr(part, old.read(part))
        new.writestr("xl/media/bomb.bin", b"\0" * (210 * 1024 * 1024))
    assert "plan.xlsx" in faults(stream.getvalue())


def test_very_many_faults_are_shortened() -> None:
    lines = "".join(f"{day:%Y-%m-%d},x,y\n" for day in DATES)
    said = faults(f"Date,tv,search\n{lines}".encode(), "plan.csv")
    assert said.count("\n") == 20 and "And 32 more of this kind." in said
