"""One attempt at a training or a validation's slice: what it needs, how far it is, how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LIVE_TRAININGS_A_PROJECT = 2
TRIES = 2  # a training whose machine vanished is tried once more, then given up


class ProjectBusy(Exception):
    """The project already runs as many trainings as one project may; this one waits a little longer."""


class Stopped(Exception):
    """The work heard that it shall stop, and did."""


@dataclass(frozen=True)
class Run:
    """The one attempt that may write to the model's row: `run_by` and `attempt` together are its token.

    `earlier_path` keeps the files of the model that this one trains again on other data, where there are
    any. With `slice_id` the row is that of one slice of a validation. Whoever lost the row to a later attempt
    finds that its token no longer fits, and stops.
    """

    model_id: int
    project_id: int
    run_by: str
    attempt: int
    config: Mapping[str, Any]
    sampling: Mapping[str, Any]
    frame_path: str
    dataset_id: int
    dataset_version: int
    dataset_checksum: str
    earlier_path: str | None = None
    slice_id: int | None = None
    slice: Mapping[str, Any] | None = None

    @property
    def noun(self) -> str:
        """What is done, for sentences."""
        return "training"

    @property
    def title(self) -> str:
        """What is done, for the log."""
        if self.slice is None:
            return f"Training of model {self.model_id}"
        return f"Slice {self.slice['fold']} of a check of model {self.model_id}"


@dataclass(frozen=True)
class Progress:
    """How far a piece of work is: `done` of `total` steps of a stage; total 0 where it cannot be counted.

    `files` and `records` count what a processing job has read so far.
    """

    stage: str = "starting"
    done: int = 0
    total: int = 0
    divergences: int = 0
    files: int = 0
    records: int = 0


@dataclass(frozen=True)
class Metric:
    """A figure of merit, `split` being "in_sample", "holdout" or "posterior"."""

    name: str
    split: str
    value: float


@dataclass(frozen=True)
class Share:
    """A channel's share of the KPI (0..1) with the interval of `channel_summary`."""

    channel: str
    mean: float
    lower: float
    upper: float


@dataclass(frozen=True)
class TrainingResults:
    """Everything a completed training writes down besides its files."""

    results: Mapping[str, Any]
    metrics: Sequence[Metric]
    shares: Sequence[Share]
    artifacts_path: str
    artifacts_checksum: str
