"""What a reading job has to do."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from core.promo.ingest.mapping import SalesMapping


@dataclass(frozen=True)
class FileToRead:
    """A file that waits to be read; `path` is its key in the artifact store."""

    id: uuid.UUID
    name: str
    path: str
    mapping: SalesMapping
    handed_in_on: dt.date
