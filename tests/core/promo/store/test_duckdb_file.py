"""The DuckDB file holds the whole project and nothing else, and forecasts what the app's database does."""

from __future__ import annotations

import datetime as dt
import io
import json
import runpy
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from core.access import NotFound, Person
from core.json_values import to_json
from core.promo.duckdb_file import schema
from core.promo.duckdb_file.baseline import calculate_baseline_forecast
from core.promo.duckdb_file.file import _connect, write_file
from core.promo.store import post_mortems as reviews
from core.promo.store import reference
from core.promo.store import scenarios as promos
from core.promo.store.duckdb_file import export_project
from core.promo.store.opportunities import save_opportunities
from db.tables import Base, SalesAggregated, SalesFile, SalesFileFact
from tests.core.promo.made import made_sales, made_segments
from tests.core.promo.store.examples import (
    chance,
    creative,
    figures,
    outcome,
    plan,
    some_promotions,
    some_targets,
    warning,
)
from tests.db.promo_facts import at_the_edge, weekday_baseline, with_holes

CALL = text("SELECT * FROM calculate_baseline_forecast(:project, :first, :last, :channel, :department)")
CENT = 0.01
WINDOWS: list[tuple[str, str, dict[str, str]]] = [
    ("2024-02-20", "2024-03-05", {}),
    ("2023-08-01", "2023-08-09", {"department": "Audio"}),
    ("2024-05-01", "2024-05-03", {"channel": "online", "department": "TV"}),
]


def load(s: Session, project: int, sales: pd.DataFrame) -> None:
    rows = sales.assign(project_id=project, date=sales["date"].dt.date)
    s.execute(insert(SalesAggregated), rows.astype(object).where(rows.notna(), None).to_dict("records"))


def fill(s: Session, person: Person, project: int, label: str = "Spring") -> None:
    """One of everything that people make."""
    reference.save_targets(s, person, project, some_targets())
    reference.save_segments(s, person, project, made_segments())
    reference.save_catalog(s, person, project, some_promotions(), "FY25.xlsb")
    (found,) = save_opportunities(s, person, project, "2026-03", "DE", [chance()])
    saved = promos.save_promo(
        s, person, project, plan(label), figures(1.0), warning(), opportunity_id=found.id
    )
    promos.save_promo(s, person, project, plan(label), figures(2.0), warning(), promo_id=saved.id)
    reviews.save_post_mortem(s, person, saved.id, outcome())
    reviews.save_brief(s, person, saved.id, creative())
    file = SalesFile(project_id=project, file_name="a.csv", file_path="p", file_bytes=1, checksum=label)
    s.add(file)
    s.flush()
    s.add(
        SalesFileFact(
            file_id=file.id, date=dt.date(2026, 3, 2), channel="online", department="TV", promo_flag=False,
            discount_weight=0, discount_sales=0, sales_value=1.23, margin_value=0.2, units=1,
        )
    )  # fmt: skip
    s.flush()


@pytest.fixture
def package(s: Session, person: Person, project: int, new_project: Callable[..., int]) -> zipfile.ZipFile:
    """The export of a full project beside which another one is full too."""
    load(s, project, made_sales())
    fill(s, person, project)
    other = new_project(person, "Other")
    load(s, other, made_sales().head(50).assign(sales_value=1e6))
    fill(s, person, other, "Other")
    return zipfile.ZipFile(io.BytesIO(export_project(s, person, project)))


@pytest.fixture
def file(package: zipfile.ZipFile, tmp_path: Path) -> Path:
    return Path(package.extract("promotions.duckdb", tmp_path))


@pytest.fixture
def opened(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(file), read_only=True) as connection:
        yield connection


def test_every_column_of_the_app_is_there_or_left_out_on_purpose() -> None:
    left_out = {
        "project_id", "file_path", "rejected_path", "artifacts_path", "artifacts_checksum", "dismissed_by",
        "run_by", "attempt", "cancel_requested", "stage", "progress_done", "progress_total", "queue_id",
        "stage_started_at", "heartbeat_at", "error_reference", "margin_pct",
    }  # fmt: skip
    left_out_of = {"data_processing_jobs": {"details"}}
    for name in schema.TABLES:
        theirs = {column.name for column in Base.metadata.tables[name].columns}
        assert theirs - set(schema.columns_of(name)) <= left_out | left_out_of.get(name, set())
        assert set(schema.columns_of(name)) <= theirs


def test_the_whole_project_is_in_the_file_and_no_other(
    s: Session, project: int, opened: duckdb.DuckDBPyConnection
) -> None:
    for name in schema.TABLES:
        (count,) = opened.execute(f"SELECT count(*) FROM {name}").fetchall()[0]
        if "project_id" in Base.metadata.tables[name].c:
            wanted = s.scalar(text(f"SELECT count(*) FROM {name} WHERE project_id = :p"), {"p": project})
            assert count == wanted, name
    assert opened.execute("SELECT label FROM promo_scenarios").fetchall() == [("Spring",)]
    assert opened.execute("SELECT count(*) FROM sales_file_facts").fetchall() == [(1,)]
    assert opened.execute("SELECT max(sales_value) < 100000 FROM sales_aggregated").fetchall() == [(True,)]


def test_values_come_through_as_they_are(s: Session, opened: duckdb.DuckDBPyConnection) -> None:
    mechanics, maker, made_at = opened.execute(
        "SELECT mechanics, created_by, created_at FROM promo_scenarios"
    ).fetchall()[0]
    assert json.loads(mechanics) == to_json(plan().mechanics)
    assert maker == "Paul"
    kept = s.scalars(text("SELECT created_at FROM promo_scenarios WHERE label = 'Spring'")).one()
    assert made_at == kept.replace(tzinfo=None)
    past = opened.execute("SELECT departments, mechanics FROM promo_catalog ORDER BY date_start").fetchall()
    assert past == [(["Gaming"], '[{"department": "Gaming"}]'), (["TV", "Audio"], None)]
    assert opened.execute("SELECT insights FROM post_mortem_reports").fetchall() == [
        (["Sold 8 % less than forecast."],)
    ]
    kinds = dict(
        opened.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'scenario_kpis'"
        ).fetchall()
    )
    assert (kinds["id"], kinds["details"], kinds["total_ebit"]) == ("VARCHAR", "JSON", "DECIMAL(15,2)")


def test_the_views_say_what_the_apps_views_say(
    s: Session, project: int, opened: duckdb.DuckDBPyConnection
) -> None:
    ours = opened.execute("SELECT * FROM sales_daily_summary ORDER BY date, channel").df()
    rows = s.execute(
        text("SELECT * FROM sales_daily_summary WHERE project_id = :p ORDER BY date, channel"), {"p": project}
    )
    theirs = pd.DataFrame(rows.mappings().all())
    for name in ours.columns[2:]:
        assert np.abs(ours[name].astype(float) - theirs[name].astype(float)).max() <= CENT, name
    assert opened.execute(
        "SELECT label, total_sales_value, validation_status FROM scenario_comparison_view"
    ).fetchall() == [("Spring", 2, "WARN")]


def test_macro_python_function_app_and_planner_forecast_the_same(
    s: Session, project: int, file: Path, opened: duckdb.DuckDBPyConnection
) -> None:
    baseline = weekday_baseline(made_sales())
    for first, last, cells in WINDOWS:
        named = "".join(f", {name} := '{value}'" for name, value in cells.items())
        macro = opened.execute(f"FROM calculate_baseline_forecast('{first}', '{last}'{named})").df()
        plain = pd.DataFrame(calculate_baseline_forecast(file, first, last, **cells), columns=macro.columns)
        asked = (
            {"channel": None, "department": None} | cells | {"project": project, "first": first, "last": last}
        )
        app = pd.DataFrame(s.execute(CALL, asked).all(), columns=macro.columns)
        for other in (plain, app):
            assert list(pd.to_datetime(other["date"])) == list(pd.to_datetime(macro["date"]))
            assert np.abs((other.iloc[:, 1:].astype(float) - macro.iloc[:, 1:]).to_numpy()).max() < CENT
        found = baseline.forecast(first, last)
        for name, value in cells.items():
            found = found[found[name] == value]
        wanted = found.groupby("date")[["sales_value", "margin_value", "units"]].sum()
        assert np.abs(wanted.to_numpy() - macro.iloc[:, 1:].to_numpy()).max() < CENT


def test_of_what_is_not_known_nothing_is_forecast(opened: duckdb.DuckDBPyConnection) -> None:
    early = ("2020-01-01", "2020-01-05")
    assert opened.execute("FROM calculate_baseline_forecast(?, ?)", early).fetchall() == []
    assert calculate_baseline_forecast(opened, *early) == []
    assert calculate_baseline_forecast(opened, "2024-01-01", "2024-01-02", department="Boats") == []


def test_on_facts_with_holes_macro_and_python_function_forecast_the_same(tmp_path: Path) -> None:
    for number, sales in enumerate([with_holes(0), with_holes(1), at_the_edge(56), at_the_edge(130)]):
        baseline = weekday_baseline(sales)
        table = pa.Table.from_pandas(sales.assign(date=sales["date"].dt.date), preserve_index=False)
        write_file({"sales_aggregated": table}, tmp_path / f"{number}.duckdb")
        first = sales["date"].max() + pd.Timedelta(days=1)
        found = baseline.forecast(first, first + pd.Timedelta(days=8))
        wanted = found.groupby("date")[["sales_value", "margin_value", "units"]].sum().to_numpy()
        days = str(first.date()), str((first + pd.Timedelta(days=8)).date())
        plain = calculate_baseline_forecast(tmp_path / f"{number}.duckdb", *days)
        with duckdb.connect(str(tmp_path / f"{number}.duckdb"), read_only=True) as connection:
            macro = connection.execute("FROM calculate_baseline_forecast(?, ?)", days).fetchall()
        for rows in (plain, macro):
            assert np.abs(np.array([row[1:] for row in rows], float) - wanted).max() < CENT


def test_the_zip_holds_a_readme_and_the_function_as_it_runs_here(
    package: zipfile.ZipFile, file: Path
) -> None:
    assert set(package.namelist()) == {"promotions.duckdb", "README.txt", "baseline.py"}
    readme = package.read("README.txt").decode()
    assert "“" not in readme and 'project "Shop"' in readme and "calculate_baseline_forecast(" in readme
    package.extract("baseline.py", file.parent)
    there: dict[str, Any] = runpy.run_path(str(file.parent / "baseline.py"))
    asked = str(file), "2024-03-01", "2024-03-03"
    found, here = there["calculate_baseline_forecast"](*asked), calculate_baseline_forecast(*asked)
    assert here and [row.date for row in found] == [row.date for row in here]
    # DuckDB adds up in parallel: the order of a sum, and so its last digit, is not the same twice.
    for row, own in zip(found, here, strict=True):
        assert row[1:] == pytest.approx(own[1:], rel=1e-12)


def test_analysts_can_go_on_in_the_file(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "INSERT INTO sales_aggregated (date, channel, department, sales_value, margin_value, units) "
            "VALUES ('2024-10-01', 'online', 'TV', 50000, 12500, 100)"
        )
        found = connection.execute(
            "SELECT margin_pct FROM sales_aggregated WHERE date = '2024-10-01'"
        ).fetchall()
        assert found == [(25,)]
        with pytest.raises(duckdb.ConstraintException):
            connection.execute("UPDATE sales_aggregated SET channel = 'web'")


def test_an_empty_project_gives_an_empty_file(
    s: Session, person: Person, project: int, tmp_path: Path
) -> None:
    package = zipfile.ZipFile(io.BytesIO(export_project(s, person, project)))
    with duckdb.connect(package.extract("promotions.duckdb", tmp_path), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM sales_daily_summary").fetchall() == [(0,)]


def test_strangers_get_nothing(s: Session, project: int, stranger: Person) -> None:
    with pytest.raises(NotFound):
        export_project(s, stranger, project)


def test_nothing_outside_the_folder_is_touched_while_writing(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / "secret.csv"
    secret.write_text("a\n1\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    connection = _connect(inside / "x.duckdb")
    for statement in (
        f"SELECT * FROM read_csv('{secret}')",
        f"COPY (SELECT 1) TO '{outside / 'new.csv'}'",
        f"ATTACH '{outside / 'new.duckdb'}'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(statement)
    connection.close()
    assert [path.name for path in outside.iterdir()] == ["secret.csv"]
