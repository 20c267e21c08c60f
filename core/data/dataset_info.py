"""What is shown of a data set, one version of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DatasetInfo:
    """One version of a data set: where its file and its table are stored, and how they were read.

    `root_id` is the number of the first version, the same for all of them; `versions` says how many there
    are. `mapping` is the JSON of the column roles, `problems` and `repairs` those found and made when it was
    saved. `start_on` and `end_on` are the first and the last date of the table; `models` counts those made
    on any version.
    """

    id: int
    project_id: int
    root_id: int
    version: int
    versions: int
    is_latest: bool
    name: str
    file_name: str
    file_bytes: int
    checksum: str
    rows: int
    columns: int
    start_on: dt.date | None
    end_on: dt.date | None
    mapping: Mapping[str, Any]
    problems: tuple[Mapping[str, Any], ...]
    repairs: tuple[Mapping[str, Any], ...]
    source: Mapping[str, Any]
    uploaded_by: str
    uploaded_at: dt.datetime
    archived: bool
    deleted: bool
    models: int
    file_path: str
    frame_path: str
    frame_checksum: str

    @property
    def cache_key(self) -> str:
        """Changes with every change of the table: fit for keying what is computed from it."""
        return f"{self.project_id}/{self.id}/{self.frame_checksum}"
