"""A project with sales and a learned promotion model, as if files had been handed in and learned from."""

from __future__ import annotations

import secrets
import sys
import tempfile
from pathlib import Path

import pandas as pd
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core import artifacts
from core.access import Person
from core.access.store.sessions import as_person
from core.database import session
from core.promo.model_files import PromoModel as Learned
from core.promo.store import files as facts
from core.promo.store import reference
from db.promo import PromoModelRow
from db.sales import SalesAggregated, SalesFile, SalesFileFact, SalesFileStatus
from db.tables import User
from tests.core.promo.made import made_baseline, made_sales, made_segments, made_settings, made_uplift

TARGETS = pd.DataFrame(
    {
        "month": ["2024-01", "2024-02", "2024-03"],
        "geo": ["DE"] * 3,
        "sales_value_target": [900_000.0, 1_100_000.0, 1_000_000.0],
        "margin_pct_target": [21.0, 21.5, 21.5],
        "units_target": [18_000, 21_000, 20_000],
    }
)


def made_model(version: str = "1") -> Learned:
    """The made shop's model; no sampler runs."""
    return Learned(version, made_baseline(), made_uplift())


def keep_sales(s: Session, project_id: int) -> None:
    """The made shop's facts in the project, from one file."""
    sales = made_sales().assign(geo="ALL")
    file = SalesFile(
        project_id=project_id, file_name="sales.csv", file_path="none", file_bytes=1,
        checksum=secrets.token_hex(8),
        status=SalesFileStatus.CURRENT, rows_read=len(sales),
    )  # fmt: skip
    s.add(file)
    s.flush()
    rows = sales.astype(object).where(sales.notna(), None).to_dict("records")
    weights = (
        {"discount_weight": (row["discount_pct"] or 0.0) * row["sales_value"],
         "discount_sales": row["sales_value"] if row["promo_flag"] else 0.0}
        for row in rows
    )  # fmt: skip
    of_file = [
        {k: v for k, v in row.items() if k != "discount_pct"} | weight | {"file_id": file.id}
        for row, weight in zip(rows, weights, strict=True)
    ]
    s.execute(insert(SalesFileFact), of_file)
    s.execute(insert(SalesAggregated), [row | {"project_id": project_id} for row in rows])


def keep_learned(person: Person, project_id: int, *, with_reference: bool = True) -> None:
    """Sales, segments, targets, settings and a learned model in the project."""
    with session() as s:
        keep_sales(s, project_id)
    with session() as s:
        if with_reference:
            reference.save_targets(s, person, project_id, TARGETS)
            reference.save_segments(s, person, project_id, made_segments())
            reference.save_promo_settings(s, person, project_id, made_settings())
    with tempfile.TemporaryDirectory() as folder, session() as s:
        made_model().save(Path(folder))
        path, checksum = artifacts.save_folder(Path(folder), f"projects/{project_id}/{secrets.token_hex(6)}")
        s.add(
            PromoModelRow(
                project_id=project_id, version=1, method="seasonal", created_by=person.id,
                facts_key=facts.facts_key(s, person, project_id), summary={}, artifacts_path=path,
                artifacts_checksum=checksum,
            )
        )  # fmt: skip


if __name__ == "__main__":
    # For an installation in another process, named by the environment: a person's name and a project's id.
    with session() as s:
        someone = as_person(s.scalars(select(User).where(User.username == sys.argv[1])).one())
    keep_learned(someone, int(sys.argv[2]))
