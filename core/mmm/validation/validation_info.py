"""What is shown of a validation: how far its slices are, and what they found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from core.mmm.validation.folds import Fold
from core.mmm.validation.result import FoldResult
from core.mmm.validation.summary import Summary, summarise
from core.queue.job import ACTIVE, JobStatus


@dataclass(frozen=True)
class FoldInfo:
    """One slice as a member of the project sees it; `result` is None until it is completed."""

    id: int
    slice: Fold
    status: JobStatus
    stage: str | None
    progress_done: int
    progress_total: int
    cancel_requested: bool
    message: str | None
    error_reference: str | None
    finished_at: dt.datetime | None
    result: FoldResult | None

    @property
    def active(self) -> bool:
        """Whether it still waits or runs."""
        return self.status in ACTIVE

    @property
    def progress_share(self) -> float:
        """How much of it is done, 0..1: sampling is nearly all of it."""
        if not self.active:
            return 1.0
        counted = self.status is JobStatus.RUNNING and self.progress_total
        return min(1.0, self.progress_done / self.progress_total) if counted else 0.0


@dataclass(frozen=True)
class ValidationInfo:
    """One check of a model on past forecasts; slices in the order of time."""

    id: int
    project_id: int
    model_id: int
    model_name: str
    horizon: int
    created_at: dt.datetime
    slices: tuple[FoldInfo, ...]

    @property
    def active(self) -> bool:
        """Whether any slice still waits or runs."""
        return any(part.active for part in self.slices)

    @property
    def done(self) -> int:
        """How many slices have ended, in whatever way."""
        return sum(not part.active for part in self.slices)

    @property
    def progress_share(self) -> float:
        """How much of all slices is done, 0..1."""
        return sum(part.progress_share for part in self.slices) / len(self.slices)

    @property
    def results(self) -> tuple[FoldResult, ...]:
        """What the completed slices found."""
        return tuple(part.result for part in self.slices if part.result is not None)

    @property
    def failed(self) -> tuple[FoldInfo, ...]:
        """The slices that failed."""
        return tuple(part for part in self.slices if part.status is JobStatus.FAILED)

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled before all slices were done."""
        return any(part.status is JobStatus.CANCELLED for part in self.slices)

    @property
    def finished_at(self) -> dt.datetime | None:
        """When the last slice ended; None while any waits or runs."""
        ends = [part.finished_at for part in self.slices if part.finished_at]
        return max(ends) if ends and not self.active else None

    @cached_property
    def summary(self) -> Summary | None:
        """What the completed slices say together; None while there is none."""
        return summarise(self.results) if self.results else None
