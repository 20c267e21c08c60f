"""A small fitted model, and a project that holds it as if it had been trained there."""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from core import artifacts
from core.database import session
from core.mmm import FittedMMM, MMMConfig, fit
from db.tables import Dataset, JobStatus, Model, ModelResult, User
from tests.core.mmm.samples import plain, prior_model, weekly

LABELS = {"tv": "TV [HD] & more", "search": "Search", "social": "Social"}


def small_model(draws: int = 150) -> FittedMMM:
    """A model of 90 weeks and three channels, sampled in about two seconds."""
    generator = np.random.default_rng(3)
    weeks = 90
    spend = {name: generator.gamma(2.0, scale, weeks) for name, scale in
             (("tv", 6_000.0), ("search", 3_000.0), ("social", 1_500.0))}  # fmt: skip
    base = 200_000 + 20_000 * np.sin(np.arange(weeks) * 2 * np.pi / 52)
    earned = sum(50_000 * money / (money + money.mean()) for money in spend.values())
    frame = pd.DataFrame({
        "week": pd.date_range("2024-01-01", periods=weeks, freq="7D"),
        "sales": base + earned + generator.normal(0, 8_000, weeks),
        "price": generator.normal(10, 1, weeks), **spend,
    })  # fmt: skip
    config = MMMConfig(
        date_column="week", target_column="sales", channel_columns=list(spend), control_columns=["price"],
        display_names=LABELS,
    )  # fmt: skip
    return fit(frame, config, draws=draws, tune=200, chains=2, seed=1)


def two_geos() -> FittedMMM:
    """A panel of two geos with a price, with draws of the prior: ready at once."""
    frame = pd.concat([weekly(60, seed=n).assign(geo=geo) for n, geo in enumerate(("north", "south"))])
    config = plain(geo_column="geo", use_geo=True, control_columns=[], treatment_columns={"price": 10.0})
    return prior_model(frame, config)


def scenario_of(app: AppTest) -> int:
    """The saved plan in the address of a screen."""
    found = app.query_params["scenario"]
    return int(found if isinstance(found, str) else found[0])


def keep_model(person_id: int, project_id: int, model: FittedMMM, name: str, converged: bool = True) -> int:
    """The id of a completed training with this model's files in the project."""
    # So few draws may or may not pass as converged; the tests decide.
    model.diagnostics["converged"] = converged
    with tempfile.TemporaryDirectory() as folder, session() as s:
        model.save(folder)
        path, checksum = artifacts.save_folder(Path(folder), f"projects/{project_id}/{secrets.token_hex(6)}")
        data = Dataset(
            project_id=project_id, name="Weekly sales", file_path="none", file_name="sales.csv", file_bytes=1,
            checksum="0", frame_path="none", frame_checksum="0", rows=90,
        )  # fmt: skip
        s.add(data)
        s.flush()
        data.root_id = data.id
        row = Model(
            project_id=project_id, dataset_id=data.id, name=name, status=JobStatus.COMPLETED,
            config=json.loads(model.config.to_json()), created_by=person_id,
        )  # fmt: skip
        s.add(row)
        s.flush()
        diagnostics = json.loads(json.dumps(model.diagnostics, default=str))
        found = {"diagnostics": diagnostics, "channel_summary": [], "findings": [], "warnings": [], "run": {}}
        s.add(
            ModelResult(model_id=row.id, results_json=found, artifacts_path=path, artifacts_checksum=checksum)
        )
        return row.id


if __name__ == "__main__":
    # For an installation in another process, named by the environment: a person's name and a project's id.
    with session() as s:
        person_id = s.scalars(select(User.id).where(User.username == sys.argv[1])).one()
    keep_model(person_id, int(sys.argv[2]), small_model(), "Weekly model")
