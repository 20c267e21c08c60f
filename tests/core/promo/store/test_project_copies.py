"""A duplicated project knows all of promotions that its original knew, and depends on nothing in it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.access import Person
from core.projects.store import duplicate_project
from core.promo.store import opportunities, reference
from core.promo.store import post_mortems as reviews
from core.promo.store import scenarios as promos
from core.promo.store.facts import facts_key_of
from core.promo.store.files import sales
from core.worker.store import purge
from db.tables import (
    Project,
    PromoModelRow,
    PromoScenarioRow,
    SalesAggregated,
    SalesFile,
    SalesFileFact,
    SalesFileStatus,
    UpliftCoefficient,
)
from tests.core.promo.made import made_segments
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

FACT = {"channel": "online", "department": "TV", "promo_flag": False, "margin_value": 0.2, "units": 1}
DAY = dt.date(2026, 3, 2)


def fill(s: Session, person: Person, project: int) -> None:
    """One of everything, and a file that corrects another."""
    old = SalesFile(
        project_id=project, file_name="a.csv", file_path="old", file_bytes=1, checksum="1",
        status=SalesFileStatus.REPLACED,
    )  # fmt: skip
    s.add(old)
    s.flush()
    new = SalesFile(
        project_id=project, file_name="b.csv", file_path="new", file_bytes=1, checksum="2",
        status=SalesFileStatus.CURRENT, replaces_id=old.id,
    )  # fmt: skip
    s.add(new)
    s.flush()
    for file in (old, new):
        s.add(
            SalesFileFact(
                file_id=file.id, date=DAY, discount_weight=0, discount_sales=0, sales_value=9.5, **FACT
            )
        )
    s.add(SalesAggregated(project_id=project, date=DAY, sales_value=9.5, **FACT))
    model = {"project_id": project, "method": "auto", "artifacts_path": "fit"}
    s.add(PromoModelRow(version=1, facts_key="before", **model))
    s.add(PromoModelRow(version=2, facts_key=facts_key_of(s, project), **model))
    row = {"department": "TV", "channel": "online", "discount_band": "0-10", "model_version": "2"}
    numbers = {"uplift_sales_pct": 9.0, "uplift_units_pct": 9.0, "margin_impact_pct": -2.0}
    s.add(UpliftCoefficient(project_id=project, **row, **numbers))
    s.flush()
    reference.save_targets(s, person, project, some_targets())
    reference.save_segments(s, person, project, made_segments())
    reference.save_catalog(s, person, project, some_promotions(), "FY25.xlsb")
    (found,) = opportunities.save_opportunities(s, person, project, "2026-03", "DE", [chance()])
    promo = promos.save_promo(s, person, project, plan(), figures(1.0), warning(), opportunity_id=found.id)
    reviews.save_post_mortem(s, person, promo.id, outcome(5.0))
    promos.save_promo(s, person, project, plan(), figures(2.0), warning(), promo_id=promo.id)
    reviews.save_post_mortem(s, person, promo.id, outcome(6.0))
    reviews.save_brief(s, person, promo.id, creative())
    gone = promos.save_promo(s, person, project, plan("Gone"), None, None)
    promos.delete_promo(s, person, gone.id)


def test_a_copy_knows_all_and_outlives_its_original(s: Session, person: Person, project: int) -> None:
    fill(s, person, project)
    copy = duplicate_project(s, person, project).id
    s.execute(delete(Project).where(Project.id == project))
    s.expire_all()
    assert purge(s).files == ()
    assert sales(s, person, copy)["sales_value"].tolist() == [9.5]
    old, new = s.scalars(select(SalesFile).order_by(SalesFile.checksum)).all()
    assert (new.replaces_id, new.project_id, old.status) == (old.id, copy, SalesFileStatus.REPLACED)
    assert s.scalar(select(func.count()).select_from(SalesFileFact)) == 2
    models = s.scalars(select(PromoModelRow).order_by(PromoModelRow.version)).all()
    assert [row.facts_key for row in models] == ["before", facts_key_of(s, copy)]
    assert s.scalars(select(UpliftCoefficient.project_id)).all() == [copy]
    assert len(reference.targets(s, person, copy)) == len(reference.catalog(s, person, copy)) == 2
    assert len(reference.segments(s, person, copy)) == 3
    (info,) = promos.promos(s, person, copy)
    kept = promos.promo(s, person, info.id)
    assert (kept.scenario, kept.kpis, kept.verdict) == (plan(), figures(2.0), warning())
    (found,) = opportunities.opportunities(s, person, copy)
    assert (info.opportunity_id, found.planned) == (found.id, 1)
    assert reviews.brief(s, person, info.id) == creative()
    last = reviews.post_mortem(s, person, info.id)
    assert last is not None and last.report == outcome(6.0) and last.forecast_kpi_id == kept.kpi_id


def test_a_change_in_the_copy_leaves_the_original_alone(s: Session, person: Person, project: int) -> None:
    fill(s, person, project)
    copy = duplicate_project(s, person, project).id
    for table in (SalesAggregated, PromoScenarioRow):
        s.execute(delete(table).where(table.project_id == copy))
    reference.save_targets(s, person, copy, some_targets().head(0))
    assert len(promos.promos(s, person, project)) == 1
    assert len(sales(s, person, project)) == 1
    assert len(reference.targets(s, person, project)) == 2
