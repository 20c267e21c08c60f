"""What the views say of sales and of scenarios, and what the tables refuse, on both servers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from db import migrate
from db.server import PostgresServer
from db.session import make_engine
from tests.db.servers import VERSIONS, place, server_in

FACT = text(
    "INSERT INTO sales_aggregated (project_id, date, channel, department, geo, promo_flag, sales_value, "
    "margin_value, units) "
    "VALUES (:project, '2024-10-01', 'online', :department, :geo, :promo, :sales, :margin, 10)"
)
SCENARIO = text(
    "INSERT INTO promo_scenarios (project_id, label, date_range_start, date_range_end, scenario_type, "
    "mechanics) VALUES (:project, :label, '2024-10-01', '2024-10-07', 'flash', '[]') RETURNING id"
)
KPI = text(
    "INSERT INTO scenario_kpis (project_id, scenario_id, period_start, period_end, total_sales_value, "
    "total_margin_value, total_margin_pct, total_ebit, total_units, sales_value_delta, margin_value_delta, "
    "ebit_delta, units_delta, kpi_breakdown) "
    "VALUES (:project, :scenario, '2024-10-01', '2024-10-07', :sales, 1, 1, 1, 1, 1, 1, 1, 1, '{}')"
)
SUMMARY = text("SELECT * FROM sales_daily_summary WHERE project_id = :project")
COMPARED = text("SELECT * FROM scenario_comparison_view WHERE project_id = :project ORDER BY label")
FILE = text(
    "INSERT INTO sales_files (project_id, file_name, file_path, file_bytes, checksum, status) "
    "VALUES (:project, 'a.csv', 'a', 1, 'same', :status)"
)


@pytest.fixture(scope="module", params=VERSIONS)
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    with place() as folder, server_in(folder, request.param) as made:
        made.start()
        yield made


@pytest.fixture(scope="module")
def engine(server: PostgresServer) -> Iterator[Engine]:
    """A database with one person and two projects, 1 and 2."""
    made = make_engine(server.url())
    migrate.upgrade(made)
    with made.begin() as connection:
        connection.execute(text("INSERT INTO users (id, username, password) VALUES (1, 'paul', 'x')"))
        connection.execute(text("INSERT INTO projects (id, user_id, name) VALUES (1, 1, 'A'), (2, 1, 'B')"))
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as opened:
        yield opened
        opened.rollback()


def fact(connection: Connection, sales: float, margin: float, **other: object) -> None:
    given = {"project": 1, "department": "TV", "geo": "ALL", "promo": False, "sales": sales, "margin": margin}
    connection.execute(FACT, given | other)


def test_the_daily_summary_weighs_margin_by_sales(connection: Connection) -> None:
    fact(connection, 900, 90)
    fact(connection, 100, 50, department="Audio", promo=True)
    fact(connection, 5, 5, project=2)
    (row,) = connection.execute(SUMMARY, {"project": 1}).all()
    assert (row.total_sales_value, row.total_margin_value, row.total_units) == (1000, 140, 20)
    assert float(row.avg_margin_pct) == 14.0  # the mean of 10 % and 50 % would be 30
    assert row.promo_days_count == 1
    (other,) = connection.execute(SUMMARY, {"project": 2}).all()
    assert (other.total_sales_value, other.avg_margin_pct) == (5, 100)


def test_a_day_of_returns_has_no_margin_percentage(connection: Connection) -> None:
    fact(connection, -50, -10)
    assert connection.execute(SUMMARY, {"project": 1}).one().avg_margin_pct == 0


def test_the_comparison_takes_the_latest_figures_of_each_scenario_of_the_project(
    connection: Connection,
) -> None:
    spring, summer, gone = (
        connection.execute(SCENARIO, {"project": 1, "label": label}).scalar_one()
        for label in ("Spring", "Summer", "Gone")
    )
    other = connection.execute(SCENARIO, {"project": 2, "label": "Other"}).scalar_one()
    for sales in (3, 1, 2):
        connection.execute(KPI, {"project": 1, "scenario": spring, "sales": sales})
    connection.execute(KPI, {"project": 2, "scenario": other, "sales": 9})
    connection.execute(
        text(
            "INSERT INTO validation_reports (project_id, scenario_id, status, overall_score) "
            "VALUES (1, :id, 'WARN', 80)"
        ),
        {"id": spring},
    )
    connection.execute(text("UPDATE promo_scenarios SET deleted_at = now() WHERE id = :id"), {"id": gone})
    rows = connection.execute(COMPARED, {"project": 1}).all()
    assert [(row.scenario_id, row.total_sales_value, row.validation_status) for row in rows] == [
        (spring, 2, "WARN"), (summer, None, None),
    ]  # fmt: skip
    assert [row.label for row in connection.execute(COMPARED, {"project": 2})] == ["Other"]


def test_figures_of_one_project_cannot_hang_on_a_scenario_of_another(connection: Connection) -> None:
    theirs = connection.execute(SCENARIO, {"project": 2, "label": "Other"}).scalar_one()
    with pytest.raises(IntegrityError, match="scenario_id"):
        connection.execute(KPI, {"project": 1, "scenario": theirs, "sales": 1})


def test_a_scenario_takes_its_figures_along(connection: Connection) -> None:
    known = connection.execute(SCENARIO, {"project": 1, "label": "Spring"}).scalar_one()
    connection.execute(KPI, {"project": 1, "scenario": known, "sales": 1})
    connection.execute(text("DELETE FROM promo_scenarios WHERE id = :id"), {"id": known})
    assert connection.execute(text("SELECT count(*) FROM scenario_kpis")).scalar_one() == 0


@pytest.mark.parametrize(
    ("sales", "margin", "percent"), [(0.01, -99_999_999.99, -999_999_999_900), (0, 5, 0)]
)
def test_the_smallest_of_sales_has_a_margin_percentage(
    connection: Connection, sales: float, margin: float, percent: float
) -> None:
    fact(connection, sales, margin)
    assert connection.execute(text("SELECT margin_pct FROM sales_aggregated")).scalar_one() == percent


def test_a_key_is_there_once_in_each_project(connection: Connection) -> None:
    fact(connection, 1, 1)
    fact(connection, 1, 1, project=2)
    fact(connection, 1, 1, geo="DE")
    fact(connection, 1, 1, promo=True)
    with pytest.raises(IntegrityError, match="duplicate key"):
        fact(connection, 2, 2)


@pytest.mark.parametrize(("column", "value"), [("promo", None), ("department", None)])
def test_a_fact_without_a_part_of_its_key_is_refused(
    connection: Connection, column: str, value: None
) -> None:
    with pytest.raises(IntegrityError, match="null value"):
        fact(connection, 1, 1, **{column: value})


def test_the_same_content_counts_once_in_each_project(connection: Connection) -> None:
    for project, status in ((1, "current"), (2, "current"), (1, "replaced"), (1, "withdrawn"), (1, "queued")):
        connection.execute(FILE, {"project": project, "status": status})
    with pytest.raises(IntegrityError, match="uq_sales_files_current"):
        connection.execute(FILE, {"project": 1, "status": "current"})


def test_a_project_takes_everything_along(connection: Connection) -> None:
    fact(connection, 1, 1)
    known = connection.execute(SCENARIO, {"project": 1, "label": "Spring"}).scalar_one()
    connection.execute(KPI, {"project": 1, "scenario": known, "sales": 1})
    connection.execute(FILE, {"project": 1, "status": "current"})
    connection.execute(text("DELETE FROM projects WHERE id = 1"))
    for table in ("sales_aggregated", "promo_scenarios", "scenario_kpis", "sales_files"):
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    assert isinstance(known, uuid.UUID)
