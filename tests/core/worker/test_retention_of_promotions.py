"""What retention removes of promotions, and that nothing it does breaks what stays."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.access import NotFound, Person
from core.promo.store import post_mortems as reviews
from core.promo.store import scenarios as promos
from core.worker.store import make_months_ahead, purge
from db.tables import (
    DataProcessingJob,
    JobStatus,
    PostMortemReport,
    PromoModelRow,
    PromoScenarioRow,
    SalesFile,
    SalesFileStatus,
    ScenarioKpi,
)
from tests.core.promo.store.examples import creative, figures, outcome, plan, warning
from tests.core.worker.everything import counts, fill_every_table, pass_time

DIGEST = "0" * 64


def ago(s: Session, row: object, column: str, days: int) -> None:
    table = type(row)
    then = func.now() - dt.timedelta(days=days)
    s.execute(update(table).where(table.id == row.id).values({column: then}))  # type: ignore[attr-defined]
    s.expire_all()


def handed_in(
    s: Session, project: int, status: SalesFileStatus, name: str = DIGEST, **other: object
) -> SalesFile:
    path = f"projects/{project}/sales/{name}/content"
    row = SalesFile(
        project_id=project,
        file_name="a.csv",
        file_path=path,
        file_bytes=1,
        checksum=name,
        status=status,
        **other,
    )
    s.add(row)
    s.flush()
    return row


@pytest.mark.parametrize("days", [1, 31, 91, 365, 731, 1096, 4000])
def test_at_every_age_nothing_raises_and_what_hangs_together_goes_together(
    s: Session, person: Person, project: int, days: int
) -> None:
    made = fill_every_table(s, person.id, project)
    pass_time(s, dt.timedelta(days=days))
    before = counts(s)
    purge(s)
    after = counts(s)
    assert after["users"] == before["users"]
    assert after["sales_aggregated"] == before["sales_aggregated"] == 1
    assert after["projects"] == before["projects"]
    removed = {name for name in before if after[name] < before[name]}
    undone = {
        "promo_scenarios",
        "scenario_kpis",
        "post_mortem_reports",
        "validation_reports",
        "creative_briefs",
    }
    assert (undone <= removed) is (days > 30)
    assert ("data_processing_jobs" in removed) is (days > 90)
    assert "promo_models" not in removed and "targets" not in removed
    if days > 90:
        assert s.get_one(PromoModelRow, made["promo_models"]["id"]).job_id is None
        assert s.get_one(SalesFile, made["sales_files"]["id"]).job_id is None


@pytest.fixture
def reviewed(s: Session, person: Person, project: int) -> PromoScenarioRow:
    """A promotion with figures, verdict, brief and post-mortem."""
    saved = promos.save_promo(s, person, project, plan(), figures(), warning())
    reviews.save_brief(s, person, saved.id, creative())
    reviews.save_post_mortem(s, person, saved.id, outcome())
    return s.get_one(PromoScenarioRow, saved.id)


def test_figures_go_after_two_years_and_the_report_keeps_its_forecast_for_three(
    s: Session, person: Person, reviewed: PromoScenarioRow
) -> None:
    def age(days: int) -> None:
        for table in (ScenarioKpi, PostMortemReport):
            for row in s.scalars(select(table)).all():
                ago(s, row, "created_at", days)

    age(700)
    assert (purge(s).rows["scenario KPIs"], purge(s).rows["post-mortems"]) == (0, 0)
    age(740)
    gone = purge(s).rows
    assert (gone["scenario KPIs"], gone["post-mortems"]) == (1, 0)
    kept = promos.promo(s, person, reviewed.id)
    assert (kept.kpis, kept.verdict, kept.scenario) == (None, warning(), plan())
    report = reviews.post_mortem(s, person, reviewed.id)
    assert report is not None and report.report == outcome() and report.forecast_kpi_id is None
    assert promos.comparison(s, person, reviewed.project_id, [reviewed.id])["total_ebit"].isna().all()
    age(1100)
    assert purge(s).rows["post-mortems"] == 1
    assert reviews.post_mortem(s, person, reviewed.id) is None
    assert reviews.brief(s, person, reviewed.id) == creative()


def test_a_deleted_promotion_can_be_brought_back_for_a_month(
    s: Session, person: Person, reviewed: PromoScenarioRow
) -> None:
    promo_id = reviewed.id
    promos.delete_promo(s, person, promo_id)
    assert purge(s).rows["promotions"] == 0
    assert promos.restore_promo(s, person, promo_id).reviewed
    promos.delete_promo(s, person, promo_id)
    ago(s, s.get_one(PromoScenarioRow, promo_id), "deleted_at", 31)
    assert purge(s).rows["promotions"] == 1
    assert s.scalar(select(func.count()).select_from(PostMortemReport)) == 0
    with pytest.raises(NotFound):
        promos.restore_promo(s, person, promo_id)


def test_files_of_sales_that_no_longer_count_go_a_month_after_they_ceased_to(
    s: Session, project: int
) -> None:
    old = handed_in(s, project, SalesFileStatus.REPLACED, "1" * 64)
    new = handed_in(s, project, SalesFileStatus.CURRENT, "2" * 64, replaces_id=old.id)
    failed = handed_in(s, project, SalesFileStatus.FAILED, "3" * 64)
    withdrawn = handed_in(s, project, SalesFileStatus.WITHDRAWN, "4" * 64, rejected_path="rejected.csv")
    for row in (old, failed, withdrawn):
        ago(s, row, "created_at", 400)
    ago(s, new, "created_at", 5)
    ago(s, withdrawn, "deleted_at", 29)
    assert purge(s).files == (f"projects/{project}/sales/{'3' * 64}",)
    assert set(s.scalars(select(SalesFile.id))) == {old.id, new.id, withdrawn.id}
    ago(s, new, "created_at", 400)
    ago(s, withdrawn, "deleted_at", 31)
    gone = purge(s)
    assert gone.rows["sales files"] == 2
    assert gone.files == (*(f"projects/{project}/sales/{digit * 64}" for digit in "14"), "rejected.csv")
    assert s.get_one(SalesFile, new.id).replaces_id is None


def test_content_that_another_file_still_names_is_kept(s: Session, project: int) -> None:
    old = handed_in(s, project, SalesFileStatus.FAILED)
    handed_in(s, project, SalesFileStatus.CURRENT)
    ago(s, old, "created_at", 40)
    gone = purge(s)
    assert (gone.rows["sales files"], gone.files) == (1, ())


def test_what_a_job_wrote_and_no_row_names_is_removed_but_not_while_one_works(
    s: Session, project: int
) -> None:
    learnt, rejected = f"projects/{project}/promo/3-1-abcd", f"projects/{project}/sales_rejected/x-1.csv"
    s.add(
        PromoModelRow(
            project_id=project, version=1, method="auto", facts_key="k", artifacts_path=f"{learnt}-kept"
        )
    )
    job = DataProcessingJob(job_id="learn-1", project_id=project, kind="learn", status=JobStatus.RUNNING)
    s.add(job)
    s.flush()
    files = [f"{learnt}/a.json", f"{learnt}/b.npy", f"{learnt}-kept/a.json", rejected]
    files += [f"projects/{project}/sales/{DIGEST}/content"]
    assert purge(s, files=files).files == ()
    job.status = JobStatus.FAILED
    s.flush()
    assert purge(s, files=files).files == (learnt, rejected)


@pytest.mark.parametrize("today", [dt.date(2031, 1, 1), dt.date(2031, 1, 31), dt.date(2031, 12, 31)])
def test_months_are_made_ahead_once_whatever_the_day(s: Session, today: dt.date) -> None:
    made = make_months_ahead(s, today)
    assert len(made) == 4
    assert made[0] == f"sales_aggregated_y{today.year}m{today.month:02d}"
    assert make_months_ahead(s, today) == ()
