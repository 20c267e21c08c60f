"""What is shown of a project."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ProjectInfo:
    """A project as one of its members sees it.

    `role` is the member's own role; the counts leave out what is deleted; data sets are counted once,
    whatever the number of their versions.
    """

    id: int
    name: str
    description: str
    currency: str
    kpi_label: str
    is_demo: bool
    role: str
    settings: Mapping[str, Any]
    created_at: dt.datetime
    archived: bool
    deleted: bool
    datasets: int
    models: int
    scenarios: int
    members: int
