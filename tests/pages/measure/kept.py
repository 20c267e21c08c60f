"""A readable model at once: real data, draws from the prior, kept in a project as if it had been trained."""

from __future__ import annotations

import sys
from dataclasses import replace

from sqlalchemy import select

from core.access import Person
from core.access.store import memberships
from core.database import session
from core.json_values import tolerant_json
from core.mmm import FittedMMM
from core.projects.store import create_project
from db.tables import ModelResult, User
from tests.core.mmm.samples import ROBYN, prior_model, robyn
from tests.pages.plan.trained import keep_model

NAMES = {"tv_S": "TV [HD] $1", "ooh_S": "Out of home", "search_S": "Search"}
DIAGNOSTICS = {
    "converged": True,
    "max_rhat": 1.002,
    "min_ess_bulk": 900.0,
    "min_ess_tail": 800.0,
    "divergences": 0,
    "r2": 0.93,
    "mape": 0.05,
    "wmape": 0.04,
    "crps": 1000.0,
    "contraction": {"tv_S": 0.9, "ooh_S": 0.02},
    "warnings": ["A warning in plain words."],
}


def readable_model() -> FittedMMM:
    """Four years of real weekly data; nothing has to be sampled."""
    model = prior_model(robyn(), replace(ROBYN, display_names=NAMES, event_column=None), draws=60)
    model.diagnostics = dict(DIAGNOSTICS)
    return model


def keep_readable(person_id: int, project_id: int, model: FittedMMM, name: str, **diagnostics: object) -> int:
    """The id of a completed training with this model, its diagnostics changed as told."""
    model.diagnostics = {**DIAGNOSTICS, **diagnostics}
    model_id = keep_model(person_id, project_id, model, name, bool(model.diagnostics["converged"]))
    with session() as s:
        row = s.scalars(select(ModelResult).where(ModelResult.model_id == model_id)).one()
        row.results_json = {**row.results_json, "channel_summary": tolerant_json(model.channel_summary())}
    return model_id


def keep_for(username: str) -> None:
    """Prints project and model, kept for a person of the installation that the environment names."""
    with session() as s:
        user = s.scalars(select(User).where(User.username == username)).one()
        person = Person(user.id, user.username, user.display_name or "", user.is_owner, False)
        own = [known.project_id for known in memberships(s, person) if not known.is_demo]
        project = own[0] if own else create_project(s, person, "Shop").id
    print(project, keep_readable(person.id, project, readable_model(), "Weekly model"))


if __name__ == "__main__":
    keep_for(*sys.argv[1:])
