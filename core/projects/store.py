"""What is stored of projects: making, listing, changing and duplicating them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Permission, Person, Role
from core.access.store import join_as
from core.errors import UserError
from core.lifecycle import store as lifecycle
from core.lifecycle.names import clean_name, copy_name
from core.lifecycle.store import copy_model, copy_row, copy_scenario
from core.projects.project_info import ProjectInfo
from core.promo.store.project_copies import copy_promotions
from core.queue.job import ACTIVE
from core.queue.store.state import cancel_jobs_of_project
from db.tables import Dataset, Model, OptimizationScenario, Project, ProjectMember

LONGEST_LABEL = 40
LONGEST_DESCRIPTION = 2000


def _living(table: type[Model] | type[OptimizationScenario]) -> ScalarSelect[int]:
    living = select(func.count()).where(table.project_id == Project.id, table.deleted_at.is_(None))
    return living.correlate(Project).scalar_subquery()


def _living_datasets() -> ScalarSelect[int]:
    living = select(func.count(Dataset.root_id.distinct())).where(
        Dataset.project_id == Project.id, Dataset.deleted_at.is_(None)
    )
    return living.correlate(Project).scalar_subquery()


def _members() -> ScalarSelect[int]:
    everyone = ProjectMember.__table__.alias("everyone")
    members = select(func.count()).select_from(everyone).where(everyone.c.project_id == Project.id)
    return members.correlate(Project).scalar_subquery()


def _described(person: Person, *, deleted: bool = False) -> Select[Any]:
    return lifecycle.visible(person, Project, deleted=deleted).add_columns(
        ProjectMember.role,
        _living_datasets(),
        _living(Model),
        _living(OptimizationScenario),
        _members(),
    )


def _info(row: Any) -> ProjectInfo:
    project, role, datasets, models, scenarios, members = row
    return ProjectInfo(
        id=project.id,
        name=project.name,
        description=project.description or "",
        currency=project.currency,
        kpi_label=project.kpi_label,
        is_demo=project.is_demo,
        role=role,
        settings=dict(project.settings),
        created_at=project.created_at,
        archived=project.archived_at is not None,
        deleted=project.deleted_at is not None,
        datasets=datasets,
        models=models,
        scenarios=scenarios,
        members=members,
    )


def checked_currency(currency: str) -> str:
    """The three-letter code in capitals. Raises UserError for anything else."""
    code = currency.strip().upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise UserError(f"“{currency}” is no currency code; three letters are expected, such as EUR or USD.")
    return code


def _checked_text(text: str, what: str, longest: int) -> str:
    cleaned = text.strip()
    if len(cleaned) > longest:
        raise UserError(f"The {what} has {len(cleaned)} characters; the most is {longest}.")
    return cleaned


def create_project(
    s: Session,
    person: Person,
    name: str,
    *,
    description: str = "",
    currency: str = "EUR",
    kpi_label: str = "Revenue",
) -> ProjectInfo:
    """A new project whose owner is `person`.

    Raises UserError for words that will not do, AccessDenied for the demo account.
    """
    if person.is_demo:
        raise AccessDenied("The demo account can look at everything, but cannot make projects of its own.")
    row = Project(
        user_id=person.id,
        name=clean_name(name, "project"),
        description=_checked_text(description, "description", LONGEST_DESCRIPTION),
        currency=checked_currency(currency),
        kpi_label=_checked_text(kpi_label, "name of the KPI", LONGEST_LABEL) or "Revenue",
    )
    s.add(row)
    s.flush()
    join_as(s, row.id, person.id, Role.OWNER)
    lifecycle.record_change(s, person, row, "create")
    return project(s, person, row.id)


def projects(s: Session, person: Person, *, archived: bool = False) -> tuple[ProjectInfo, ...]:
    """The projects of `person`, newest first: those in use, or with `archived` those put away."""
    wanted = Project.archived_at.is_not(None) if archived else Project.archived_at.is_(None)
    rows = s.execute(_described(person).where(wanted).order_by(Project.created_at.desc(), Project.id.desc()))
    return tuple(_info(row) for row in rows)


def project(s: Session, person: Person, project_id: int) -> ProjectInfo:
    """One project of `person`, archived or not. Raises NotFound."""
    row = s.execute(_described(person).where(Project.id == project_id)).one_or_none()
    if row is None:
        raise NotFound("This project was not found. It may have been deleted.")
    return _info(row)


def rename_project(s: Session, person: Person, project_id: int, name: str) -> ProjectInfo:
    """The project under its new name. Raises UserError for a name that will not do."""
    lifecycle.rename(s, person, Project, project_id, name)
    return project(s, person, project_id)


def update_project(
    s: Session,
    person: Person,
    project_id: int,
    *,
    description: str | None = None,
    currency: str | None = None,
    kpi_label: str | None = None,
    settings: dict[str, Any] | None = None,
) -> ProjectInfo:
    """The project with the given words and settings changed; settings are merged key by key."""
    row = lifecycle.find_to_change(s, person, Project, project_id, Permission.PROJECT_EDIT)
    changed: dict[str, Any] = {}
    if description is not None:
        row.description = changed["description"] = _checked_text(
            description, "description", LONGEST_DESCRIPTION
        )
    if currency is not None:
        row.currency = changed["currency"] = checked_currency(currency)
    if kpi_label is not None:
        label = _checked_text(kpi_label, "name of the KPI", LONGEST_LABEL)
        row.kpi_label = changed["kpi_label"] = label or "Revenue"
    if settings is not None:
        row.settings = {**row.settings, **settings}
        changed["settings"] = sorted(settings)
    s.flush()
    lifecycle.record_change(s, person, row, "update", **changed)
    return project(s, person, project_id)


def archive_project(s: Session, person: Person, project_id: int) -> None:
    """Puts the project among the archived ones; its trainings go on."""
    lifecycle.archive(s, person, Project, project_id, archived=True)


def unarchive_project(s: Session, person: Person, project_id: int) -> None:
    """Takes the project back into use."""
    lifecycle.archive(s, person, Project, project_id, archived=False)


def delete_project(s: Session, person: Person, project_id: int) -> None:
    """Deletes the project with undo; jobs that wait or run in it are cancelled."""
    lifecycle.delete(s, person, Project, project_id)
    cancel_jobs_of_project(s, project_id)


def restore_project(s: Session, person: Person, project_id: int) -> ProjectInfo:
    """Undoes the deletion of a project."""
    lifecycle.restore(s, person, Project, project_id)
    return project(s, person, project_id)


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
    known = lifecycle.find(s, person, Project, project_id)
    chosen = clean_name(name, "project") if name is not None else copy_name(known.name)
    row = copy_row(known, name=chosen, user_id=person.id, is_demo=False, archived_at=None)
    s.add(row)
    s.flush()
    join_as(s, row.id, person.id, Role.OWNER)
    datasets = _copy_datasets(s, known.id, row.id, person.id)
    models = _copy_models(s, known.id, row.id, person.id, datasets)
    _copy_rest(s, known.id, row.id, person.id, models)
    copy_promotions(s, known.id, row.id, person.id)
    lifecycle.record_change(s, person, row, "duplicate", copy_of=known.id)
    return project(s, person, row.id)
