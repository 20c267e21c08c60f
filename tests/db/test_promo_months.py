"""Months of the facts: made once by whoever comes first, with the rows that were early."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from db import migrate
from db.months import ensure_months, partition_of
from db.server import PostgresServer
from db.session import make_engine
from tests.db.servers import VERSIONS, place, server_in

FACT = text(
    "INSERT INTO sales_aggregated (project_id, date, channel, department, promo_flag, sales_value, "
    "margin_value, units) VALUES (1, :day, 'online', 'TV', false, 50000, 12500, 100)"
)
WHERE = text("SELECT tableoid::regclass::text, date, id FROM sales_aggregated ORDER BY date")


@pytest.fixture(scope="module", params=VERSIONS)
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    with place() as folder, server_in(folder, request.param) as made:
        made.start()
        yield made


@pytest.fixture
def engine(server: PostgresServer) -> Iterator[Engine]:
    """A database with one project and no facts."""
    made = make_engine(server.url())
    migrate.downgrade(made, "base")
    migrate.upgrade(made)
    with made.begin() as connection:
        connection.execute(text("INSERT INTO users (id, username, password) VALUES (1, 'paul', 'x')"))
        connection.execute(text("INSERT INTO projects (id, user_id, name) VALUES (1, 1, 'Shop')"))
    yield made
    made.dispose()


def places(connection: Connection) -> list[tuple[str, str]]:
    """Where each fact lies."""
    return [(row[0], str(row[1])) for row in connection.execute(WHERE)]


def test_early_rows_move_into_their_month_with_their_numbers(engine: Engine) -> None:
    with engine.begin() as connection:
        for day in ("2024-01-31", "2024-02-01", "2024-02-29", "2024-03-01"):
            connection.execute(FACT, {"day": day})
        before = [(row.date, row.id) for row in connection.execute(WHERE)]
    with engine.begin() as connection:
        made = ensure_months(connection, dt.date(2024, 2, 10), dt.date(2024, 2, 11))
    with engine.begin() as connection:
        assert made == (partition_of(dt.date(2024, 2, 1)),) == ("sales_aggregated_y2024m02",)
        assert [(row.date, row.id) for row in connection.execute(WHERE)] == before
        assert [place for place, _ in places(connection)] == [
            "sales_aggregated_default", made[0], made[0], "sales_aggregated_default",
        ]  # fmt: skip
        assert connection.execute(text("SELECT DISTINCT margin_pct FROM sales_aggregated")).scalar_one() == 25


def test_months_that_are_there_are_not_made_again_and_others_are(engine: Engine) -> None:
    with engine.begin() as connection:
        assert len(ensure_months(connection, dt.date(2023, 11, 5), dt.date(2024, 2, 1))) == 4
        assert ensure_months(connection, dt.date(2023, 12, 1), dt.date(2024, 3, 31)) == (
            "sales_aggregated_y2024m03",
        )
        connection.execute(FACT, {"day": "2023-12-31"})
        assert places(connection) == [("sales_aggregated_y2023m12", "2023-12-31")]


def test_the_same_key_cannot_be_there_twice_wherever_it_lies(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(FACT, {"day": "2024-05-01"})
        ensure_months(connection, dt.date(2024, 5, 1), dt.date(2024, 5, 1))
    with engine.connect() as connection, pytest.raises(IntegrityError, match="duplicate key"):
        connection.execute(FACT, {"day": "2024-05-01"})


def test_months_are_no_difference_to_the_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        ensure_months(connection, dt.date(2024, 1, 1), dt.date(2024, 3, 1))
        assert migrate.differences(connection) == []
    migrate.downgrade(engine, "base")


@pytest.mark.parametrize(
    ("first", "last"), [("2024-02-01", "2024-01-31"), ("0202-01-01", "2024-01-31")], ids=["back", "far"]
)
def test_a_range_that_no_shop_has_is_refused(engine: Engine, first: str, last: str) -> None:
    with engine.connect() as connection, pytest.raises(ValueError, match="forward in time"):
        ensure_months(connection, dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_several_at_once_make_each_month_once_while_rows_keep_coming(engine: Engine) -> None:
    faults: list[BaseException] = []

    def make(number: int) -> None:
        try:
            with engine.begin() as connection:
                ensure_months(connection, dt.date(2024, 1 + number % 3, 1), dt.date(2024, 8, 1))
                connection.execute(FACT, {"day": f"2024-{1 + number:02d}-1{number}"})
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with engine.connect() as connection:
        found = places(connection)
    assert [place for place, _ in found][2:] == [
        f"sales_aggregated_y2024m{month:02d}" for month in range(3, 9)
    ]
    assert len(found) == 8
