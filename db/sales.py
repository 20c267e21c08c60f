"""What a retailer sold: files as handed in, facts summed over them, targets, segments, past promotions."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from db.base import Base, Created, by_value

CHANNELS = "channel in ('online', 'offline')"


def money() -> Numeric[float]:
    """Money to the cent, as the documents keep it."""
    return Numeric(15, 2, asdecimal=False)


def percent() -> Numeric[float]:
    """A percentage, 0..100 or beyond where an error or a tiny sale makes it so."""
    return Numeric(12, 2, asdecimal=False)


def share() -> Numeric[float]:
    """A share, 0..1."""
    return Numeric(7, 6, asdecimal=False)


class Marked:
    """A row named by a UUID."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())


class OfProject:
    """A row of one project, which it goes with."""

    @declared_attr
    @classmethod
    def project_id(cls) -> Mapped[int]:
        """The project that owns the row."""
        return mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)


class SalesFileStatus(StrEnum):
    """Where a file of sales stands; only the rows of current ones count."""

    QUEUED = "queued"
    PROCESSING = "processing"
    CURRENT = "current"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


class SalesFile(Marked, OfProject, Created, Base):
    """One file of sales as it was handed in: how it is read, how good it is, whether it counts."""

    __tablename__ = "sales_files"
    __table_args__ = (
        Index(
            "uq_sales_files_current",
            "project_id",
            "checksum",
            unique=True,
            postgresql_where="status = 'current' and deleted_at is null",
        ),
    )

    file_name: Mapped[str]
    file_path: Mapped[str]
    file_bytes: Mapped[int] = mapped_column(BigInteger)
    checksum: Mapped[str]
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    status: Mapped[SalesFileStatus] = mapped_column(
        by_value(SalesFileStatus, "status"), default=SalesFileStatus.QUEUED, server_default="queued"
    )
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sales_files.id", ondelete="SET NULL"))
    job_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("data_processing_jobs.id", ondelete="SET NULL"), index=True
    )
    rows_read: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    rows_rejected: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    quality_score: Mapped[float | None] = mapped_column(percent())
    report: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    rejected_path: Mapped[str | None]
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    deleted_at: Mapped[dt.datetime | None] = mapped_column(index=True)


class SalesFileFact(Base):
    """What one file says about one key: facts are the sum of these over the current files.

    The discount of a key over several files is `discount_weight / discount_sales`: the sum of discount times
    sales over promo rows, and the sales it was weighed by.
    """

    __tablename__ = "sales_file_facts"
    __table_args__ = (CheckConstraint(CHANNELS, name="channel"),)

    file_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("sales_files.id", ondelete="CASCADE"), primary_key=True
    )
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    department: Mapped[str] = mapped_column(primary_key=True)
    geo: Mapped[str] = mapped_column(primary_key=True, default="ALL", server_default="ALL")
    promo_flag: Mapped[bool] = mapped_column(primary_key=True)
    discount_weight: Mapped[float] = mapped_column(Numeric(20, 4, asdecimal=False))
    discount_sales: Mapped[float] = mapped_column(money())
    sales_value: Mapped[float] = mapped_column(money())
    margin_value: Mapped[float] = mapped_column(money())
    units: Mapped[int] = mapped_column(BigInteger)


class SalesAggregated(Created, Base):
    """The facts: sales by date, sales channel, department, geo and promo flag, in partitions of a month.

    The key is the primary key: what must be unique on a partitioned table holds the date, and every further
    index costs a third of the loading time. `margin_pct` has room for the smallest of sales.
    """

    __tablename__ = "sales_aggregated"
    __table_args__ = (
        CheckConstraint(CHANNELS, name="channel"),
        Index("ix_sales_aggregated_project_id_department_date", "project_id", "department", "date"),
        Index("ix_sales_aggregated_date", "date", postgresql_using="brin"),
        {"postgresql_partition_by": "RANGE (date)"},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    department: Mapped[str] = mapped_column(primary_key=True)
    geo: Mapped[str] = mapped_column(primary_key=True, default="ALL", server_default="ALL")
    promo_flag: Mapped[bool] = mapped_column(primary_key=True, server_default="false")
    id: Mapped[int] = mapped_column(BigInteger, Identity())
    discount_pct: Mapped[float | None] = mapped_column(percent())
    sales_value: Mapped[float] = mapped_column(money())
    margin_value: Mapped[float] = mapped_column(money())
    margin_pct: Mapped[float] = mapped_column(
        Numeric(20, 2, asdecimal=False),
        Computed(
            "CASE WHEN (sales_value > (0)::numeric) THEN ((margin_value / sales_value) * (100)::numeric) "
            "ELSE (0)::numeric END",
            persisted=True,
        ),
    )
    units: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class SegmentRow(Base):
    """A group of customers, as the project's customer data name it."""

    __tablename__ = "segments"
    __table_args__ = (
        CheckConstraint("share_of_customers between 0 and 1", name="share_of_customers"),
        CheckConstraint("share_of_revenue between 0 and 1", name="share_of_revenue"),
        CheckConstraint("discount_sensitivity in ('low', 'medium', 'high')", name="discount_sensitivity"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    segment_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    share_of_customers: Mapped[float] = mapped_column(share())
    share_of_revenue: Mapped[float] = mapped_column(share())
    avg_basket_value: Mapped[float] = mapped_column(money())
    fav_categories: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    discount_sensitivity: Mapped[str | None] = mapped_column(String(20))
    purchase_frequency: Mapped[float | None] = mapped_column(percent())
    last_purchase_days_ago: Mapped[int | None]
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Target(Marked, OfProject, Created, Base):
    """What a month shall bring in a geo; `month` reads 2024-10."""

    __tablename__ = "targets"
    __table_args__ = (
        UniqueConstraint("project_id", "month", "geo"),
        CheckConstraint("month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name="month"),
    )

    month: Mapped[str] = mapped_column(String(7))
    geo: Mapped[str]
    sales_value_target: Mapped[float] = mapped_column(money())
    margin_pct_target: Mapped[float] = mapped_column(percent())
    units_target: Mapped[int | None] = mapped_column(BigInteger)
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class PromoCatalogEntry(Marked, OfProject, Created, Base):
    """A promotion of the past, as the retailer's own calendar has it."""

    __tablename__ = "promo_catalog"
    __table_args__ = (
        CheckConstraint("date_end >= date_start", name="dates_forward"),
        Index("ix_promo_catalog_project_id_date_start_date_end", "project_id", "date_start", "date_end"),
        Index("ix_promo_catalog_departments", "departments", postgresql_using="gin"),
    )

    promo_name: Mapped[str | None]
    date_start: Mapped[dt.date]
    date_end: Mapped[dt.date]
    departments: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    avg_discount_pct: Mapped[float | None] = mapped_column(percent())
    mechanics: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    source_file: Mapped[str | None]
