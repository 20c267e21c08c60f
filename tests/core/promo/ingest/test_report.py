"""What a report says: rejected rows to mend, quality in parts, findings with their place."""

from __future__ import annotations

import datetime as dt
import json
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from core.data.dates import DateOrder
from core.data.problems import DataProblem, Severity
from core.json_values import from_json, to_json
from core.promo.days import NEEDED
from core.promo.ingest import (
    RefusedSales,
    SalesColumn,
    SalesMapping,
    SalesReport,
    aggregate_file,
    read_sales,
    rejected_csv,
)
from core.promo.ingest.quality import timeliness
from core.promo.ingest.rejected import RejectedRows
from tests.core.promo.ingest.sales_files import HEADER, as_csv, as_xlsx, sales_rows, saved

KINDS = [SalesColumn(name) for name in NEEDED]
MAPPING = SalesMapping(dict(zip(KINDS, HEADER, strict=True)))


def report_of(folder: Path, rows: list[list[object]], **settings: object) -> SalesReport:
    """The report of rows written as CSV."""
    return read_sales(saved(folder, "sales.csv", as_csv(rows)), MAPPING, **settings)[1]  # type: ignore[arg-type]


def test_a_rejected_row_has_its_place_its_value_and_every_reason(tmp_path: Path) -> None:
    rows = sales_rows()
    rows[4][1], rows[4][7] = "Kiosk", "many"
    _sales, report = read_sales(saved(tmp_path, "sales.xlsx", as_xlsx(rows)), MAPPING)
    found = report.rejected.iloc[0]
    assert (found["file"], found["sheet"], found["row"]) == ("sales.xlsx", "Sales", 6)
    assert (found["column"], found["value"]) == ("Channel", "Kiosk")
    assert found["reason"] == "is neither online nor offline; Units is not a number"


def test_the_download_is_safe_in_a_spreadsheet_and_keeps_the_whole_row(tmp_path: Path) -> None:
    rows = sales_rows()
    rows[4][1], rows[4][2] = "=HYPERLINK(1)", "+TV"
    report = report_of(tmp_path, rows)
    text = rejected_csv(report.rejected)
    table = pd.read_csv(BytesIO(text))
    assert table.loc[0, "value"] == "'=HYPERLINK(1)" and table.loc[0, "Department"] == "'+TV"
    assert list(table.columns) == ["file", "sheet", "row", "column", "value", "reason", *HEADER]
    assert rejected_csv(report_of(tmp_path, sales_rows()).rejected).startswith(b"\xef\xbb\xbffile,sheet,row")


def test_all_rejected_rows_are_counted_but_not_all_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RejectedRows, "__init__", _keeping_two)
    rows = sales_rows(40)
    for row in rows[:5]:
        row[5] = "?"
    report = report_of(tmp_path, rows)
    assert (report.rows_rejected, len(report.rejected)) == (5, 2)


def _keeping_two(self: RejectedRows, file: str, mapping: SalesMapping) -> None:
    original(self, file, mapping, 2)


original = RejectedRows.__init__


def test_more_than_one_row_in_twenty_rejected_refuses_the_file_with_its_rows(tmp_path: Path) -> None:
    rows = sales_rows()
    for row in rows[:5]:
        row[5] = "?"
    with pytest.raises(RefusedSales) as refused:
        aggregate_file(saved(tmp_path, "a.csv", as_csv(rows)), "a.csv", MAPPING)
    said = refused.value.faults[0]
    assert "5 of 80 rows (6.25 %)" in said and "Sales Value “?”" in said and "row 2" in said
    assert refused.value.report is not None and len(refused.value.report.rejected) == 5


def test_good_data_score_a_hundred_and_each_part_falls_with_its_fault(tmp_path: Path) -> None:
    good = report_of(tmp_path, sales_rows(40), today=dt.date(2024, 2, 25))
    assert good.quality_score == 100.0
    assert set(good.parts) == {"completeness", "accuracy", "consistency", "timeliness"}
    empty = sales_rows(40)
    empty[3][5] = None
    wrong = sales_rows(40)
    wrong[3][5] = "12x"
    against = sales_rows(40)
    for row in against[:4]:
        row[4] = 15.0
    for rows, part in ((empty, "completeness"), (wrong, "accuracy"), (against, "consistency")):
        parts = report_of(tmp_path, rows).parts
        assert [name for name, value in parts.items() if value < 100] == [part]
        assert "timeliness" not in parts


def test_old_data_lose_timeliness() -> None:
    assert [timeliness(days) for days in (0, 35, 200, 365, 900)] == [100.0, 100.0, 50.0, 0.0, 0.0]


def test_gaps_spellings_and_days_to_come_are_found(tmp_path: Path) -> None:
    rows = [row for row in sales_rows(40) if row[0] not in (dt.date(2024, 1, 20), dt.date(2024, 2, 2))]
    for row in rows[:4]:
        row[2] = row[2].upper()
    report = report_of(tmp_path, rows, today=dt.date(2024, 2, 20))
    said = {finding.code: finding.message for finding in report.findings}
    assert "2024-01-20, 2024-02-02" in said["missing_days"]
    assert "GARDEN, Garden" in said["spellings"]
    assert "2024-02-21" in said["future_days"]
    assert all(finding.file == "sales.csv" for finding in report.findings)


def test_a_weekday_that_is_never_open_is_no_gap(tmp_path: Path) -> None:
    rows = [row for row in sales_rows(40) if row[0].weekday() != 6]
    assert "missing_days" not in {finding.code for finding in report_of(tmp_path, rows).findings}


def test_two_files_of_the_same_days_are_said_and_one_file_twice_counts_once(tmp_path: Path) -> None:
    first = saved(tmp_path, "a.csv", as_csv(sales_rows()))
    again = saved(tmp_path, "b.csv", as_csv(sales_rows()))
    later = saved(tmp_path, "c.csv", as_csv(sales_rows(20, dt.date(2024, 1, 30))))
    sales, report = read_sales([first, again], MAPPING)
    assert sales.equals(read_sales(first, MAPPING)[0])
    assert "same file as a.csv" in report.findings[-1].message
    codes = {finding.code for finding in read_sales([first, later], MAPPING)[1].findings}
    assert "overlap" in codes


def test_progress_is_told_and_the_report_survives_json(tmp_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []
    path = saved(tmp_path, "sales.csv", as_csv(sales_rows()))
    facts = aggregate_file(path, path.name, MAPPING, progress=lambda *step: heard.append(step))
    assert (heard[0][1] == 0 and heard[-1][1] == heard[-1][2]) or heard[-1][1] == 80
    back = from_json(SalesReport, json.loads(json.dumps(to_json(facts.report))))
    assert (
        back.sentence
        == facts.report.sentence
        == "80 rows read, 2024-01-15 to 2024-02-03; data quality 100 of 100."
    )


def test_a_report_and_a_mapping_of_an_earlier_release_still_read() -> None:
    saved_report = {
        **{"rows_read": 3, "rows_rejected": 1, "quality_score": 95.0, "parts": {"accuracy": 90.1}},
        "findings": [
            {
                **{"severity": "info", "code": "overlap", "message": "m", "file": "", "sheet": None},
                **{"column": None, "row": None, "value": None, "rows": [], "count": 1, "repair": None},
            }
        ],
        **{"first_on": "2024-01-01", "last_on": None, "channels": ["online"], "departments": []},
        **{"geos": [], "files": ["a.csv"]},
        "sentence": "3 rows read, 1 rejected, 2024-01-01 to None; data quality 95 of 100.",
    }
    report = from_json(SalesReport, saved_report)
    assert (report.first_on, report.last_on, report.files) == (dt.date(2024, 1, 1), None, ("a.csv",))
    assert report.findings == (DataProblem(Severity.INFO, "overlap", "m"),)
    assert to_json(report) == saved_report
    columns = {column.value: column.value for column in SalesColumn if column is not SalesColumn.GEO}
    saved_mapping = {
        **{"columns": columns, "channel_words": {"web": "online"}, "promo_words": {"x": True}},
        **{"discount_is_share": None, "date_order": "day_first", "number_format": None, "sheet": None},
        "fixed": {"geo": "DE"},
    }
    mapping = from_json(SalesMapping, saved_mapping | {"an_earlier_field": 1})
    assert (mapping.date_order, mapping.fixed) == (DateOrder.DAY_FIRST, {SalesColumn.GEO: "DE"})
    assert to_json(mapping) == saved_mapping


def test_a_promotion_without_a_discount_leaves_the_days_discount_to_the_others(tmp_path: Path) -> None:
    rows = [row for row in sales_rows(40) if row[0] == dt.date(2024, 1, 19)] * 10
    rows[0] = [*rows[0][:4], None, *rows[0][5:]]
    sales, report = read_sales(saved(tmp_path, "a.csv", as_csv(rows)), MAPPING)
    assert (sales["discount_pct"] == 20.0).all()
    assert [finding.row for finding in report.findings if finding.code == "promo_without_discount"] == [2]
