import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Person, Role
from core.access.store import join_as
from core.errors import UserError
from core.promo.store import files as facts
from core.promo.store import models
from core.promo.store import post_mortems as reviews
from core.promo.store import scenarios as promos
from core.promo.store.models import (
    EstimatedModel,
    estimate_from_new_facts,
    facts_to_estimate_from,
    reason_not_to_estimate,
    save_model,
)
from core.queue.job import Attempt, JobKind
from core.queue.store import jobs as job_store
from core.queue.store.jobs import complete_job
from tests.core.promo.store.conftest import claimed, loaded  # noqa: F401  (a fixture)
from tests.core.promo.store.examples import figures, outcome, plan

Load = Callable[..., uuid.UUID]


def rows(days: int, promo: bool = True, start: str = "2024-01-01") -> list[Any]:
    dates = pd.date_range(start, periods=days, freq="D")
    return [
        (str(day.date()), "online", "TV", 20.0 if promo and at % 14 == 13 else 0.0, 100.0)
        for at, day in enumerate(dates)
    ]


def learned(s: Session, project: int, path: str = "projects/1/promo/1-1-a") -> EstimatedModel:
    key, version = facts_to_estimate_from(s, project)
    coefficient = {
        "department": "TV", "channel": "online", "discount_band": "10-20", "uplift_sales_pct": 40.0 + version,
        "uplift_units_pct": 60.0, "margin_impact_pct": -9.5, "confidence": 0.98, "sample_size": 12,
        "model_version": str(version),
    }  # fmt: skip
    return EstimatedModel(
        version, "seasonal", 1, key, {"warnings": ["Mind the gap."], "facts": {"rows": 70}}, (coefficient,),
        path, "abc", "",
    )  # fmt: skip


@pytest.fixture
def job(s: Session, person: Person, project: int, loaded: Load) -> Attempt:  # noqa: F811
    """A learning job in the hands of a worker, asked for by a file that arrived."""
    loaded("a.csv", rows(70))
    job_id, reason = estimate_from_new_facts(s, project, person.id)
    assert job_id is not None and reason is None
    return claimed(s, job_id, JobKind.UPLIFT)


def test_too_little_history_is_said_in_a_sentence(
    s: Session,
    person: Person,
    project: int,
    loaded: Load,  # noqa: F811
) -> None:
    with pytest.raises(UserError, match="no sales to learn from"):
        models.estimate(s, person, project)
    loaded("a.csv", rows(55))
    with pytest.raises(UserError, match="cover 55 days; at least 8 weeks are needed"):
        models.estimate(s, person, project)
    loaded("b.csv", rows(10, start="2024-02-25"))
    assert reason_not_to_estimate(s, project) is None
    assert isinstance(models.estimate(s, person, project), uuid.UUID)


def test_without_a_promotion_there_is_nothing_to_learn(
    s: Session,
    person: Person,
    project: int,
    loaded: Load,  # noqa: F811
) -> None:
    loaded("a.csv", rows(90, promo=False))
    with pytest.raises(UserError, match="No day of the sales has a promotion"):
        models.estimate(s, person, project)


def test_words_that_will_not_do_are_refused(
    s: Session,
    person: Person,
    project: int,
    loaded: Load,  # noqa: F811
) -> None:
    loaded("a.csv", rows(70))
    with pytest.raises(UserError, match="must be one of auto"):
        models.estimate(s, person, project, method="magic")
    with pytest.raises(UserError, match="at most 500 characters"):
        models.estimate(s, person, project, note="x" * 501)


def test_asking_twice_before_it_began_is_one_job(
    s: Session,
    person: Person,
    project: int,
    loaded: Load,  # noqa: F811
) -> None:
    loaded("a.csv", rows(70))
    first = models.estimate(s, person, project, method="seasonal")
    assert models.estimate(s, person, project, method="seasonal") == first
    assert models.estimate(s, person, project, method="weekday_mean") != first


def test_versions_count_from_one_and_each_keeps_its_coefficients(
    s: Session, person: Person, project: int, job: Attempt
) -> None:
    for number in (1, 2):
        assert save_model(s, job, learned(s, project, f"projects/1/promo/{number}-1-a"))
    infos = models.promo_models(s, person, project)
    assert [info.version for info in infos] == [2, 1] and infos[0].warnings == ("Mind the gap.",)
    assert infos[0].cache_key != infos[1].cache_key
    assert models.coefficients(s, person, project)["uplift_sales_pct"].tolist() == [42.0]
    assert models.coefficients(s, person, project, 1)["uplift_sales_pct"].tolist() == [41.0]
    assert list(models.coefficients(s, person, project, 9).columns) == list(models.COEFFICIENTS)


def test_keeping_twice_is_harmless_and_a_cancelled_job_keeps_nothing(
    s: Session, person: Person, project: int, job: Attempt
) -> None:
    model = learned(s, project)
    assert save_model(s, job, model) and save_model(s, job, model)
    assert len(models.promo_models(s, person, project)) == 1
    job_store.cancel_job(s, person, job.job_id)
    assert not save_model(s, job, learned(s, project, "projects/1/promo/2-1-b"))


def test_a_version_is_noted_in_the_post_mortems_whose_sales_it_has_learned_from(
    s: Session, person: Person, project: int, job: Attempt, new_project: Callable[..., int]
) -> None:
    elsewhere = new_project(person, "Elsewhere")
    for number in (project, project, elsewhere):
        promo = promos.save_promo(s, person, number, plan(), figures(), None)
        reviews.save_post_mortem(s, person, promo.id, outcome())
    noted = [one.promo_id for one in reviews.post_mortems(s, person, project)]
    for path, last_on in (("a", "2026-03-07"), ("b", "2026-03-08"), ("c", "2026-03-09")):
        model = learned(s, project, f"projects/1/promo/{path}")
        summary = dict(model.summary) | {"facts": {"rows": 70, "last_on": last_on}}
        assert save_model(s, job, replace(model, summary=summary))
        early = [reviews.post_mortem(s, person, promo) for promo in noted]
        if path == "a":
            assert [one and one.learned_version for one in early] == [None, None]
    assert [one.learned_version for one in reviews.post_mortems(s, person, project)] == ["2", "2"]
    assert [one.learned_version for one in reviews.post_mortems(s, person, elsewhere)] == [None]


def test_a_version_says_when_the_facts_have_changed_since(
    s: Session, person: Person, project: int, job: Attempt
) -> None:
    save_model(s, job, learned(s, project))
    complete_job(s, job, {})
    (info,) = models.promo_models(s, person, project)
    assert not info.facts_changed and estimate_from_new_facts(s, project, person.id) == (None, None)
    (file,) = facts.sales_files(s, person, project)
    facts.withdraw_file(s, person, file.id)
    assert models.promo_models(s, person, project)[0].facts_changed
    facts.restore_file(s, person, file.id)
    assert not models.promo_models(s, person, project)[0].facts_changed
    assert not any(job.active for job in job_store.processing_jobs(s, person, project, kind=JobKind.UPLIFT))


def test_strangers_find_nothing_and_viewers_learn_nothing(
    s: Session, stranger: Person, new_person: Callable[..., Person], project: int, job: Attempt
) -> None:
    viewer = new_person("vera")
    join_as(s, project, viewer.id, Role.VIEWER)
    for who, error in ((stranger, NotFound), (viewer, AccessDenied)):
        with pytest.raises(error):
            models.estimate(s, who, project)
    for ask in (models.promo_models, models.coefficients):
        with pytest.raises(NotFound):
            ask(s, stranger, project)  # type: ignore[operator]
        ask(s, viewer, project)  # type: ignore[operator]
