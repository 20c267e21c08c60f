"""Making the demo projects, once an installation: the mix model's first, then the retailer's."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.access import Person, Role
from core.access.store import add_demo_account, join_as
from core.data.saved_versions import save_files
from core.database import session
from core.demo import retail
from core.demo.password import demo_password
from core.demo.weekly_sales import (
    DATASET_NAME,
    MODEL_NAME,
    PROJECT_DESCRIPTION,
    PROJECT_NAME,
    SAMPLING,
    Demo,
    weekly_sales,
)
from core.promo.store import reference
from core.promo.store.files import sales
from core.promo.store.models import load, promo_models
from core.promo.store.post_mortems import save_brief, save_post_mortem
from core.promo.store.scenarios import save_promo
from core.promo.store.uploads import hand_in
from core.queue.job import Attempt, JobStatus
from core.queue.reporter import Reporter
from core.queue.store.state import back_in_queue, put_in_queue
from db.tables import Dataset, InstallationSetting, Model, Project, ProjectMember

DEMO_LOCK = 7302  # advisory lock of the transaction that makes the demo
DEMO_KEY, PROMO_DEMO_KEY = "demo", "demo_promotions"
PATIENCE_SECONDS = 900.0  # the second demo is read and learned from when the first one's training is done


def make_demo(s: Session) -> int | None:
    """The number of the demo project, made with its account at the first call; None once it was deleted.

    Safe from several processes at once: all but the first find it made. A demo model whose training was
    killed is put into the queue again. The retailer's project is made with it, or when it is found missing.
    """
    s.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": DEMO_LOCK})
    account = add_demo_account(s, demo_password())
    made = s.get(InstallationSetting, DEMO_KEY)
    if made is None:
        number = _make(s, weekly_sales(), account.id)
        _make_promotions(s, account, number)
        return number
    if s.get(InstallationSetting, PROMO_DEMO_KEY) is None:
        _make_promotions(s, account, made.value["project_id"])
    project = s.get(Project, made.value["project_id"])
    if project is None or project.deleted_at is not None:
        return None
    _train_again(s, made.value["model_id"])
    return project.id


def _make(s: Session, demo: Demo, maker_id: int) -> int:
    project = Project(
        user_id=maker_id, name=PROJECT_NAME, description=PROJECT_DESCRIPTION, currency="EUR", is_demo=True
    )
    s.add(project)
    s.flush()
    join_as(s, project.id, maker_id, Role.VIEWER)
    model = _model(s, demo, project.id, maker_id)
    s.add(InstallationSetting(key=DEMO_KEY, value={"project_id": project.id, "model_id": model.id}))
    s.flush()
    return project.id


def _model(s: Session, demo: Demo, project_id: int, maker_id: int) -> Model:
    """The demo's data set and its model, whose training waits in the queue."""
    kept = save_files(project_id, [(demo.file_name, demo.content)], demo.prepared, None)
    data = Dataset(project_id=project_id, name=DATASET_NAME, uploaded_by=maker_id, **kept.columns())
    s.add(data)
    s.flush()
    data.root_id = data.id
    model = Model(
        project_id=project_id,
        dataset_id=data.id,
        name=MODEL_NAME,
        config=json.loads(demo.config.to_json()),
        sampling=SAMPLING.to_json(),
        created_by=maker_id,
    )
    s.add(model)
    s.flush()
    put_in_queue(s, model)
    return model


def _train_again(s: Session, model_id: int) -> None:
    """Puts a training that was killed into the queue again; one that failed by an error stays so."""
    killed = select(Model).where(
        Model.id == model_id,
        Model.status == JobStatus.FAILED,
        Model.error_reference.is_(None),
        Model.deleted_at.is_(None),
    )
    model = s.scalar(killed.with_for_update())
    if model is None:
        return
    model.attempt, model.finished_at = 0, None
    back_in_queue(s, model, "Trained again, since the last training was killed.")


def _make_promotions(s: Session, account: Person, first_id: int) -> None:
    """The retailer's project, filled by the doors that a person uses; its files wait for the worker."""
    first = s.get(Project, first_id)
    project = Project(
        user_id=account.id,
        name=retail.PROJECT_NAME,
        description=retail.PROJECT_DESCRIPTION,
        currency="EUR",
        kpi_label="Sales",
        is_demo=True,
    )
    if first is not None:
        project.created_at = first.created_at - dt.timedelta(seconds=1)  # lists begin with the newest
    s.add(project)
    s.flush()
    s.add(InstallationSetting(key=PROMO_DEMO_KEY, value={"project_id": project.id}))
    _fill(s, account, project.id)


def _fill(s: Session, account: Person, project_id: int) -> None:
    """Targets, segments, catalogue, rules and files of sales."""
    shop = retail.retailer()
    join_as(s, project_id, account.id, Role.VIEWER)
    with _hands_of(s, account, project_id) as maker:
        reference.save_targets(s, maker, project_id, shop.targets)
        reference.save_segments(s, maker, project_id, shop.segments)
        reference.save_catalog(s, maker, project_id, shop.catalog, retail.CATALOG)
        reference.save_promo_settings(s, maker, project_id, retail.SETTINGS)
        hand_in(s, maker, project_id, shop.sales, patience_seconds=PATIENCE_SECONDS)


@contextmanager
def _hands_of(s: Session, account: Person, project_id: int) -> Iterator[Person]:
    """The account that everybody may use can change nothing: its hands are lent the owner's role for this
    part of one transaction, which nobody else sees."""
    member = s.get_one(ProjectMember, (project_id, account.id))
    member.role = Role.OWNER
    s.flush()
    yield replace(account, is_demo=False)
    member.role = Role.VIEWER
    s.flush()


def estimate_promotions(attempt: Attempt, reporter: Reporter) -> None:
    """Does a job that estimates promotion effects; with its first one the retailer's demo gets its plans."""
    from core.promo.model_job import estimate

    estimate(attempt, reporter)
    with session() as s:
        show_promotions(s, attempt.project_id)


def show_promotions(s: Session, project_id: int) -> bool:
    """Puts plans, a brief and a look back into the retailer's demo once, when its promotions are learned for
    the first time; False where there was nothing to do."""
    made = s.scalar(
        select(InstallationSetting).where(InstallationSetting.key == PROMO_DEMO_KEY).with_for_update()
    )
    if made is None or made.value["project_id"] != project_id or made.value.get("shown"):
        return False
    project = s.get_one(Project, project_id)
    account = add_demo_account(s, demo_password())
    if project.deleted_at is not None or s.get(ProjectMember, (project_id, account.id)) is None:
        return False
    if not promo_models(s, account, project_id):
        return False
    with _hands_of(s, account, project_id) as maker:
        _show(s, maker, project)
    made.value = {**made.value, "shown": True}
    return True


def _show(s: Session, maker: Person, project: Project) -> None:
    from core.demo.showcase import showcase

    model = load(promo_models(s, maker, project.id)[0])
    settings = reference.promo_settings(s, maker, project.id)
    catalog = reference.catalog(s, maker, project.id)
    for shown in showcase(model, settings, catalog, sales(s, maker, project.id), project.currency):
        info = save_promo(
            s, maker, project.id, shown.scenario, shown.kpis, shown.verdict, model_version=model.version
        )
        if shown.brief is not None:
            save_brief(s, maker, info.id, shown.brief)
        if shown.review is not None:
            save_post_mortem(s, maker, info.id, shown.review)


def join_demo(s: Session, person: Person) -> None:
    """Make a person an owner of the demo projects, so that they may try everything; nothing without them."""
    for key in (DEMO_KEY, PROMO_DEMO_KEY):
        made = s.get(InstallationSetting, key)
        project = s.get(Project, made.value["project_id"]) if made else None
        if project is None or project.deleted_at is not None:
            continue
        if s.get(ProjectMember, (project.id, person.id)) is None:
            join_as(s, project.id, person.id, Role.OWNER)
