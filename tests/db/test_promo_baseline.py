"""The baseline in PostgreSQL is the baseline in Python, to the cent, and no other project's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, insert, text

from core.promo import Baseline
from db import migrate
from db.months import ensure_months
from db.server import PostgresServer
from db.session import make_engine
from db.tables import Project, SalesAggregated, User
from tests.db.promo_facts import at_the_edge, known, weekday_baseline, with_holes
from tests.db.servers import VERSIONS, place, server_in

CALL = text(
    "SELECT * FROM calculate_baseline_forecast(:project, cast(:first AS date), cast(:last AS date), "
    "cast(:channel AS varchar), cast(:department AS varchar), cast(:geo AS varchar))"
)
CENT = 0.01


@pytest.fixture(scope="module", params=VERSIONS)
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    with place() as folder, server_in(folder, request.param) as made:
        made.start()
        yield made


@pytest.fixture(scope="module")
def engine(server: PostgresServer) -> Iterator[Engine]:
    made = make_engine(server.url())
    migrate.upgrade(made)
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction with nothing in the tables, rolled back at the end."""
    with engine.connect() as opened:
        yield opened
        opened.rollback()


def project_with(connection: Connection, sales: pd.DataFrame) -> int:
    """The id of a new project that knows these facts."""
    made = connection.execute(text("SELECT count(*) FROM users")).scalar_one()
    user = connection.execute(
        insert(User).values(username=f"u{made}", password="x").returning(User.id)
    ).scalar_one()
    project = connection.execute(
        insert(Project).values(user_id=user, name="Shop").returning(Project.id)
    ).scalar_one()
    rows = sales.assign(project_id=project, date=pd.to_datetime(sales["date"]).dt.date)
    rows = rows.astype(object).where(rows.notna(), None)
    connection.execute(insert(SalesAggregated), rows.to_dict("records"))
    return project


def in_postgres(connection: Connection, project: int, first: str, last: str, **cells: str) -> pd.DataFrame:
    """date, sales_value, margin_value, units by the database's function."""
    asked = {"channel": None, "department": None, "geo": None, **cells}
    rows = connection.execute(CALL, {"project": project, "first": first, "last": last, **asked}).all()
    frame = pd.DataFrame(rows, columns=["date", "sales_value", "margin_value", "units"])
    return frame.assign(date=pd.to_datetime(frame["date"])).set_index("date").astype(float)


def in_python(baseline: Baseline, first: str, last: str, **cells: str) -> pd.DataFrame:
    """The same by `Baseline`, summed over the cells."""
    found = baseline.forecast(first, last)
    for name, value in cells.items():
        found = found[found[name] == value]
    return found.groupby("date")[["sales_value", "margin_value", "units"]].sum()


def test_on_the_sample_both_baselines_are_the_same_to_the_cent(connection: Connection) -> None:
    sales, baseline = known(None)
    project = project_with(connection, sales)
    windows = [("2025-10-01", "2025-10-31"), ("2024-02-20", "2024-03-15"), ("2023-10-09", "2023-10-12")]
    for first, last in windows:
        for cells in ({}, {"channel": "online"}, {"department": "TV", "channel": "offline"}):
            theirs = in_postgres(connection, project, first, last, **cells)
            ours = in_python(baseline, first, last, **cells)
            assert theirs.index.equals(ours.index)
            assert np.abs(theirs - ours).to_numpy().max() < CENT


@pytest.mark.parametrize("seed", range(8))
def test_on_facts_with_holes_both_baselines_are_the_same_to_the_cent(
    connection: Connection, seed: int
) -> None:
    sales, baseline = known(seed)
    project = project_with(connection, sales)
    ends = pd.Timestamp(sales["date"].max())
    for first in (ends + pd.Timedelta(days=1), ends + pd.Timedelta(days=40), ends - pd.Timedelta(days=9)):
        asked = str(first.date()), str((first + pd.Timedelta(days=8)).date())
        for cells in ({}, {"department": "TV"}, {"channel": "offline", "geo": "DE"}):
            theirs = in_postgres(connection, project, *asked, **cells)
            ours = in_python(baseline, *asked, **cells)
            assert np.abs(theirs - ours.reindex(theirs.index)).to_numpy().max() < CENT


@pytest.mark.parametrize("days", [33, 34, 35, 55, 56, 70, 130])
def test_where_a_rule_begins_to_hold_both_baselines_are_the_same(connection: Connection, days: int) -> None:
    sales = at_the_edge(days)
    project, baseline = project_with(connection, sales), weekday_baseline(sales)
    first = sales["date"].max() + pd.Timedelta(days=1)
    asked = str(first.date()), str((first + pd.Timedelta(days=6)).date())
    theirs, ours = in_postgres(connection, project, *asked), in_python(baseline, *asked)
    assert np.abs(theirs - ours).to_numpy().max() < CENT


def test_the_baseline_of_one_project_never_sees_the_sales_of_another(connection: Connection) -> None:
    sales = with_holes(1)
    alone = project_with(connection, sales)
    before = in_postgres(connection, alone, "2024-06-01", "2024-06-14")
    project_with(connection, sales.assign(sales_value=1e6, margin_value=1e5, units=9))
    nobody = project_with(connection, sales.head(0).reindex(range(1)).assign(**sales.iloc[0].to_dict()))
    assert in_postgres(connection, alone, "2024-06-01", "2024-06-14").equals(before)
    assert in_postgres(connection, nobody + 1, "2024-06-01", "2024-06-14").empty


def test_of_a_department_nobody_sold_nothing_is_forecast(connection: Connection) -> None:
    project = project_with(connection, with_holes(2))
    assert in_postgres(connection, project, "2024-06-01", "2024-06-14", department="Boats").empty
    assert in_postgres(connection, project, "2023-06-01", "2023-06-14").empty


def test_facts_lie_in_months_and_the_baseline_stays_the_same(connection: Connection) -> None:
    sales = with_holes(3)
    project = project_with(connection, sales)
    before = in_postgres(connection, project, "2024-06-01", "2024-06-14")
    ensure_months(connection, dt.date(2024, 1, 15), dt.date(2024, 6, 1))
    assert in_postgres(connection, project, "2024-06-01", "2024-06-14").equals(before)
