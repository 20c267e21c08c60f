"""Saved scenarios: plans and what-ifs on a model, frozen ones and notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from core import artifacts
from core.access import NotFound, Permission, Person
from core.access.store import require
from core.charts.formats import Wording
from core.errors import UserError
from core.json_values import from_json, to_json
from core.lifecycle import store as lifecycle
from core.lifecycle.names import StaleWrite, clean_name, copy_name
from core.lifecycle.store import copy_scenario
from core.mmm.fitted import FittedMMM
from core.mmm.model_info import ModelInfo
from core.mmm.planning.saved_plan import Frozen, ScenarioInfo, origin_of
from core.mmm.store import models
from db.tables import Model, OptimizationScenario, User

NOT_FOUND = "This scenario was not found. It may have been deleted."
# Fields of a ScenarioInfo that are columns of the same name.
AS_STORED = (
    *("id", "project_id", "name", "results", "created_at", "updated_at"),
    *("frozen_at", "artifacts_path", "artifacts_checksum", "note_at"),
)


LONGEST_NOTE = 4_000


def _described(person: Person) -> Select[Any]:
    people = [aliased(User) for _ in range(3)]
    names = [func.coalesce(user.display_name, user.username, "") for user in people]
    table = OptimizationScenario
    query = lifecycle.visible(person, table).outerjoin(Model, Model.id == table.model_id)
    for user, column in zip(people, (table.created_by, table.frozen_by, table.note_by), strict=True):
        query = query.outerjoin(user, user.id == column)
    available = and_(Model.id.is_not(None), Model.deleted_at.is_(None))
    return query.add_columns(Model.name, available, *names)


def _info(row: Any) -> ScenarioInfo:
    stored, model_name, model_available, maker, freezer, writer = row
    frozen = from_json(Frozen, stored.frozen) if stored.frozen else None
    return ScenarioInfo(
        **{name: getattr(stored, name) for name in AS_STORED},
        # A frozen plan names its model as it was, whatever became of it.
        model_id=frozen.origin.model_id if frozen else stored.model_id,
        model_name=frozen.origin.model_name if frozen else model_name,
        model_available=model_available,
        kind=stored.config.get("kind", ""),
        config={key: value for key, value in stored.config.items() if key != "kind"},
        created_by=maker,
        archived=stored.archived_at is not None,
        deleted=stored.deleted_at is not None,
        frozen=frozen,
        frozen_by=freezer,
        note=stored.note or "",
        note_by=writer,
    )


def save_scenario(
    s: Session,
    person: Person,
    model_id: int,
    name: str,
    kind: str,
    config: Mapping[str, Any],
    results: Mapping[str, Any] | None = None,
) -> ScenarioInfo:
    """A new scenario on the model. Raises UserError for a name that will not do, NotFound for strangers."""
    known = lifecycle.find(s, person, Model, model_id)
    require(s, person, known.project_id, Permission.PLAN_EDIT)
    row = OptimizationScenario(
        project_id=known.project_id,
        model_id=known.id,
        name=clean_name(name, "scenario"),
        config={**config, "kind": kind},
        results=dict(results) if results is not None else None,
        created_by=person.id,
    )
    s.add(row)
    s.flush()
    lifecycle.record_change(s, person, row, "create", kind=kind, model=known.id)
    return scenario(s, person, row.id)


def scenarios(
    s: Session,
    person: Person,
    project_id: int,
    *,
    kind: str | None = None,
    model_id: int | None = None,
    archived: bool = False,
) -> tuple[ScenarioInfo, ...]:
    """The scenarios of a project, the last changed first; of one kind or one model where asked."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    table = OptimizationScenario
    shelved = table.archived_at.is_not(None) if archived else table.archived_at.is_(None)
    query = _described(person).where(table.project_id == project_id, shelved)
    if kind is not None:
        query = query.where(table.config["kind"].astext == kind)
    if model_id is not None:
        query = query.where(table.model_id == model_id)
    rows = s.execute(query.order_by(table.updated_at.desc(), table.id.desc()))
    return tuple(_info(row) for row in rows)


def scenario(s: Session, person: Person, scenario_id: int) -> ScenarioInfo:
    """One scenario. Raises NotFound."""
    row = s.execute(_described(person).where(OptimizationScenario.id == scenario_id)).one_or_none()
    if row is None:
        raise NotFound(NOT_FOUND)
    return _info(row)


def update_scenario(
    s: Session,
    person: Person,
    scenario_id: int,
    *,
    config: Mapping[str, Any] | None = None,
    results: Mapping[str, Any] | None = None,
    seen_at: dt.datetime | None = None,
) -> ScenarioInfo:
    """The scenario with its set-up or its answer replaced.

    With `seen_at`, the `updated_at` of the scenario one had loaded, raises StaleWrite when somebody saved it
    since; without, the last write wins. A frozen scenario raises UserError.
    """
    row = lifecycle.find_to_change(s, person, OptimizationScenario, scenario_id, Permission.PLAN_EDIT)
    if row.frozen_at is not None:
        raise UserError(f"“{row.name}” is frozen and stays as it is. Duplicate it and change the copy.")
    if seen_at is not None and row.updated_at > seen_at:
        raise StaleWrite(
            f"The scenario “{row.name}” was saved by somebody else in the meantime. "
            "Open it again to see the change, or save yours under another name."
        )
    if config is not None:
        row.config = {**config, "kind": row.config.get("kind", "")}
    if results is not None:
        row.results = dict(results)
    row.updated_at = s.scalars(select(func.clock_timestamp())).one()
    s.flush()
    lifecycle.record_change(s, person, row, "update")
    return scenario(s, person, scenario_id)


def rename_scenario(s: Session, person: Person, scenario_id: int, name: str) -> ScenarioInfo:
    """The scenario under its new name."""
    lifecycle.rename(s, person, OptimizationScenario, scenario_id, name)
    return scenario(s, person, scenario_id)


def duplicate_scenario(s: Session, person: Person, scenario_id: int, name: str | None = None) -> ScenarioInfo:
    """A scenario of its own with the same set-up and answer, never frozen.

    Raises UserError for a frozen scenario whose model is gone: nothing could be computed on its copy.
    """
    known = lifecycle.find_to_change(s, person, OptimizationScenario, scenario_id, Permission.PLAN_EDIT)
    chosen = clean_name(name, "scenario") if name is not None else copy_name(known.name)
    if known.frozen_at is not None and not scenario(s, person, scenario_id).model_available:
        raise UserError(
            f"The model of “{known.name}” was deleted, so a copy could not be changed. "
            "Restore the model, or begin a new plan on another one."
        )
    row = copy_scenario(s, known, chosen, known.project_id, known.model_id, person.id, frozen=False)
    lifecycle.record_change(s, person, row, "duplicate", copy_of=known.id)
    return scenario(s, person, row.id)


def archive_scenario(s: Session, person: Person, scenario_id: int) -> None:
    """Puts the scenario among the archived ones."""
    lifecycle.archive(s, person, OptimizationScenario, scenario_id, archived=True)


def unarchive_scenario(s: Session, person: Person, scenario_id: int) -> None:
    """Takes the scenario back into use."""
    lifecycle.archive(s, person, OptimizationScenario, scenario_id, archived=False)


def delete_scenario(s: Session, person: Person, scenario_id: int) -> None:
    """Deletes the scenario with undo."""
    lifecycle.delete(s, person, OptimizationScenario, scenario_id)


def restore_scenario(s: Session, person: Person, scenario_id: int) -> ScenarioInfo:
    """Undoes the deletion of a scenario."""
    lifecycle.restore(s, person, OptimizationScenario, scenario_id)
    return scenario(s, person, scenario_id)


def freeze_scenario(
    s: Session, person: Person, scenario_id: int, wording: Wording, *, seen_at: dt.datetime | None = None
) -> ScenarioInfo:
    """The scenario, frozen: it owns a copy of its model's files and keeps these labels for good.

    Freezing twice changes nothing. With `seen_at` raises StaleWrite when somebody saved it since. Raises
    UserError where there is no answer, or no model any more.
    """
    row = lifecycle.find_to_change(s, person, OptimizationScenario, scenario_id, Permission.PLAN_EDIT)
    if row.frozen_at is not None:
        return scenario(s, person, scenario_id)
    _refuse_stale(row, seen_at)
    if not row.results:
        raise UserError(f"“{row.name}” has no answer yet; there is nothing to freeze.")
    if not scenario(s, person, scenario_id).model_available or row.model_id is None:
        raise UserError(f"The model of “{row.name}” was deleted; restore it first, then freeze.")
    info = models.model(s, person, row.model_id)
    row.artifacts_path, row.artifacts_checksum = _own_copy(info, row)
    row.frozen = to_json(Frozen(wording, origin_of(info, models.fitted(info))))
    row.frozen_at, row.frozen_by = s.scalars(select(func.clock_timestamp())).one(), person.id
    s.flush()
    lifecycle.record_change(s, person, row, "freeze", model=info.id, checksum=row.artifacts_checksum)
    return scenario(s, person, scenario_id)


def write_note(
    s: Session, person: Person, scenario_id: int, text: str, *, seen_at: dt.datetime | None = None
) -> ScenarioInfo:
    """The scenario with its note replaced; an empty text takes it away.

    `seen_at` is the `note_at` one had loaded (None: there was no note); raises StaleWrite when somebody wrote
    since, UserError for a note that is too long.
    """
    row = lifecycle.find_to_change(s, person, OptimizationScenario, scenario_id, Permission.PLAN_EDIT)
    if row.note_at is not None and (seen_at is None or row.note_at > seen_at):
        raise StaleWrite(
            "Somebody else changed this note in the meantime. Open the plan again to see it, then add yours."
        )
    cleaned = "\n".join(line.rstrip() for line in text.replace("\0", "").splitlines()).strip()
    if len(cleaned) > LONGEST_NOTE:
        raise UserError(f"The note has {len(cleaned):,} characters; the most is {LONGEST_NOTE:,}.")
    row.note, row.note_by = cleaned or None, person.id
    row.note_at = s.scalars(select(func.clock_timestamp())).one()
    s.flush()
    lifecycle.record_change(s, person, row, "note", characters=len(cleaned))
    return scenario(s, person, scenario_id)


def frozen_model(info: ScenarioInfo) -> FittedMMM:
    """The model as it was when the scenario was frozen, from the scenario's own copy."""
    if info.artifacts_path is None:
        raise UserError(f"“{info.name}” is not frozen.")
    return FittedMMM.load(artifacts.local_folder(info.artifacts_path))


def _own_copy(info: ModelInfo, row: OptimizationScenario) -> tuple[str, str]:
    """Path and checksum of the copy. Raises UserError where the model's files are not what they were."""
    if not info.artifacts_path:
        raise UserError(f"The model “{info.name}” has no results yet.")
    folder = artifacts.local_folder(info.artifacts_path)
    checksum = artifacts.folder_checksum(folder)
    if checksum != info.artifacts_checksum:
        raise UserError(f"The files of the model “{info.name}” are damaged; train it again, then freeze.")
    path, checksum = artifacts.save_folder(folder, f"projects/{row.project_id}/frozen/{row.id}/{checksum}")
    return path, checksum


def _refuse_stale(row: OptimizationScenario, seen_at: dt.datetime | None) -> None:
    if seen_at is not None and row.updated_at > seen_at:
        raise StaleWrite(
            f"The scenario “{row.name}” was saved by somebody else in the meantime. "
            "Open it again to see what would be frozen."
        )
