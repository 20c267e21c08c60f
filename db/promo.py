"""The promo area: what was learnt about promotions, what is planned, how it ended."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, synonym
from sqlalchemy.sql.schema import SchemaItem

from db.base import Base, Created, Shelved
from db.sales import (
    CHANNELS,
    Marked,
    OfProject,
    PromoCatalogEntry,
    SalesAggregated,
    SalesFile,
    SalesFileFact,
    SalesFileStatus,
    SegmentRow,
    Target,
    money,
    percent,
)

__all__ = [
    "CreativeBriefRow",
    "OpportunityRow",
    "PostMortemReport",
    "PromoCatalogEntry",
    "PromoModelRow",
    "PromoScenarioRow",
    "SalesAggregated",
    "SalesFile",
    "SalesFileFact",
    "SalesFileStatus",
    "ScenarioKpi",
    "SegmentRow",
    "Target",
    "UpliftCoefficient",
    "ValidationReport",
]


class PromoModelRow(Marked, OfProject, Created, Base):
    """One version of what was learnt from the facts: baseline and uplift, kept in the artifact store.

    `facts_key` says from which facts; `version` counts from 1 in a project.
    """

    __tablename__ = "promo_models"
    __table_args__ = (
        UniqueConstraint("project_id", "version"),
        CheckConstraint("version >= 1", name="version_from_one"),
    )

    version: Mapped[int]
    method: Mapped[str]
    seed: Mapped[int] = mapped_column(BigInteger, default=1, server_default="1")
    facts_key: Mapped[str]
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    artifacts_path: Mapped[str | None]
    artifacts_checksum: Mapped[str | None]
    job_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("data_processing_jobs.id", ondelete="SET NULL"), index=True
    )
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(default="", server_default="")


class UpliftCoefficient(Marked, OfProject, Created, Base):
    """What a band of discounts brings in one department and sales channel, by one version of the model."""

    __tablename__ = "uplift_coefficients"
    __table_args__ = (
        # The name that the convention makes is longer than PostgreSQL allows.
        UniqueConstraint(
            "project_id",
            "department",
            "channel",
            "discount_band",
            "model_version",
            name="uq_uplift_coefficients_cell_band_version",
        ),
        CheckConstraint(CHANNELS, name="channel"),
        CheckConstraint("confidence between 0 and 1", name="confidence"),
    )

    department: Mapped[str]
    channel: Mapped[str] = mapped_column(String(20))
    discount_band: Mapped[str] = mapped_column(String(20))
    uplift_sales_pct: Mapped[float] = mapped_column(percent())
    uplift_units_pct: Mapped[float] = mapped_column(percent())
    margin_impact_pct: Mapped[float] = mapped_column(percent())
    confidence: Mapped[float | None] = mapped_column(Numeric(5, 4, asdecimal=False))
    sample_size: Mapped[int | None]
    model_version: Mapped[str] = mapped_column(String(20))


class OpportunityRow(Marked, OfProject, Created, Base):
    """Where a month's gap could be closed: ranked by department, with a promotion suggested for it.

    `details` is the whole of it as core computed it; the columns are for lists and foreign keys.
    """

    __tablename__ = "opportunities"
    __table_args__ = (
        UniqueConstraint(
            "project_id", "month", "geo", "kind", "department", "channel", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name="month"),
    )

    month: Mapped[str] = mapped_column(String(7))
    geo: Mapped[str]
    kind: Mapped[str]
    department: Mapped[str]
    channel: Mapped[str | None] = mapped_column(String(20))
    rank: Mapped[int]
    score: Mapped[float]
    gap: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    suggested: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    expected: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    dismissed_at: Mapped[dt.datetime | None]
    dismissed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class PromoScenarioRow(Marked, OfProject, Created, Shelved, Base):
    """A planned promotion. The life cycle knows its label as its name."""

    __tablename__ = "promo_scenarios"
    __table_args__ = (
        # What hangs on a scenario names its project too, and this keeps the two together.
        UniqueConstraint("id", "project_id"),
        CheckConstraint("date_range_end >= date_range_start", name="dates_forward"),
        CheckConstraint(
            "scenario_type in ('conservative', 'balanced', 'aggressive', 'flash', 'best_deal', 'coupon', "
            "'member_only')",
            name="scenario_type",
        ),
        Index("ix_promo_scenarios_date_range", "project_id", "date_range_start", "date_range_end"),
    )

    label: Mapped[str]
    name = synonym("label")
    source_opportunity_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("opportunities.id", ondelete="SET NULL"), index=True
    )
    date_range_start: Mapped[dt.date]
    date_range_end: Mapped[dt.date]
    scenario_type: Mapped[str] = mapped_column(String(50))
    mechanics: Mapped[list[Any]]
    geo: Mapped[str] = mapped_column(default="ALL", server_default="ALL")
    legal_text: Mapped[str | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class OfScenario(OfProject):
    """A row about one promo scenario of the same project."""

    @declared_attr
    @classmethod
    def scenario_id(cls) -> Mapped[uuid.UUID]:
        """The scenario the row is about."""
        return mapped_column(index=True)


def _with_scenario(*others: SchemaItem) -> tuple[SchemaItem, ...]:
    """The table's constraints: its scenario lives in its own project, and takes it along when it goes."""
    key = ForeignKeyConstraint(
        ["scenario_id", "project_id"],
        ["promo_scenarios.id", "promo_scenarios.project_id"],
        ondelete="CASCADE",
    )
    return (key, *others)


class ScenarioKpi(Marked, OfScenario, Base):
    """What a scenario was expected to bring, one row each time that was computed and kept.

    `details` is the whole answer with its intervals; the columns are the documents' summary of it.
    """

    __tablename__ = "scenario_kpis"
    __table_args__ = _with_scenario(CheckConstraint("period_end >= period_start", name="period_forward"))

    period_start: Mapped[dt.date]
    period_end: Mapped[dt.date]
    total_sales_value: Mapped[float] = mapped_column(money())
    total_margin_value: Mapped[float] = mapped_column(money())
    total_margin_pct: Mapped[float] = mapped_column(percent())
    total_ebit: Mapped[float] = mapped_column(money())
    total_units: Mapped[int] = mapped_column(BigInteger)
    sales_value_delta: Mapped[float] = mapped_column(money())
    margin_value_delta: Mapped[float] = mapped_column(money())
    ebit_delta: Mapped[float] = mapped_column(money())
    units_delta: Mapped[int] = mapped_column(BigInteger)
    kpi_breakdown: Mapped[dict[str, Any]]
    intervals: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    model_version: Mapped[str | None] = mapped_column(String(20))
    # Not the transaction's time: the latest row counts, and two may be written in one transaction.
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.clock_timestamp())


class ValidationReport(Marked, OfScenario, Created, Base):
    """The verdict on a scenario, one a scenario."""

    __tablename__ = "validation_reports"
    __table_args__ = _with_scenario(
        UniqueConstraint("scenario_id"),
        CheckConstraint("status in ('PASS', 'WARN', 'BLOCK')", name="status"),
        CheckConstraint("overall_score between 0 and 100", name="overall_score"),
    )

    status: Mapped[str] = mapped_column(String(20), index=True)
    issues: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    overall_score: Mapped[int]


class PostMortemReport(Marked, OfScenario, Base):
    """What a promotion really brought, against its forecast. `forecast` is a copy, so that the report
    outlives the KPI row it was made from."""

    __tablename__ = "post_mortem_reports"
    __table_args__ = _with_scenario(CheckConstraint("period_end >= period_start", name="period_forward"))

    period_start: Mapped[dt.date]
    period_end: Mapped[dt.date]
    forecast_kpi_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("scenario_kpis.id", ondelete="SET NULL"), index=True
    )
    forecast: Mapped[dict[str, Any]]
    actual_sales_value: Mapped[float] = mapped_column(money())
    actual_margin_value: Mapped[float] = mapped_column(money())
    actual_margin_pct: Mapped[float] = mapped_column(percent())
    actual_ebit: Mapped[float] = mapped_column(money())
    actual_units: Mapped[int] = mapped_column(BigInteger)
    sales_value_error_pct: Mapped[float | None] = mapped_column(percent())
    margin_value_error_pct: Mapped[float | None] = mapped_column(percent())
    ebit_error_pct: Mapped[float | None] = mapped_column(percent())
    units_error_pct: Mapped[float | None] = mapped_column(percent())
    post_promo_dip: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    cannibalization_signals: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    insights: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    learning_points: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    learned_version: Mapped[str | None] = mapped_column(String(20))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.clock_timestamp())


class CreativeBriefRow(Marked, OfScenario, Created, Base):
    """What the agency is told about a scenario, one brief a scenario."""

    __tablename__ = "creative_briefs"
    __table_args__ = _with_scenario(UniqueConstraint("scenario_id"))

    brief: Mapped[dict[str, Any]]
    assets: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
