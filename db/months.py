"""The month partitions of the sales facts, made before rows arrive; early rows wait in DEFAULT for theirs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from sqlalchemy import Connection, Table, column, insert, table, text

from db.sales import SalesAggregated

FACTS: Table = SalesAggregated.__table__  # type: ignore[assignment]
PARTITION = re.compile(r"sales_aggregated_(default|y\d{4}m\d{2})")
MOST_MONTHS = 1_200  # a hundred years: more is a wrong date, and every partition costs each query some time

# Any constant number serves; every process that makes months asks for the same lock.
_LOCK = 7_210_416
_KNOWN = text(
    "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
    "WHERE inhparent = 'sales_aggregated'::regclass"
)

_STEP_ASIDE = text(
    "WITH early AS (DELETE FROM sales_aggregated_default WHERE date >= :first AND date < :until "
    "RETURNING *) INSERT INTO early_facts SELECT * FROM early"
)


def ensure_months(connection: Connection, first: dt.date, last: dt.date) -> tuple[str, ...]:
    """The names of the partitions that were missing from `first`'s month to `last`'s and are there now.

    Rows of these months that lie in DEFAULT move into them in the caller's transaction. Several processes may
    call it at once. Where months are missing the facts are locked until the transaction ends: call it before
    the transaction reads them, else two that do so at the same time wait for each other. ValueError for a
    range that runs backwards or over MOST_MONTHS.
    """
    months = list(_months(first, last))
    if _missing(connection, months):
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    missing = _missing(connection, months)
    if missing:
        connection.execute(
            text("LOCK TABLE ONLY sales_aggregated, sales_aggregated_default IN ACCESS EXCLUSIVE MODE")
        )
    for month in missing:
        _make(connection, month)
    return tuple(partition_of(month) for month in missing)


def partition_of(day: dt.date) -> str:
    """The name of the partition that holds the facts of the day's month."""
    return f"sales_aggregated_y{day.year:04d}m{day.month:02d}"


def _months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    start, stop = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    if not 0 <= stop - start < MOST_MONTHS:
        raise ValueError(f"Months from {first} to {last}: at most {MOST_MONTHS}, and forward in time.")
    return (dt.date(month // 12, month % 12 + 1, 1) for month in range(start, stop + 1))


def _missing(connection: Connection, months: list[dt.date]) -> list[dt.date]:
    known = set(connection.execute(_KNOWN).scalars())
    return [month for month in months if partition_of(month) not in known]


def _make(connection: Connection, month: dt.date) -> None:
    """A new partition. PostgreSQL refuses one whose rows lie in DEFAULT, so these step aside meanwhile."""
    until = (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    connection.execute(
        text("CREATE TEMP TABLE early_facts ON COMMIT DROP AS TABLE sales_aggregated_default WITH NO DATA")
    )
    count = connection.execute(_STEP_ASIDE, {"first": month, "until": until}).rowcount
    bounds = f"FROM ('{month.isoformat()}') TO ('{until.isoformat()}')"
    connection.execute(
        text(f"CREATE TABLE {partition_of(month)} PARTITION OF sales_aggregated FOR VALUES {bounds}")
    )
    if count:
        given = [known.name for known in FACTS.columns if known.computed is None]
        early = table("early_facts", *(column(name) for name in given))
        connection.execute(insert(FACTS).from_select(given, early.select(), include_defaults=False))
    connection.execute(text("DROP TABLE early_facts"))
