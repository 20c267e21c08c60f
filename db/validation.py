"""Time-slice validations: a model's set-up tried on past forecasts, one row a slice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.attempts import Attempted
from db.base import Base, Created, Numbered, by_value
from db.measure import ModelStatus


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
    status: Mapped[ModelStatus] = mapped_column(
        by_value(ModelStatus, "status"), default=ModelStatus.PENDING, server_default="pending"
    )
    results: Mapped[dict[str, Any] | None]
