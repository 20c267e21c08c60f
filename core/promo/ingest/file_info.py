"""A file of sales: as it is uploaded, and as it is stored."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.promo.ingest.mapping import SalesMapping


class FileStatus(StrEnum):
    """The state of a file; only the rows of current ones count."""

    QUEUED = "queued"
    PROCESSING = "processing"
    CURRENT = "current"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


@dataclass(frozen=True)
class UploadedFile:
    """A file that somebody uploads: its bytes or its path, and how it is to be read.

    `replaces` is the file that this one corrects: its rows are deleted when this one's are loaded.
    """

    name: str
    content: bytes | Path
    mapping: SalesMapping
    replaces: uuid.UUID | None = None


@dataclass(frozen=True)
class FileToRead:
    """A file that waits to be read; `path` is its key in the artifact store."""

    id: uuid.UUID
    name: str
    path: str
    mapping: SalesMapping
    handed_in_on: dt.date


@dataclass(frozen=True)
class SalesFileInfo:
    """A stored file. `report` holds the findings, the parts of the quality score and a sentence."""

    id: uuid.UUID
    project_id: int
    name: str
    bytes: int
    checksum: str
    status: FileStatus
    replaces_id: uuid.UUID | None
    job_id: uuid.UUID | None
    rows_read: int
    rows_rejected: int
    quality_score: float | None
    report: Mapping[str, Any]
    has_rejected: bool
    mapping: SalesMapping
    uploaded_by: str
    created_at: dt.datetime

    @property
    def sentence(self) -> str:
        """How reading it went, or why it could not be read."""
        return str(self.report.get("sentence", ""))


@dataclass(frozen=True)
class FactsSpan:
    """What the facts cover: days, rows, and every word of each kind."""

    first_on: dt.date
    last_on: dt.date
    rows: int
    promo_days: int
    channels: tuple[str, ...]
    departments: tuple[str, ...]
    geos: tuple[str, ...]
