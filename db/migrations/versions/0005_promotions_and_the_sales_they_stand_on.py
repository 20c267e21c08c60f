"""Promotions and the sales they stand on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "opportunities",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("geo", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("gap", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("suggested", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("expected", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_by", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name=op.f("ck_opportunities_month")),
        sa.ForeignKeyConstraint(
            ["dismissed_by"],
            ["users.id"],
            name=op.f("fk_opportunities_dismissed_by_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_opportunities_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunities")),
        sa.UniqueConstraint(
            "project_id",
            "month",
            "geo",
            "kind",
            "department",
            "channel",
            name=op.f("uq_opportunities_project_id_month_geo_kind_department_channel"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_opportunities_project_id"), "opportunities", ["project_id"], unique=False)
    op.create_table(
        "promo_catalog",
        sa.Column("promo_name", sa.Text(), nullable=True),
        sa.Column("date_start", sa.Date(), nullable=False),
        sa.Column("date_end", sa.Date(), nullable=False),
        sa.Column("departments", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("channels", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("avg_discount_pct", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=True),
        sa.Column("mechanics", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("source_file", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("date_end >= date_start", name=op.f("ck_promo_catalog_dates_forward")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_promo_catalog_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promo_catalog")),
    )
    op.create_index(
        "ix_promo_catalog_departments", "promo_catalog", ["departments"], unique=False, postgresql_using="gin"
    )
    op.create_index(op.f("ix_promo_catalog_project_id"), "promo_catalog", ["project_id"], unique=False)
    op.create_index(
        "ix_promo_catalog_project_id_date_start_date_end",
        "promo_catalog",
        ["project_id", "date_start", "date_end"],
        unique=False,
    )
    op.create_table(
        "sales_aggregated",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("geo", sa.Text(), server_default="ALL", nullable=False),
        sa.Column("promo_flag", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("discount_pct", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=True),
        sa.Column("sales_value", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("margin_value", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column(
            "margin_pct",
            sa.Numeric(precision=20, scale=2, asdecimal=False),
            sa.Computed(
                "CASE WHEN (sales_value > (0)::numeric) THEN ((margin_value / sales_value) * (100)::numeric) ELSE (0)::numeric END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("channel in ('online', 'offline')", name=op.f("ck_sales_aggregated_channel")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_sales_aggregated_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "project_id",
            "date",
            "channel",
            "department",
            "geo",
            "promo_flag",
            name=op.f("pk_sales_aggregated"),
        ),
        postgresql_partition_by="RANGE (date)",
    )
    op.create_index(
        "ix_sales_aggregated_date", "sales_aggregated", ["date"], unique=False, postgresql_using="brin"
    )
    op.create_index(
        "ix_sales_aggregated_project_id_department_date",
        "sales_aggregated",
        ["project_id", "department", "date"],
        unique=False,
    )
    op.execute("CREATE TABLE sales_aggregated_default PARTITION OF sales_aggregated DEFAULT")
    op.create_table(
        "segments",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("segment_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("share_of_customers", sa.Numeric(precision=7, scale=6, asdecimal=False), nullable=False),
        sa.Column("share_of_revenue", sa.Numeric(precision=7, scale=6, asdecimal=False), nullable=False),
        sa.Column("avg_basket_value", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("fav_categories", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("discount_sensitivity", sa.String(length=20), nullable=True),
        sa.Column("purchase_frequency", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=True),
        sa.Column("last_purchase_days_ago", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "discount_sensitivity in ('low', 'medium', 'high')", name=op.f("ck_segments_discount_sensitivity")
        ),
        sa.CheckConstraint("share_of_customers between 0 and 1", name=op.f("ck_segments_share_of_customers")),
        sa.CheckConstraint("share_of_revenue between 0 and 1", name=op.f("ck_segments_share_of_revenue")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_segments_project_id_projects"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "segment_id", name=op.f("pk_segments")),
    )
    op.create_table(
        "targets",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("geo", sa.Text(), nullable=False),
        sa.Column("sales_value_target", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("margin_pct_target", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=False),
        sa.Column("units_target", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name=op.f("ck_targets_month")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_targets_project_id_projects"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
        sa.UniqueConstraint("project_id", "month", "geo", name=op.f("uq_targets_project_id_month_geo")),
    )
    op.create_index(op.f("ix_targets_project_id"), "targets", ["project_id"], unique=False)
    op.create_table(
        "uplift_coefficients",
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("discount_band", sa.String(length=20), nullable=False),
        sa.Column("uplift_sales_pct", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=False),
        sa.Column("uplift_units_pct", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=False),
        sa.Column("margin_impact_pct", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=False),
        sa.Column("confidence", sa.Numeric(precision=5, scale=4, asdecimal=False), nullable=True),
        sa.Column("sample_size", sa.Integer(), nullable=True),
        sa.Column("model_version", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("channel in ('online', 'offline')", name=op.f("ck_uplift_coefficients_channel")),
        sa.CheckConstraint("confidence between 0 and 1", name=op.f("ck_uplift_coefficients_confidence")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_uplift_coefficients_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uplift_coefficients")),
        sa.UniqueConstraint(
            "project_id",
            "department",
            "channel",
            "discount_band",
            "model_version",
            name="uq_uplift_coefficients_cell_band_version",
        ),
    )
    op.create_index(
        op.f("ix_uplift_coefficients_project_id"), "uplift_coefficients", ["project_id"], unique=False
    )
    op.create_table(
        "promo_models",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("facts_key", sa.Text(), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("artifacts_path", sa.Text(), nullable=True),
        sa.Column("artifacts_checksum", sa.Text(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_promo_models_version_from_one")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_promo_models_created_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["data_processing_jobs.id"],
            name=op.f("fk_promo_models_job_id_data_processing_jobs"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_promo_models_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promo_models")),
        sa.UniqueConstraint("project_id", "version", name=op.f("uq_promo_models_project_id_version")),
    )
    op.create_index(op.f("ix_promo_models_job_id"), "promo_models", ["job_id"], unique=False)
    op.create_index(op.f("ix_promo_models_project_id"), "promo_models", ["project_id"], unique=False)
    op.create_table(
        "promo_scenarios",
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("source_opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("date_range_start", sa.Date(), nullable=False),
        sa.Column("date_range_end", sa.Date(), nullable=False),
        sa.Column("scenario_type", sa.String(length=50), nullable=False),
        sa.Column("mechanics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("geo", sa.Text(), server_default="ALL", nullable=False),
        sa.Column("legal_text", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "scenario_type in ('conservative', 'balanced', 'aggressive', 'flash', 'best_deal', 'coupon', 'member_only')",
            name=op.f("ck_promo_scenarios_scenario_type"),
        ),
        sa.CheckConstraint(
            "date_range_end >= date_range_start", name=op.f("ck_promo_scenarios_dates_forward")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["users.id"],
            name=op.f("fk_promo_scenarios_created_by_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_promo_scenarios_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_opportunity_id"],
            ["opportunities.id"],
            name=op.f("fk_promo_scenarios_source_opportunity_id_opportunities"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promo_scenarios")),
        sa.UniqueConstraint("id", "project_id", name=op.f("uq_promo_scenarios_id_project_id")),
    )
    op.create_index(
        "ix_promo_scenarios_date_range",
        "promo_scenarios",
        ["project_id", "date_range_start", "date_range_end"],
        unique=False,
    )
    op.create_index(op.f("ix_promo_scenarios_deleted_at"), "promo_scenarios", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_promo_scenarios_project_id"), "promo_scenarios", ["project_id"], unique=False)
    op.create_index(
        op.f("ix_promo_scenarios_source_opportunity_id"),
        "promo_scenarios",
        ["source_opportunity_id"],
        unique=False,
    )
    op.create_table(
        "sales_files",
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_path", sa.Text(), nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.Column("checksum", sa.Text(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "processing",
                "current",
                "replaced",
                "withdrawn",
                "failed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="queued",
            nullable=False,
        ),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("rows_read", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_rejected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("quality_score", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=True),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("rejected_path", sa.Text(), nullable=True),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["data_processing_jobs.id"],
            name=op.f("fk_sales_files_job_id_data_processing_jobs"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_sales_files_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["sales_files.id"],
            name=op.f("fk_sales_files_replaces_id_sales_files"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["users.id"], name=op.f("fk_sales_files_uploaded_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_files")),
    )
    op.create_index(op.f("ix_sales_files_deleted_at"), "sales_files", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_sales_files_job_id"), "sales_files", ["job_id"], unique=False)
    op.create_index(op.f("ix_sales_files_project_id"), "sales_files", ["project_id"], unique=False)
    op.create_index(
        "uq_sales_files_current",
        "sales_files",
        ["project_id", "checksum"],
        unique=True,
        postgresql_where="status = 'current' and deleted_at is null",
    )
    op.create_table(
        "creative_briefs",
        sa.Column("brief", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("assets", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("scenario_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_creative_briefs_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scenario_id", "project_id"],
            ["promo_scenarios.id", "promo_scenarios.project_id"],
            name=op.f("fk_creative_briefs_scenario_id_project_id_promo_scenarios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creative_briefs")),
        sa.UniqueConstraint("scenario_id", name=op.f("uq_creative_briefs_scenario_id")),
    )
    op.create_index(op.f("ix_creative_briefs_project_id"), "creative_briefs", ["project_id"], unique=False)
    op.create_index(op.f("ix_creative_briefs_scenario_id"), "creative_briefs", ["scenario_id"], unique=False)
    op.create_table(
        "sales_file_facts",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("geo", sa.Text(), server_default="ALL", nullable=False),
        sa.Column("promo_flag", sa.Boolean(), nullable=False),
        sa.Column("discount_weight", sa.Numeric(precision=20, scale=4, asdecimal=False), nullable=False),
        sa.Column("discount_sales", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("sales_value", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("margin_value", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("channel in ('online', 'offline')", name=op.f("ck_sales_file_facts_channel")),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["sales_files.id"],
            name=op.f("fk_sales_file_facts_file_id_sales_files"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "file_id", "date", "channel", "department", "geo", "promo_flag", name=op.f("pk_sales_file_facts")
        ),
    )
    op.create_table(
        "scenario_kpis",
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("total_sales_value", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("total_margin_value", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("total_margin_pct", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=False),
        sa.Column("total_ebit", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("total_units", sa.BigInteger(), nullable=False),
        sa.Column("sales_value_delta", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("margin_value_delta", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("ebit_delta", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("units_delta", sa.BigInteger(), nullable=False),
        sa.Column("kpi_breakdown", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("intervals", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("model_version", sa.String(length=20), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("scenario_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_scenario_kpis_period_forward")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_scenario_kpis_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scenario_id", "project_id"],
            ["promo_scenarios.id", "promo_scenarios.project_id"],
            name=op.f("fk_scenario_kpis_scenario_id_project_id_promo_scenarios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_kpis")),
    )
    op.create_index(op.f("ix_scenario_kpis_project_id"), "scenario_kpis", ["project_id"], unique=False)
    op.create_index(op.f("ix_scenario_kpis_scenario_id"), "scenario_kpis", ["scenario_id"], unique=False)
    op.create_table(
        "validation_reports",
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("issues", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("overall_score", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("scenario_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status in ('PASS', 'WARN', 'BLOCK')", name=op.f("ck_validation_reports_status")),
        sa.CheckConstraint(
            "overall_score between 0 and 100", name=op.f("ck_validation_reports_overall_score")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_validation_reports_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scenario_id", "project_id"],
            ["promo_scenarios.id", "promo_scenarios.project_id"],
            name=op.f("fk_validation_reports_scenario_id_project_id_promo_scenarios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_validation_reports")),
        sa.UniqueConstraint("scenario_id", name=op.f("uq_validation_reports_scenario_id")),
    )
    op.create_index(
        op.f("ix_validation_reports_project_id"), "validation_reports", ["project_id"], unique=False
    )
    op.create_index(
        op.f("ix_validation_reports_scenario_id"), "validation_reports", ["scenario_id"], unique=False
    )
    op.create_index(op.f("ix_validation_reports_status"), "validation_reports", ["status"], unique=False)
    op.create_table(
        "post_mortem_reports",
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("forecast_kpi_id", sa.Uuid(), nullable=True),
        sa.Column("forecast", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actual_sales_value", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("actual_margin_value", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("actual_margin_pct", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=False),
        sa.Column("actual_ebit", sa.Numeric(precision=15, scale=2, asdecimal=False), nullable=False),
        sa.Column("actual_units", sa.BigInteger(), nullable=False),
        sa.Column("sales_value_error_pct", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=True),
        sa.Column(
            "margin_value_error_pct", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=True
        ),
        sa.Column("ebit_error_pct", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=True),
        sa.Column("units_error_pct", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=True),
        sa.Column(
            "post_promo_dip", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column(
            "cannibalization_signals",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
        ),
        sa.Column("insights", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("learning_points", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("learned_version", sa.String(length=20), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("scenario_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_post_mortem_reports_period_forward")),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["users.id"],
            name=op.f("fk_post_mortem_reports_created_by_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["forecast_kpi_id"],
            ["scenario_kpis.id"],
            name=op.f("fk_post_mortem_reports_forecast_kpi_id_scenario_kpis"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_post_mortem_reports_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scenario_id", "project_id"],
            ["promo_scenarios.id", "promo_scenarios.project_id"],
            name=op.f("fk_post_mortem_reports_scenario_id_project_id_promo_scenarios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_mortem_reports")),
    )
    op.create_index(
        op.f("ix_post_mortem_reports_forecast_kpi_id"),
        "post_mortem_reports",
        ["forecast_kpi_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_post_mortem_reports_project_id"), "post_mortem_reports", ["project_id"], unique=False
    )
    op.create_index(
        op.f("ix_post_mortem_reports_scenario_id"), "post_mortem_reports", ["scenario_id"], unique=False
    )
    op.add_column(
        "data_processing_jobs",
        sa.Column("records_processed", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "data_processing_jobs", sa.Column("errors", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "data_processing_jobs", sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column("data_processing_jobs", sa.Column("error_reference", sa.Text(), nullable=True))
    op.add_column("data_processing_jobs", sa.Column("queue_id", sa.BigInteger(), nullable=True))
    op.add_column("data_processing_jobs", sa.Column("run_by", sa.Text(), nullable=True))
    op.add_column(
        "data_processing_jobs", sa.Column("attempt", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "data_processing_jobs",
        sa.Column("cancel_requested", sa.Boolean(), server_default="false", nullable=False),
    )
    op.add_column("data_processing_jobs", sa.Column("stage", sa.Text(), nullable=True))
    op.add_column(
        "data_processing_jobs", sa.Column("progress_done", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "data_processing_jobs", sa.Column("progress_total", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "data_processing_jobs", sa.Column("stage_started_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "data_processing_jobs", sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.alter_column("data_processing_jobs", "message", new_column_name="error_message")


def downgrade() -> None:
    """Take the change back."""
    op.alter_column("data_processing_jobs", "error_message", new_column_name="message")
    op.drop_column("data_processing_jobs", "heartbeat_at")
    op.drop_column("data_processing_jobs", "stage_started_at")
    op.drop_column("data_processing_jobs", "progress_total")
    op.drop_column("data_processing_jobs", "progress_done")
    op.drop_column("data_processing_jobs", "stage")
    op.drop_column("data_processing_jobs", "cancel_requested")
    op.drop_column("data_processing_jobs", "attempt")
    op.drop_column("data_processing_jobs", "run_by")
    op.drop_column("data_processing_jobs", "queue_id")
    op.drop_column("data_processing_jobs", "error_reference")
    op.drop_column("data_processing_jobs", "result")
    op.drop_column("data_processing_jobs", "errors")
    op.drop_column("data_processing_jobs", "records_processed")
    op.drop_table("post_mortem_reports")
    op.drop_table("validation_reports")
    op.drop_table("scenario_kpis")
    op.drop_table("sales_file_facts")
    op.drop_table("creative_briefs")
    op.drop_table("sales_files")
    op.drop_table("promo_scenarios")
    op.drop_table("promo_models")
    op.drop_table("uplift_coefficients")
    op.drop_table("targets")
    op.drop_table("segments")
    op.drop_table("sales_aggregated")
    op.drop_table("promo_catalog")
    op.drop_table("opportunities")
