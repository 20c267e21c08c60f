"""What is shown of a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DraftInfo:
    """A person's unfinished set-up of a model on one data set; `config` need not be valid yet."""

    id: int
    project_id: int
    dataset_id: int
    name: str
    config: Mapping[str, Any]
    updated_at: dt.datetime
