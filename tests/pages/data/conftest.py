"""A data set that is really there: the shipped weekly sample, read, mapped and saved as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.access import Person
from core.data import Prepared, RawTable, detect, read_table
from core.data.dataset_info import DatasetInfo
from core.data.store import save_dataset
from core.database import session
from core.json_values import to_json
from core.mmm.prepare import prepare

ROBYN = Path(__file__).resolve().parents[3] / "sample_data" / "robyn_weekly.csv"


def prepared_sample() -> tuple[RawTable, Prepared]:
    """The sample as it was read and as it was prepared with the roles that were recognised."""
    table = read_table(ROBYN.read_bytes(), ROBYN.name)
    return table, prepare(table, detect(table).mapping())


@pytest.fixture
def sample(owner: Person, project_id: int) -> DatasetInfo:
    """The sample saved in the project by its owner."""
    table, made = prepared_sample()
    source = {"files": [table.name], "sheets": [None], "mappings": [to_json(made.mapping)]}
    with session() as s:
        return save_dataset(
            s, owner, project_id, "Robyn", [(table.name, ROBYN.read_bytes())], made, source=source
        )
