"""What is kept of drafts: one a person and data set, the last write wins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.access import Permission, Person
from core.access.store import require
from core.lifecycle import store as lifecycle
from core.lifecycle.names import LONGEST_NAME
from db.tables import Dataset, ModelDraft


@dataclass(frozen=True)
class DraftInfo:
    """A person's unfinished set-up of a model on one data set; `config` need not be valid yet."""

    id: int
    project_id: int
    dataset_id: int
    name: str
    config: Mapping[str, Any]
    updated_at: dt.datetime


def _info(row: ModelDraft) -> DraftInfo:
    return DraftInfo(row.id, row.project_id, row.dataset_id, row.name, dict(row.config), row.updated_at)


def save_draft(
    s: Session, person: Person, dataset_id: int, name: str, config: Mapping[str, Any]
) -> DraftInfo:
    """The draft as it stands now. A draft may be unfinished: only its size in the list is held to."""
    data = lifecycle.find(s, person, Dataset, dataset_id)
    require(s, person, data.project_id, Permission.MODEL_TRAIN)
    written = {
        "name": " ".join(name.split())[:LONGEST_NAME],
        "config": dict(config),
        "updated_at": func.now(),
    }
    place = {"project_id": data.project_id, "dataset_id": data.id, "user_id": person.id}
    draft_row = insert(ModelDraft).values(**place, **written)
    saved = draft_row.on_conflict_do_update(index_elements=["user_id", "dataset_id"], set_=written)
    fresh = {"populate_existing": True}
    return _info(s.scalars(saved.returning(ModelDraft), execution_options=fresh).one())


def draft(s: Session, person: Person, dataset_id: int) -> DraftInfo | None:
    """The person's own draft on this data set, None when there is none. Raises NotFound for strangers."""
    data = lifecycle.find(s, person, Dataset, dataset_id)
    mine = select(ModelDraft).where(ModelDraft.user_id == person.id, ModelDraft.dataset_id == data.id)
    row = s.scalar(mine)
    return _info(row) if row else None


def discard_draft(s: Session, person: Person, dataset_id: int) -> None:
    """Throws the person's draft on this data set away, if there is one."""
    s.execute(delete(ModelDraft).where(ModelDraft.user_id == person.id, ModelDraft.dataset_id == dataset_id))
