"""Tells the kept post-mortems which version of the model has learned from them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, cast, update
from sqlalchemy.orm import Session

from db.tables import PostMortemReport


def note_learning(s: Session, project_id: int, version: int, last_on: dt.date) -> None:
    """Writes `version`, learned from sales until `last_on`, into the project's post-mortems that hold no
    later sales and that no earlier version has learned from. For the job that learns: it asks nobody."""
    report = PostMortemReport
    written = update(report).values(learned_version=str(version))
    s.execute(
        written.where(
            report.project_id == project_id,
            report.learned_version.is_(None),
            cast(report.details["covered_until"].astext, Date) <= last_on,
        ).execution_options(synchronize_session=False)
    )
