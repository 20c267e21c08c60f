"""What is kept of scenarios: plans and what-ifs on a model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from core.access import NotFound, Permission, Person
from core.access.store import require
from core.errors import UserError
from core.json_values import from_json
from core.lifecycle.names import StaleWrite, clean_name, copy_name
from core.lifecycle.store import things as shelf
from core.lifecycle.store.copies import copy_scenario
from core.mmm.planning.origin import Frozen
from core.mmm.planning.scenario_info import ScenarioInfo
from db.tables import Model, OptimizationScenario, User

NOT_FOUND = "This scenario was not found. It may have been deleted."
# Fields of a ScenarioInfo that are columns of the same name.
AS_KEPT = (
    *("id", "project_id", "name", "results", "created_at", "updated_at"),
    *("frozen_at", "artifacts_path", "artifacts_checksum", "note_at"),
)


def _described(person: Person) -> Select[Any]:
    people = [aliased(User) for _ in range(3)]
    names = [func.coalesce(user.display_name, user.username, "") for user in people]
    table = OptimizationScenario
    query = shelf.visible(person, table).outerjoin(Model, Model.id == table.model_id)
    for user, column in zip(people, (table.created_by, table.frozen_by, table.note_by), strict=True):
        query = query.outerjoin(user, user.id == column)
    available = and_(Model.id.is_not(None), Model.deleted_at.is_(None))
    return query.add_columns(Model.name, available, *names)


def _info(row: Any) -> ScenarioInfo:
    kept, model_name, model_available, maker, freezer, writer = row
    frozen = from_json(Frozen, kept.frozen) if kept.frozen else None
    return ScenarioInfo(
        **{name: getattr(kept, name) for name in AS_KEPT},
        # A frozen plan tells of its model as it was, whatever became of it.
        model_id=frozen.origin.model_id if frozen else kept.model_id,
        model_name=frozen.origin.model_name if frozen else model_name,
        model_available=model_available,
        kind=kept.config.get("kind", ""),
        config={key: value for key, value in kept.config.items() if key != "kind"},
        created_by=maker,
        archived=kept.archived_at is not None,
        deleted=kept.deleted_at is not None,
        frozen=frozen,
        frozen_by=freezer,
        note=kept.note or "",
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
    known = shelf.find(s, person, Model, model_id)
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
    shelf.write_down(s, person, row, "create", kind=kind, model=known.id)
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
    row = shelf.find_to_change(s, person, OptimizationScenario, scenario_id, Permission.PLAN_EDIT)
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
    shelf.write_down(s, person, row, "update")
    return scenario(s, person, scenario_id)


def rename_scenario(s: Session, person: Person, scenario_id: int, name: str) -> ScenarioInfo:
    """The scenario under its new name."""
    shelf.rename(s, person, OptimizationScenario, scenario_id, name)
    return scenario(s, person, scenario_id)


def duplicate_scenario(s: Session, person: Person, scenario_id: int, name: str | None = None) -> ScenarioInfo:
    """A scenario of its own with the same set-up and answer, never frozen.

    Raises UserError for a frozen scenario whose model is gone: nothing could be computed on its copy.
    """
    known = shelf.find_to_change(s, person, OptimizationScenario, scenario_id, Permission.PLAN_EDIT)
    chosen = clean_name(name, "scenario") if name is not None else copy_name(known.name)
    if known.frozen_at is not None and not scenario(s, person, scenario_id).model_available:
        raise UserError(
            f"The model of “{known.name}” was deleted, so a copy could not be changed. "
            "Restore the model, or begin a new plan on another one."
        )
    row = copy_scenario(s, known, chosen, known.project_id, known.model_id, person.id, frozen=False)
    shelf.write_down(s, person, row, "duplicate", copy_of=known.id)
    return scenario(s, person, row.id)


def archive_scenario(s: Session, person: Person, scenario_id: int) -> None:
    """Puts the scenario among the archived ones."""
    shelf.archive(s, person, OptimizationScenario, scenario_id, archived=True)


def unarchive_scenario(s: Session, person: Person, scenario_id: int) -> None:
    """Takes the scenario back into use."""
    shelf.archive(s, person, OptimizationScenario, scenario_id, archived=False)


def delete_scenario(s: Session, person: Person, scenario_id: int) -> None:
    """Deletes the scenario with undo."""
    shelf.delete(s, person, OptimizationScenario, scenario_id)


def restore_scenario(s: Session, person: Person, scenario_id: int) -> ScenarioInfo:
    """Undoes the deletion of a scenario."""
    shelf.restore(s, person, OptimizationScenario, scenario_id)
    return scenario(s, person, scenario_id)
