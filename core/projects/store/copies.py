"""Duplicating a project with everything in it."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.access import AccessDenied, Person, Role
from core.access.store import join_as
from core.lifecycle.names import clean_name, copy_name
from core.lifecycle.store import things as shelf
from core.lifecycle.store.copies import copy_model, copy_row, copy_scenario
from core.projects.project_info import ProjectInfo
from core.projects.store.projects import project
from core.promo.store.project_copies import copy_promotions
from core.queue.job import ACTIVE
from db.tables import Dataset, Model, OptimizationScenario, Project


def _copy_datasets(s: Session, source_id: int, target_id: int, maker_id: int) -> dict[int, int]:
    """Copies all versions of all living data sets; {number there: number here}."""
    numbers: dict[int, int] = {}
    living = select(Dataset).where(Dataset.project_id == source_id, Dataset.deleted_at.is_(None))
    for known in s.scalars(living.order_by(Dataset.root_id, Dataset.version)).all():
        row = copy_row(known, project_id=target_id, root_id=None, uploaded_by=maker_id)
        s.add(row)
        s.flush()
        numbers[known.id] = row.id
        row.root_id = numbers.get(known.root_id or known.id, row.id)
    s.flush()
    return numbers


def _copy_models(
    s: Session, source_id: int, target_id: int, maker_id: int, datasets: dict[int, int]
) -> dict[int, int]:
    """Copies all living models that have ended and whose data were copied; {number there: number here}."""
    numbers: dict[int, int] = {}
    living = select(Model).where(
        Model.project_id == source_id,
        Model.deleted_at.is_(None),
        Model.dataset_id.in_(datasets),
        Model.status.not_in(ACTIVE),
    )
    for known in s.scalars(living.order_by(Model.id)).all():
        row = copy_model(s, known, known.name, target_id, datasets[known.dataset_id], maker_id)
        row.archived_at, numbers[known.id] = known.archived_at, row.id
        row.rerun_of_id = numbers.get(known.rerun_of_id or 0)
    s.flush()
    return numbers


def _copy_rest(s: Session, source_id: int, target_id: int, maker_id: int, models: dict[int, int]) -> None:
    scenario = OptimizationScenario
    plans = select(scenario).where(
        scenario.project_id == source_id,
        scenario.deleted_at.is_(None),
        or_(scenario.model_id.in_(models), scenario.frozen_at.is_not(None)),
    )
    for plan in s.scalars(plans).all():
        row = copy_scenario(s, plan, plan.name, target_id, models.get(plan.model_id or 0), maker_id)
        row.archived_at = plan.archived_at
    s.flush()


def duplicate_project(s: Session, person: Person, project_id: int, name: str | None = None) -> ProjectInfo:
    """A project of the person's own with all data sets, ended models and scenarios of this one, and all it
    knows of promotions.

    The copy depends on nothing in the original, and has no member but its maker. Any member may copy what
    they can see, except the demo account.
    """
    if person.is_demo:
        raise AccessDenied("The demo account can look at everything, but cannot make projects of its own.")
    known = shelf.find(s, person, Project, project_id)
    chosen = clean_name(name, "project") if name is not None else copy_name(known.name)
    row = copy_row(known, name=chosen, user_id=person.id, is_demo=False, archived_at=None)
    s.add(row)
    s.flush()
    join_as(s, row.id, person.id, Role.OWNER)
    datasets = _copy_datasets(s, known.id, row.id, person.id)
    models = _copy_models(s, known.id, row.id, person.id, datasets)
    _copy_rest(s, known.id, row.id, person.id, models)
    copy_promotions(s, known.id, row.id, person.id)
    shelf.write_down(s, person, row, "duplicate", copy_of=known.id)
    return project(s, person, row.id)
