"""Files of sales that need no reading: their sums are made here, their rows and facts by the stores."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

import pandas as pd
import pytest
from sqlalchemy.orm import Session

from core.access import Person
from core.promo.ingest.file_info import UploadedFile
from core.promo.ingest.mapping import SalesMapping
from core.promo.ingest.report import FACTS, FileFacts, SalesReport
from core.promo.store.facts import files_to_read, load_file, make_months
from core.promo.store.files import hand_in
from core.queue.job import Attempt, JobKind
from core.queue.store import state
from core.queue.store.jobs import complete_job

Row = tuple[str, str, str, float, float]

MAPPING = SalesMapping(
    {
        "date": "Day",
        "channel": "Channel",
        "department": "Department",
        "promo_flag": "Promo",
        "discount_pct": "Discount",
        "sales_value": "Sales",
        "margin_value": "Margin",
        "units": "Units",
    }
)


def sums(rows: Sequence[Row]) -> FileFacts:
    """The facts of a file: rows of (date, channel, department, discount in percent or 0, sales)."""
    records = [
        (day, channel, department, "ALL", discount > 0, discount * sales, sales if discount else 0.0,
         sales, sales / 4, round(sales / 10))
        for day, channel, department, discount, sales in rows
    ]  # fmt: skip
    facts = pd.DataFrame(records, columns=list(FACTS))
    keys = ["date", "channel", "department", "geo", "promo_flag"]
    facts = facts.groupby(keys, as_index=False).sum()
    facts["date"] = pd.to_datetime(facts["date"])
    report = SalesReport(len(rows), 0, 100.0, {"completeness": 100.0})
    return FileFacts(facts, report)


def claimed(s: Session, job_id: uuid.UUID, kind: JobKind = JobKind.SALES) -> Attempt:
    """The job in the hands of a worker."""
    attempt = state.claim(s, kind, job_id, "somewhere/1/1")
    assert attempt is not None
    return attempt


@pytest.fixture
def loaded(s: Session, person: Person, project: int) -> Callable[..., uuid.UUID]:
    """Hands a file in and loads it as its job does: `loaded("a.csv", rows)`; the file's id."""

    def load(name: str, rows: Sequence[Row], replaces: uuid.UUID | None = None) -> uuid.UUID:
        content = f"{name}{list(rows)}".encode()
        job_id = hand_in(s, person, project, [UploadedFile(name, content, MAPPING, replaces)])
        attempt = claimed(s, job_id)
        (file,) = files_to_read(s, attempt)
        found = sums(rows)
        make_months(s, found)
        assert load_file(s, attempt, file.id, found, None)
        assert complete_job(s, attempt, {"files": []}, files=1, records=len(rows))
        return file.id

    return load
