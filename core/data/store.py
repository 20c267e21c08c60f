"""Data sets: their files, their tables, their versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, aliased

from core import artifacts
from core.access import NotFound, Permission, Person
from core.access.store import require
from core.data.dataset_info import DatasetInfo
from core.data.prepared import Prepared
from core.data.saved_versions import SavedVersion, Upload, read_saved_table, save_files
from core.lifecycle import store as lifecycle
from core.lifecycle.names import clean_name, copy_name
from db.tables import Dataset, Model, User

# Fields of a DatasetInfo that are columns of the same name.
SAME_COLUMNS = (
    *("id", "project_id", "root_id", "version", "name", "file_name", "file_bytes", "checksum", "rows"),
    *("uploaded_at", "file_path", "frame_path", "frame_checksum"),
)
NOT_FOUND = "This data set was not found. It may have been deleted."


def _described(person: Person) -> Select[Any]:
    other, made_on = aliased(Dataset), aliased(Dataset)
    same = other.root_id == Dataset.root_id
    versions = select(func.count()).where(same).correlate(Dataset).scalar_subquery()
    newest = select(func.max(other.version)).where(same).correlate(Dataset).scalar_subquery()
    models = (
        select(func.count())
        .select_from(Model)
        .join(made_on, made_on.id == Model.dataset_id)
        .where(made_on.root_id == Dataset.root_id, Model.deleted_at.is_(None))
        .correlate(Dataset)
        .scalar_subquery()
    )
    query = lifecycle.visible(person, Dataset).outerjoin(User, User.id == Dataset.uploaded_by)
    name = func.coalesce(User.display_name, User.username, "")
    return query.add_columns(name, versions, newest, models)


def _info(row: Any) -> DatasetInfo:
    dataset, uploaded_by, versions, newest, models = row
    config = dataset.config
    start, end = config.get("start_on"), config.get("end_on")
    return DatasetInfo(
        **{name: getattr(dataset, name) for name in SAME_COLUMNS},
        versions=versions,
        is_latest=dataset.version == newest,
        columns=config.get("columns", 0),
        start_on=dt.date.fromisoformat(start) if start else None,
        end_on=dt.date.fromisoformat(end) if end else None,
        mapping=config.get("mapping", {}),
        problems=tuple(dataset.problems),
        repairs=tuple(dataset.repairs),
        source=config.get("source", {}),
        uploaded_by=uploaded_by,
        archived=dataset.archived_at is not None,
        deleted=dataset.deleted_at is not None,
        models=models,
    )


def _row(person: Person, project_id: int, name: str, saved: SavedVersion) -> Dataset:
    return Dataset(project_id=project_id, name=name, uploaded_by=person.id, **saved.columns())


def _as_first(s: Session, row: Dataset) -> Dataset:
    """The row added as version 1 of a data set of its own."""
    s.add(row)
    s.flush()
    row.root_id, row.version = row.id, 1
    s.flush()
    return row


def save_dataset(
    s: Session,
    person: Person,
    project_id: int,
    name: str,
    files: Sequence[Upload],
    prepared: Prepared,
    *,
    source: Mapping[str, Any] | None = None,
) -> DatasetInfo:
    """A new data set, version 1, of the uploaded `files` (name, content) and the table made of them.

    Raises UserError when the table still has errors or the name will not do, NotFound for strangers.
    """
    require(s, person, project_id, Permission.DATASET_UPLOAD)
    cleaned = clean_name(name, "data set")
    row = _as_first(s, _row(person, project_id, cleaned, save_files(project_id, files, prepared, source)))
    lifecycle.record_change(s, person, row, "upload", file=row.file_name, rows=row.rows)
    return dataset(s, person, row.id)


def save_version(
    s: Session,
    person: Person,
    dataset_id: int,
    files: Sequence[Upload],
    prepared: Prepared,
    *,
    source: Mapping[str, Any] | None = None,
) -> DatasetInfo:
    """The next version of the data set that `dataset_id` (any version) belongs to."""
    known = lifecycle.find_to_change(s, person, Dataset, dataset_id, Permission.DATASET_UPLOAD)
    s.execute(select(Dataset.id).where(Dataset.id == known.root_id).with_for_update())
    newest = s.scalars(
        select(Dataset).where(Dataset.root_id == known.root_id).order_by(Dataset.version.desc()).limit(1)
    ).one()
    row = _row(person, known.project_id, newest.name, save_files(known.project_id, files, prepared, source))
    row.root_id, row.version, row.archived_at = known.root_id, newest.version + 1, newest.archived_at
    s.add(row)
    s.flush()
    lifecycle.record_change(
        s, person, row, "upload_version", file=row.file_name, rows=row.rows, version=row.version
    )
    return dataset(s, person, row.id)


def datasets(
    s: Session, person: Person, project_id: int, *, archived: bool = False
) -> tuple[DatasetInfo, ...]:
    """The newest version of each data set of the project, the latest upload first."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    shelved = Dataset.archived_at.is_not(None) if archived else Dataset.archived_at.is_(None)
    query = _described(person).where(Dataset.project_id == project_id, shelved)
    infos = [_info(row) for row in s.execute(query.order_by(Dataset.uploaded_at.desc(), Dataset.id.desc()))]
    return tuple(info for info in infos if info.is_latest)


def dataset(s: Session, person: Person, dataset_id: int) -> DatasetInfo:
    """One version of a data set. Raises NotFound."""
    row = s.execute(_described(person).where(Dataset.id == dataset_id)).one_or_none()
    if row is None:
        raise NotFound(NOT_FOUND)
    return _info(row)


def versions(s: Session, person: Person, dataset_id: int) -> tuple[DatasetInfo, ...]:
    """Every version of the data set that `dataset_id` belongs to, the newest first."""
    root_id = lifecycle.find(s, person, Dataset, dataset_id).root_id
    rows = s.execute(_described(person).where(Dataset.root_id == root_id).order_by(Dataset.version.desc()))
    return tuple(_info(row) for row in rows)


def dataset_frame(info: DatasetInfo) -> pd.DataFrame:
    """The table of a version, one row a date (and geo), read from the artifact store."""
    return read_saved_table(info.frame_path)


def dataset_file(info: DatasetInfo) -> bytes:
    """The uploaded file of a version as it came (several files: one ZIP of them)."""
    return artifacts.open_bytes(info.file_path)


def _all_versions(s: Session, row: Dataset, **values: Any) -> None:
    s.execute(update(Dataset).where(Dataset.root_id == row.root_id).values(**values))
    s.refresh(row)


def rename_dataset(s: Session, person: Person, dataset_id: int, name: str) -> DatasetInfo:
    """The data set under its new name, all versions of it."""
    row = lifecycle.rename(s, person, Dataset, dataset_id, name)
    _all_versions(s, row, name=row.name)
    return dataset(s, person, dataset_id)


def duplicate_dataset(
    s: Session, person: Person, dataset_id: int, name: str | None = None, *, project_id: int | None = None
) -> DatasetInfo:
    """A data set of its own made of one version, in the same project or in another one of the person's.

    Stored files never change and are removed only when no row names them, so the copy may name the same ones.
    """
    known = lifecycle.find(s, person, Dataset, dataset_id)
    target = known.project_id if project_id is None else project_id
    require(s, person, target, Permission.DATASET_UPLOAD)
    chosen = clean_name(name, "data set") if name is not None else copy_name(known.name)
    saved = SavedVersion(**{field: getattr(known, field) for field in SavedVersion.names()})
    row = _as_first(s, _row(person, target, chosen, saved))
    lifecycle.record_change(s, person, row, "duplicate", copy_of=known.id)
    return dataset(s, person, row.id)


def archive_dataset(s: Session, person: Person, dataset_id: int) -> None:
    """Puts the data set, all versions of it, among the archived ones."""
    row = lifecycle.archive(s, person, Dataset, dataset_id, archived=True)
    _all_versions(s, row, archived_at=row.archived_at)


def unarchive_dataset(s: Session, person: Person, dataset_id: int) -> None:
    """Takes the data set, all versions of it, back into use."""
    row = lifecycle.archive(s, person, Dataset, dataset_id, archived=False)
    _all_versions(s, row, archived_at=None)


def delete_dataset(s: Session, person: Person, dataset_id: int) -> None:
    """Deletes the data set, all versions of it, with undo. Models made on it stay and keep their results."""
    row = lifecycle.delete(s, person, Dataset, dataset_id)
    _all_versions(s, row, deleted_at=row.deleted_at)


def restore_dataset(s: Session, person: Person, dataset_id: int) -> DatasetInfo:
    """Undoes the deletion of a data set."""
    row = lifecycle.restore(s, person, Dataset, dataset_id)
    _all_versions(s, row, deleted_at=None)
    return dataset(s, person, dataset_id)
