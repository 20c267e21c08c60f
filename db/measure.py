"""The measure area: projects, data sets, models with their results, and the plans made on them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Created, Numbered, Shelved, by_value
from db.jobs import Attempted, JobStatus

# How trainings and validation folds store a state, where that differs from its name.
TRAINING_WORDS = {JobStatus.QUEUED: "pending"}


class ModelValidation(Numbered, Created, Base):
    """One check of a model's set-up on past forecasts; its slices are fitted and kept one by one."""

    __tablename__ = "model_validations"
    __table_args__ = (CheckConstraint("horizon >= 1", name="horizon_from_one"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id", ondelete="CASCADE"), index=True)
    horizon: Mapped[int]
    sampling: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class ValidationSlice(Numbered, Attempted, Base):
    """One slice of a validation: a fit on the past up to a cutoff, and its forecast against what happened."""

    __tablename__ = "validation_slices"
    __table_args__ = (
        UniqueConstraint("validation_id", "fold"),
        CheckConstraint("fold >= 1", name="fold_from_one"),
        Index(
            "ix_validation_slices_unfinished", "status", postgresql_where="status in ('pending', 'running')"
        ),
    )

    validation_id: Mapped[int] = mapped_column(ForeignKey("model_validations.id", ondelete="CASCADE"))
    fold: Mapped[int]
    slice: Mapped[dict[str, Any]]
    status: Mapped[JobStatus] = mapped_column(
        by_value(JobStatus, "status", TRAINING_WORDS), default=JobStatus.QUEUED, server_default="pending"
    )
    divergences: Mapped[int] = mapped_column(default=0, server_default="0")
    results: Mapped[dict[str, Any] | None]


class Project(Numbered, Created, Shelved, Base):
    """The workspace that owns data, models and plans. `user_id` is the person who made it."""

    __tablename__ = "projects"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str]
    description: Mapped[str | None]
    currency: Mapped[str] = mapped_column(default="EUR", server_default="EUR")
    kpi_label: Mapped[str] = mapped_column(default="Revenue", server_default="Revenue")
    is_demo: Mapped[bool] = mapped_column(default=False, server_default="false")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class Dataset(Numbered, Shelved, Base):
    """One version of a data set: the uploaded file, the table made of it, and how it was read.

    `root_id` is the first version of the same data set (its own id there); `version` counts from 1.
    """

    __tablename__ = "datasets"
    __table_args__ = (
        UniqueConstraint("root_id", "version", deferrable=True, initially="DEFERRED"),
        CheckConstraint("version >= 1", name="version_from_one"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    root_id: Mapped[int | None] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    name: Mapped[str]
    file_path: Mapped[str]
    file_name: Mapped[str]
    file_bytes: Mapped[int] = mapped_column(BigInteger)
    checksum: Mapped[str]
    frame_path: Mapped[str]
    frame_checksum: Mapped[str]
    rows: Mapped[int]
    config: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    problems: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    repairs: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    uploaded_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class ModelDraft(Numbered, Created, Base):
    """A model's set-up while one is still typing; one per person and data set."""

    __tablename__ = "model_drafts"
    __table_args__ = (UniqueConstraint("user_id", "dataset_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    config: Mapped[dict[str, Any]]
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Model(Numbered, Created, Shelved, Attempted, Base):
    """A model and its training. A re-run is a new row that names the one it repeats."""

    __tablename__ = "models"
    __table_args__ = (
        Index("ix_models_unfinished", "status", postgresql_where="status in ('pending', 'running')"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    status: Mapped[JobStatus] = mapped_column(
        by_value(JobStatus, "status", TRAINING_WORDS), default=JobStatus.QUEUED, server_default="pending"
    )
    divergences: Mapped[int] = mapped_column(default=0, server_default="0")
    config: Mapped[dict[str, Any]]
    sampling: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    rerun_of_id: Mapped[int | None] = mapped_column(ForeignKey("models.id", ondelete="SET NULL"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class ModelResult(Numbered, Created, Base):
    """What a completed training found: one row a model; the draws lie in the artifact store."""

    __tablename__ = "model_results"

    model_id: Mapped[int] = mapped_column(ForeignKey("models.id", ondelete="CASCADE"), unique=True)
    results_json: Mapped[dict[str, Any]]
    artifacts_path: Mapped[str | None]
    artifacts_checksum: Mapped[str | None]


class ModelMetric(Base):
    """A figure of merit of a trained model (r2, mape, crps, ...), in sample or on the holdout."""

    __tablename__ = "model_metrics"

    model_id: Mapped[int] = mapped_column(ForeignKey("models.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    split: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]


class FeatureImportance(Base):
    """How much of the KPI a channel explains: its mean contribution share (0..1) with an interval."""

    __tablename__ = "feature_importance"

    model_id: Mapped[int] = mapped_column(ForeignKey("models.id", ondelete="CASCADE"), primary_key=True)
    feature: Mapped[str] = mapped_column(primary_key=True)
    importance_share: Mapped[float]
    lower_share: Mapped[float]
    upper_share: Mapped[float]


class OptimizationScenario(Numbered, Created, Shelved, Base):
    """A saved plan on a model: a budget optimisation or a what-if (`config.kind` says which).

    A frozen one owns a copy of its model's files and keeps words and facts in `frozen`: it outlives its model
    (`model_id` is empty then), and a trigger lets nothing change its set-up, its answer or what it owns.
    """

    __tablename__ = "optimization_scenarios"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("models.id", ondelete="SET NULL"), index=True)
    name: Mapped[str]
    config: Mapped[dict[str, Any]]
    results: Mapped[dict[str, Any] | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    frozen_at: Mapped[dt.datetime | None]
    frozen_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    frozen: Mapped[dict[str, Any] | None]
    artifacts_path: Mapped[str | None]
    artifacts_checksum: Mapped[str | None]
    note: Mapped[str | None]
    note_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    note_at: Mapped[dt.datetime | None]


class LiftTest(Numbered, Created, Shelved, Base):
    """A lift experiment: over the window, `lift` (KPI units) was measured with `lift_sd`."""

    __tablename__ = "lift_tests"
    __table_args__ = (
        CheckConstraint("end_on >= start_on", name="window_forward"),
        CheckConstraint("lift_sd > 0", name="lift_sd_positive"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str]
    geos: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    start_on: Mapped[dt.date]
    end_on: Mapped[dt.date]
    spend_change: Mapped[float | None]
    lift: Mapped[float]
    lift_sd: Mapped[float]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
