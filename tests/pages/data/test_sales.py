"""Data / Sales & promotions: the facts, their files, and the tables beside them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import select, update

from core.access import NotFound, Person, Role
from core.data import DataProblem, Severity
from core.database import session
from core.json_values import to_json
from core.promo.ingest.catalog import read_catalog
from core.promo.ingest.file_info import FileStatus, UploadedFile
from core.promo.ingest.mapping import SalesColumn, SalesMapping
from core.promo.store import files as facts
from core.promo.store import reference
from core.promo.store.uploads import hand_in
from core.queue.job import JobStatus
from core.queue.store.jobs import processing_jobs
from db.tables import SalesFile
from pages.data.sales.export import project_export
from pages.shared.screens import Screen
from tests.core.promo.made import made_segments
from tests.pages.conftest import Opened, everything_shown, shown
from tests.pages.data.test_upload_retail import RETAIL, sales_csv
from tests.pages.plan.learned import TARGETS, keep_sales

SALES = Screen.SALES
MAPPING = SalesMapping(columns={column: column.value for column in (
    SalesColumn.DATE, SalesColumn.CHANNEL, SalesColumn.DEPARTMENT, SalesColumn.PROMO_FLAG,
    SalesColumn.DISCOUNT_PCT, SalesColumn.SALES_VALUE, SalesColumn.MARGIN_VALUE, SalesColumn.UNITS,
)})  # fmt: skip
FINDING = DataProblem(Severity.WARNING, "gap", "Two days are missing.", "sales.csv", None, "date", 12)
REPORT = {
    "first_on": "2023-01-02",
    "last_on": "2024-02-25",
    "parts": {"timeliness": 40.0, "completeness": 98.0, "accuracy": 100.0, "consistency": 95.0},
    "findings": [to_json(FINDING)],
    "sentence": "2,520 rows read.",
}


@pytest.fixture
def sold(project_id: int) -> int:
    """The project with the made shop's sales, from one file that was read."""
    with session() as s:
        keep_sales(s, project_id)
        s.execute(
            update(SalesFile).values(
                mapping=to_json(MAPPING), report=REPORT, quality_score=83.0, rows_rejected=3
            )
        )
    return project_id


def on_tab(open_page: Opened, name: str, **options: object) -> object:
    app = open_page(SALES, **options)
    app.session_state["sales_tab"] = name
    return app.run()


def file_id(project_id: int) -> object:
    with session() as s:
        return s.scalars(select(SalesFile.id).where(SalesFile.project_id == project_id)).one()


def test_signed_out_nothing_is_shown(signed_out_page: Opened) -> None:
    app = signed_out_page(SALES)
    assert not app.exception
    assert "Sales & promotions" not in [shown(title.value) for title in app.title]


def test_another_project_is_not_found(open_page: Opened, stranger: Person, sold: int) -> None:
    assert "Not found" in everything_shown(open_page(SALES, person=stranger))


def test_without_sales_it_says_what_a_file_holds(open_page: Opened) -> None:
    app = open_page(SALES)
    assert "No sales yet" in everything_shown(app)
    assert "Upload sales" in [button.label for button in app.button]


@pytest.mark.parametrize("tab", ["Sales", "Files", "Catalogue", "Targets", "Segments", "Jobs"])
def test_every_tab_of_an_empty_project_says_something(open_page: Opened, tab: str) -> None:
    app = on_tab(open_page, tab)
    assert not app.exception
    words = everything_shown(app)
    assert any(
        hint in words for hint in ("No sales yet", "No catalogue yet", "Add a row", "nothing was learned")
    )


def test_the_facts_are_seen_at_a_glance(open_page: Opened, sold: int) -> None:
    app = open_page(SALES)
    assert not app.exception
    assert {"Days", "Departments", "Sales channels"} <= {shown(metric.label) for metric in app.metric}
    assert len(app.get("plotly_chart")) == 1
    assert "DuckDB" in [button.label for button in app.get("download_button")]
    app.selectbox(key="sales_department").set_value("TV").run()
    assert "TV was on promotion" in everything_shown(app)


def test_a_file_tells_its_quality_and_findings_with_their_places(open_page: Opened, sold: int) -> None:
    number = file_id(sold)
    app = on_tab(open_page, "Files")
    app.session_state[f"quality_{number}"] = True
    app.run()
    assert not app.exception
    assert "2 Jan 2023 to 25 Feb 2024" in everything_shown(app)
    assert "3 rejected" in everything_shown(app)
    assert app.dataframe[0].value["Row"].tolist() == [12]


def test_a_withdrawn_file_comes_back_by_undo(open_page: Opened, owner: Person, sold: int) -> None:
    number = file_id(sold)
    app = on_tab(open_page, "Files")
    app.button(key=f"withdraw_{number}").click().run()
    assert not app.exception
    with session() as s:
        assert facts.sales_file(s, owner, number).status is FileStatus.WITHDRAWN
        assert facts.facts_span(s, owner, sold) is None
    assert "no longer counts" in everything_shown(app)
    app.button(key="undo").click().run()
    with session() as s:
        assert facts.sales_file(s, owner, number).status is FileStatus.CURRENT
        assert facts.facts_span(s, owner, sold) is not None


def test_what_a_withdrawn_correction_replaced_can_be_brought_back(
    open_page: Opened, owner: Person, sold: int
) -> None:
    first = file_id(sold)
    with session() as s:
        s.execute(update(SalesFile).values(status=FileStatus.REPLACED))
        correction = SalesFile(
            project_id=sold, file_name="second.csv", file_path="none", file_bytes=1, checksum="second",
            mapping=to_json(MAPPING), status=FileStatus.CURRENT, replaces_id=first,
        )  # fmt: skip
        s.add(correction)
        s.flush()
        second = correction.id
    app = on_tab(open_page, "Files")
    assert f"restore_{first}" not in {button.key for button in app.button}
    app.button(key=f"withdraw_{second}").click().run()
    assert "removed for good 30 days after" in everything_shown(app)
    app.button(key=f"restore_{first}").click().run()
    assert not app.exception
    with session() as s:
        assert facts.sales_file(s, owner, first).status is FileStatus.CURRENT
        assert facts.facts_span(s, owner, sold) is not None


def test_a_viewer_looks_and_changes_nothing(
    open_page: Opened, sold: int, new_member: Callable[[Role], Person]
) -> None:
    viewer = new_member(Role.VIEWER)
    for tab in ("Files", "Targets", "Segments", "Catalogue"):
        app = on_tab(open_page, tab, person=viewer)
        assert not app.exception
        keys = {button.key for button in app.button}
        assert not {key for key in keys if key and key.startswith(("withdraw", "replace", "save_"))}
        assert "sales_upload" not in keys


def test_targets_are_shown_to_be_edited(open_page: Opened, owner: Person, project_id: int) -> None:
    with session() as s:
        reference.save_targets(s, owner, project_id, TARGETS)
        reference.save_segments(s, owner, project_id, made_segments())
    app = on_tab(open_page, "Targets")
    assert not app.exception
    assert app.button(key="save_targets").disabled
    assert "3 targets" in everything_shown(app)
    app = on_tab(open_page, "Segments")
    assert not app.exception
    assert "3 segments" in everything_shown(app)


def test_a_segment_typed_without_favourites_is_kept_without_any(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    app = on_tab(open_page, "Segments")
    row = {"segment_id": "NEW", "name": "New", "share_of_customers": 0.1, "share_of_revenue": 0.1}
    app.session_state[app.data_editor[0].key] = {
        "edited_rows": {}, "added_rows": [row | {"discount_sensitivity": "low"}], "deleted_rows": [],
    }  # fmt: skip
    app.run()
    app.button(key="save_segments").click().run()
    assert not app.exception
    with session() as s:
        (kept,) = reference.segments(s, owner, project_id).to_dict("records")
    assert (kept["segment_id"], kept["fav_categories"]) == ("NEW", [])


def test_work_under_way_is_shown_and_can_be_cancelled(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    name, content = sales_csv()
    with session() as s:
        hand_in(s, owner, project_id, [UploadedFile(name, content, MAPPING)])
    app = open_page(SALES)
    assert not app.exception
    assert "Sales are being read" in everything_shown(app)
    with session() as s:
        (job,) = processing_jobs(s, owner, project_id)
    app.button(key=f"sales_jobs_cancel_{job.id}").click().run()
    with session() as s:
        assert processing_jobs(s, owner, project_id)[0].status is JobStatus.CANCELLED
    app = on_tab(open_page, "Jobs")
    assert app.dataframe[0].value["State"].tolist() == ["Cancelled"]


def test_the_project_is_taken_along_without_the_page(owner: Person, sold: int, stranger: Person) -> None:
    with zipfile.ZipFile(BytesIO(project_export(owner, sold))) as packed:
        assert any(name.endswith(".duckdb") for name in packed.namelist())
    with pytest.raises(NotFound):
        project_export(stranger, sold)


def test_a_files_promotions_leave_the_catalogue_and_come_back(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    name = "Promo_October-September_FY25.xlsb"
    with session() as s:
        found = read_catalog(RETAIL / name, name)
        reference.save_catalog(s, owner, project_id, found, name)
    app = on_tab(open_page, "Catalogue")
    assert not app.exception
    assert "46 promotions" in everything_shown(app)
    menu = app.menu_button(key="catalog_remove")
    menu.click(menu.options[0]).run()
    assert not app.exception
    with session() as s:
        assert reference.catalog(s, owner, project_id).empty
    app.button(key="undo").click().run()
    with session() as s:
        assert len(reference.catalog(s, owner, project_id)) == 46
