"""Freezing a scenario with all it stands on, and notes about it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import artifacts
from core.access import Permission, Person
from core.charts.formats import Wording
from core.errors import UserError
from core.json_values import to_json
from core.lifecycle.names import StaleWrite
from core.lifecycle.store import things as shelf
from core.mmm.fitted import FittedMMM
from core.mmm.model_info import ModelInfo
from core.mmm.planning.origin import Frozen, origin_of
from core.mmm.planning.scenario_info import ScenarioInfo
from core.mmm.store import models
from core.mmm.store.plans import scenario
from db.tables import OptimizationScenario

LONGEST_NOTE = 4_000


def freeze_scenario(
    s: Session, person: Person, scenario_id: int, wording: Wording, *, seen_at: dt.datetime | None = None
) -> ScenarioInfo:
    """The scenario, frozen: it owns a copy of its model's files and keeps these words, for good.

    Freezing twice changes nothing. With `seen_at` raises StaleWrite when somebody saved it since. Raises
    UserError where there is no answer, or no model any more.
    """
    row = shelf.find_to_change(s, person, OptimizationScenario, scenario_id, Permission.PLAN_EDIT)
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
    shelf.write_down(s, person, row, "freeze", model=info.id, checksum=row.artifacts_checksum)
    return scenario(s, person, scenario_id)


def write_note(
    s: Session, person: Person, scenario_id: int, text: str, *, seen_at: dt.datetime | None = None
) -> ScenarioInfo:
    """The scenario with its note replaced; an empty text takes it away.

    `seen_at` is the `note_at` one had loaded (None: there was no note); raises StaleWrite when somebody wrote
    since, UserError for a note that is too long.
    """
    row = shelf.find_to_change(s, person, OptimizationScenario, scenario_id, Permission.PLAN_EDIT)
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
    shelf.write_down(s, person, row, "note", characters=len(cleaned))
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
