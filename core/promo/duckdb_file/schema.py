"""Tables, views and macro of the DuckDB file: those of the app without the project, which is the file itself.

DuckDB has no cascades and refuses changes to a row that others refer to, so there are no foreign keys; a UUID
is a VARCHAR, a document JSON, and indexes are plain ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

GENERATED = {("sales_aggregated", "margin_pct")}  # computed by the file itself, never filled
CHANNELS = "CHECK (channel IN ('online', 'offline'))"

TABLES: Mapping[str, str] = {
    "sales_aggregated": f"""
        id BIGINT, date DATE NOT NULL, channel VARCHAR NOT NULL {CHANNELS}, department VARCHAR NOT NULL,
        geo VARCHAR NOT NULL DEFAULT 'ALL', promo_flag BOOLEAN NOT NULL DEFAULT false,
        discount_pct DECIMAL(12,2), sales_value DECIMAL(15,2) NOT NULL, margin_value DECIMAL(15,2) NOT NULL,
        margin_pct DECIMAL(20,2) GENERATED ALWAYS AS (
            CASE WHEN sales_value > 0 THEN round(margin_value / sales_value * 100, 2) ELSE 0 END),
        units BIGINT NOT NULL, created_at TIMESTAMP DEFAULT now(), updated_at TIMESTAMP DEFAULT now(),
        PRIMARY KEY (date, channel, department, geo, promo_flag)""",
    "sales_files": """
        id VARCHAR PRIMARY KEY, file_name VARCHAR NOT NULL, file_bytes BIGINT NOT NULL,
        checksum VARCHAR NOT NULL, mapping JSON NOT NULL, status VARCHAR NOT NULL, replaces_id VARCHAR,
        job_id VARCHAR, rows_read BIGINT NOT NULL, rows_rejected BIGINT NOT NULL, quality_score DECIMAL(12,2),
        report JSON NOT NULL, uploaded_by VARCHAR, created_at TIMESTAMP, deleted_at TIMESTAMP""",
    "sales_file_facts": f"""
        file_id VARCHAR NOT NULL, date DATE NOT NULL, channel VARCHAR NOT NULL {CHANNELS},
        department VARCHAR NOT NULL, geo VARCHAR NOT NULL, promo_flag BOOLEAN NOT NULL,
        discount_weight DECIMAL(20,4) NOT NULL, discount_sales DECIMAL(15,2) NOT NULL,
        sales_value DECIMAL(15,2) NOT NULL, margin_value DECIMAL(15,2) NOT NULL, units BIGINT NOT NULL,
        PRIMARY KEY (file_id, date, channel, department, geo, promo_flag)""",
    "promo_models": """
        id VARCHAR PRIMARY KEY, version INTEGER NOT NULL UNIQUE, method VARCHAR NOT NULL,
        seed BIGINT NOT NULL, facts_key VARCHAR NOT NULL, summary JSON NOT NULL, job_id VARCHAR,
        created_by VARCHAR, note VARCHAR NOT NULL, created_at TIMESTAMP""",
    "uplift_coefficients": f"""
        id VARCHAR PRIMARY KEY, department VARCHAR NOT NULL, channel VARCHAR NOT NULL {CHANNELS},
        discount_band VARCHAR NOT NULL, uplift_sales_pct DECIMAL(12,2) NOT NULL,
        uplift_units_pct DECIMAL(12,2) NOT NULL, margin_impact_pct DECIMAL(12,2) NOT NULL,
        confidence DECIMAL(5,4), sample_size INTEGER, model_version VARCHAR NOT NULL, created_at TIMESTAMP,
        UNIQUE (department, channel, discount_band, model_version)""",
    "opportunities": """
        id VARCHAR PRIMARY KEY, month VARCHAR NOT NULL, geo VARCHAR NOT NULL, kind VARCHAR NOT NULL,
        department VARCHAR NOT NULL, channel VARCHAR, rank INTEGER NOT NULL, score DOUBLE NOT NULL,
        gap JSON NOT NULL, suggested JSON NOT NULL, expected JSON NOT NULL, details JSON NOT NULL,
        dismissed_at TIMESTAMP, created_at TIMESTAMP""",
    "promo_scenarios": """
        id VARCHAR PRIMARY KEY, label VARCHAR NOT NULL, source_opportunity_id VARCHAR,
        date_range_start DATE NOT NULL,
        date_range_end DATE NOT NULL CHECK (date_range_end >= date_range_start),
        scenario_type VARCHAR NOT NULL, mechanics JSON NOT NULL, geo VARCHAR NOT NULL, legal_text VARCHAR,
        created_by VARCHAR, created_at TIMESTAMP, updated_at TIMESTAMP, archived_at TIMESTAMP,
        deleted_at TIMESTAMP""",
    "scenario_kpis": """
        id VARCHAR PRIMARY KEY, scenario_id VARCHAR NOT NULL, period_start DATE NOT NULL,
        period_end DATE NOT NULL, total_sales_value DECIMAL(15,2) NOT NULL,
        total_margin_value DECIMAL(15,2) NOT NULL, total_margin_pct DECIMAL(12,2) NOT NULL,
        total_ebit DECIMAL(15,2) NOT NULL, total_units BIGINT NOT NULL,
        sales_value_delta DECIMAL(15,2) NOT NULL, margin_value_delta DECIMAL(15,2) NOT NULL,
        ebit_delta DECIMAL(15,2) NOT NULL, units_delta BIGINT NOT NULL, kpi_breakdown JSON NOT NULL,
        intervals JSON NOT NULL, details JSON NOT NULL, model_version VARCHAR, created_at TIMESTAMP""",
    "validation_reports": """
        id VARCHAR PRIMARY KEY, scenario_id VARCHAR NOT NULL UNIQUE,
        status VARCHAR NOT NULL CHECK (status IN ('PASS', 'WARN', 'BLOCK')), issues JSON NOT NULL,
        overall_score INTEGER NOT NULL, created_at TIMESTAMP""",
    "post_mortem_reports": """
        id VARCHAR PRIMARY KEY, scenario_id VARCHAR NOT NULL, period_start DATE NOT NULL,
        period_end DATE NOT NULL, forecast_kpi_id VARCHAR, forecast JSON NOT NULL,
        actual_sales_value DECIMAL(15,2) NOT NULL, actual_margin_value DECIMAL(15,2) NOT NULL,
        actual_margin_pct DECIMAL(12,2) NOT NULL, actual_ebit DECIMAL(15,2) NOT NULL,
        actual_units BIGINT NOT NULL, sales_value_error_pct DECIMAL(12,2),
        margin_value_error_pct DECIMAL(12,2), ebit_error_pct DECIMAL(12,2), units_error_pct DECIMAL(12,2),
        post_promo_dip JSON, cannibalization_signals JSON, insights VARCHAR[], learning_points VARCHAR[],
        learned_version VARCHAR, details JSON NOT NULL, created_by VARCHAR, created_at TIMESTAMP""",
    "creative_briefs": """
        id VARCHAR PRIMARY KEY, scenario_id VARCHAR NOT NULL UNIQUE, brief JSON NOT NULL, assets JSON,
        created_at TIMESTAMP, updated_at TIMESTAMP""",
    "segments": """
        segment_id VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, share_of_customers DECIMAL(7,6) NOT NULL,
        share_of_revenue DECIMAL(7,6) NOT NULL, avg_basket_value DECIMAL(15,2) NOT NULL,
        fav_categories VARCHAR[], discount_sensitivity VARCHAR, purchase_frequency DECIMAL(12,2),
        last_purchase_days_ago INTEGER, updated_at TIMESTAMP""",
    "targets": """
        id VARCHAR PRIMARY KEY, month VARCHAR NOT NULL, geo VARCHAR NOT NULL,
        sales_value_target DECIMAL(15,2) NOT NULL, margin_pct_target DECIMAL(12,2) NOT NULL,
        units_target BIGINT, created_at TIMESTAMP, updated_at TIMESTAMP, UNIQUE (month, geo)""",
    "promo_catalog": """
        id VARCHAR PRIMARY KEY, promo_name VARCHAR, date_start DATE NOT NULL,
        date_end DATE NOT NULL CHECK (date_end >= date_start), departments VARCHAR[], channels VARCHAR[],
        avg_discount_pct DECIMAL(12,2), mechanics JSON, source_file VARCHAR, created_at TIMESTAMP""",
    "data_processing_jobs": """
        id VARCHAR PRIMARY KEY, job_id VARCHAR NOT NULL UNIQUE, kind VARCHAR NOT NULL,
        status VARCHAR NOT NULL, files_queued INTEGER NOT NULL, files_processed INTEGER NOT NULL,
        records_processed BIGINT NOT NULL, errors INTEGER NOT NULL, result JSON, error_message VARCHAR,
        created_by VARCHAR, started_at TIMESTAMP, completed_at TIMESTAMP, created_at TIMESTAMP""",
}

INDEXES: Mapping[str, tuple[str, ...]] = {
    "sales_aggregated": ("department, date", "date"),
    "promo_scenarios": ("date_range_start",),
    "scenario_kpis": ("scenario_id",),
    "post_mortem_reports": ("scenario_id",),
    "promo_catalog": ("date_start",),
}


# The views and the baseline as a table macro give the same answers as the app's database.
DAILY_SUMMARY = """
CREATE VIEW sales_daily_summary AS
SELECT date,
       channel,
       sum(sales_value) AS total_sales_value,
       sum(margin_value) AS total_margin_value,
       CASE WHEN sum(sales_value) > 0
            THEN CAST(sum(margin_value) / sum(sales_value) * 100 AS DECIMAL(20,2))
            ELSE 0 END AS avg_margin_pct,
       CAST(sum(units) AS BIGINT) AS total_units,
       count(*) FILTER (WHERE promo_flag) AS promo_days_count
FROM sales_aggregated
GROUP BY date, channel
"""

COMPARISON = """
CREATE VIEW scenario_comparison_view AS
WITH latest AS (
    SELECT * FROM scenario_kpis
    QUALIFY row_number() OVER (PARTITION BY scenario_id ORDER BY created_at DESC, id DESC) = 1
)
SELECT scenario.id AS scenario_id,
       scenario.label,
       scenario.scenario_type,
       scenario.date_range_start,
       scenario.date_range_end,
       latest.total_sales_value,
       latest.total_margin_value,
       latest.total_margin_pct,
       latest.total_ebit,
       latest.total_units,
       latest.sales_value_delta,
       latest.margin_value_delta,
       latest.ebit_delta,
       latest.units_delta,
       verdict.status AS validation_status,
       verdict.overall_score,
       latest.id AS kpi_id,
       latest.model_version,
       latest.created_at AS computed_at
FROM promo_scenarios scenario
LEFT JOIN latest ON latest.scenario_id = scenario.id
LEFT JOIN validation_reports verdict ON verdict.scenario_id = scenario.id
WHERE scenario.deleted_at IS NULL
"""

# In a macro the names of parameters win over those of columns: inside, the cell's columns have other names.
BASELINE = """
CREATE MACRO calculate_baseline_forecast(
    start_date, end_date, channel := NULL, department := NULL, geo := NULL
) AS TABLE
WITH span AS (
    SELECT least(max(fact.date), CAST(start_date AS DATE) - 1) AS last_on
    FROM sales_aggregated fact
), cell_day AS (
    SELECT fact.department AS dept, fact.channel AS sold_by, fact.geo AS place, fact.date AS day_on,
           bool_or(fact.promo_flag) AS promo, sum(fact.sales_value) AS sales,
           sum(fact.margin_value) AS margin, sum(fact.units) AS pieces
    FROM sales_aggregated fact
    WHERE fact.date < CAST(start_date AS DATE)
      AND (channel IS NULL OR fact.channel = channel)
      AND (department IS NULL OR fact.department = department)
      AND (geo IS NULL OR fact.geo = geo)
    GROUP BY ALL
), known AS (
    SELECT *, dayofweek(day_on) AS weekday,
           max(day_on) FILTER (WHERE promo) OVER (
               PARTITION BY dept, sold_by, place ORDER BY day_on
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_promo
    FROM cell_day
), told AS (
    SELECT known.*, NOT promo AND (last_promo IS NULL OR day_on - last_promo > 14) AS usable,
           sales > 0 AND day_on > last_on - 56 AS sold_lately,
           CASE WHEN sales > 0 THEN day_on END AS sold_on
    FROM known CROSS JOIN span
), by_weekday AS (
    SELECT dept, sold_by, place, weekday,
           count(*) FILTER (WHERE usable) AS days,
           sum(sales) FILTER (WHERE usable) AS sales,
           sum(margin) FILTER (WHERE usable) AS margin,
           sum(pieces) FILTER (WHERE usable) AS pieces,
           bool_or(sold_lately) AS sold_lately, min(sold_on) AS begun_on
    FROM told GROUP BY ALL
), cell AS (
    SELECT dept, sold_by, place, sum(days) AS days, sum(sales) AS sales, sum(margin) AS margin,
           sum(pieces) AS pieces, min(begun_on) AS begun_on
    FROM by_weekday GROUP BY ALL
), forecast AS (
    SELECT week.weekday,
           sum(coalesce(one.sales / nullif(one.days, 0), cell.sales / nullif(cell.days, 0), 0)) AS sales,
           sum(coalesce(one.margin / nullif(one.days, 0), cell.margin / nullif(cell.days, 0), 0)) AS margin,
           sum(coalesce(one.pieces / nullif(one.days, 0), cell.pieces / nullif(cell.days, 0), 0)) AS pieces
    FROM cell CROSS JOIN range(7) AS week (weekday) CROSS JOIN span
    LEFT JOIN by_weekday one ON one.dept = cell.dept AND one.sold_by = cell.sold_by
         AND one.place = cell.place AND one.weekday = week.weekday
    WHERE NOT (coalesce(last_on - cell.begun_on >= 55, false) AND NOT coalesce(one.sold_lately, false))
    GROUP BY week.weekday
)
SELECT CAST(asked.day_on AS DATE) AS date,
       coalesce(forecast.sales, 0) AS forecasted_sales_value,
       coalesce(forecast.margin, 0) AS forecasted_margin_value,
       coalesce(forecast.pieces, 0) AS forecasted_units
FROM generate_series(CAST(start_date AS TIMESTAMP), CAST(end_date AS TIMESTAMP), INTERVAL 1 DAY)
     AS asked (day_on)
LEFT JOIN forecast ON forecast.weekday = dayofweek(asked.day_on)
WHERE EXISTS (SELECT 1 FROM cell)
ORDER BY 1
"""


def statements() -> list[str]:
    """What makes the tables with their indexes, the views and the macro, in order."""
    made = [f"CREATE TABLE {name} ({columns})" for name, columns in TABLES.items()]
    made += [
        f"CREATE INDEX idx_{table}_{columns.replace(', ', '_')} ON {table} ({columns})"
        for table, wanted in INDEXES.items()
        for columns in wanted
    ]
    return [*made, DAILY_SUMMARY, COMPARISON, BASELINE]


@cache
def columns_of(table: str) -> Mapping[str, str]:
    """{column: DuckDB's type} of a table, in order, without those that DuckDB computes."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE {table} ({TABLES[table]})")
        rows = connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
            [table],
        ).fetchall()
    return {name: kind for name, kind in rows if (table, name) not in GENERATED}
