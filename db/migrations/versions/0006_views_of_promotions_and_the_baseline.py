"""Views of sales and promo scenarios, and the baseline as a function"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DAILY_SUMMARY = """
CREATE VIEW sales_daily_summary AS
SELECT project_id,
       date,
       channel,
       sum(sales_value) AS total_sales_value,
       sum(margin_value) AS total_margin_value,
       -- Weighed by sales, as a margin is: the mean of the rows' percentages says something else.
       CASE WHEN sum(sales_value) > 0
            THEN round(sum(margin_value) / sum(sales_value) * 100, 2) ELSE 0 END AS avg_margin_pct,
       sum(units)::bigint AS total_units,
       count(*) FILTER (WHERE promo_flag) AS promo_days_count
FROM sales_aggregated
GROUP BY project_id, date, channel
"""

COMPARISON = """
CREATE VIEW scenario_comparison_view AS
SELECT scenario.project_id,
       scenario.id AS scenario_id,
       scenario.label,
       scenario.scenario_type,
       scenario.date_range_start,
       scenario.date_range_end,
       kpi.total_sales_value,
       kpi.total_margin_value,
       kpi.total_margin_pct,
       kpi.total_ebit,
       kpi.total_units,
       kpi.sales_value_delta,
       kpi.margin_value_delta,
       kpi.ebit_delta,
       kpi.units_delta,
       verdict.status AS validation_status,
       verdict.overall_score,
       kpi.id AS kpi_id,
       kpi.model_version,
       kpi.created_at AS computed_at
FROM promo_scenarios scenario
LEFT JOIN LATERAL (
    SELECT * FROM scenario_kpis known
    WHERE known.scenario_id = scenario.id
    ORDER BY known.created_at DESC, known.id DESC LIMIT 1
) kpi ON true
LEFT JOIN validation_reports verdict ON verdict.scenario_id = scenario.id
WHERE scenario.deleted_at IS NULL
"""

# Days strictly before the window; a day with any promo row is a promo day as a whole; days of promotions and
# the two weeks after one of the same cell are left out; the mean by weekday, the cell's mean where a weekday
# has none; a weekday without a sale in the last eight weeks is closed, where the cell was sold before these.
BASELINE = """
CREATE FUNCTION calculate_baseline_forecast(
    p_project_id integer,
    p_start_date date,
    p_end_date date,
    p_channel varchar DEFAULT NULL,
    p_department varchar DEFAULT NULL,
    p_geo varchar DEFAULT NULL
) RETURNS TABLE (
    date date, forecasted_sales_value numeric, forecasted_margin_value numeric, forecasted_units numeric
) LANGUAGE sql STABLE AS $$
WITH span AS (
    SELECT least(max(fact.date), p_start_date - 1) AS last_on
    FROM sales_aggregated fact WHERE fact.project_id = p_project_id
), cell_day AS (
    SELECT department, channel, geo, fact.date AS day, bool_or(promo_flag) AS promo,
           sum(sales_value) AS sales, sum(margin_value) AS margin, sum(units) AS units
    FROM sales_aggregated fact
    WHERE fact.project_id = p_project_id AND fact.date < p_start_date
      AND (p_channel IS NULL OR channel = p_channel)
      AND (p_department IS NULL OR department = p_department)
      AND (p_geo IS NULL OR geo = p_geo)
    GROUP BY department, channel, geo, fact.date
), known AS (
    SELECT cell_day.*, extract(dow FROM day)::integer AS weekday,
           max(day) FILTER (WHERE promo) OVER (
               PARTITION BY department, channel, geo ORDER BY day
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_promo
    FROM cell_day
), told AS (
    SELECT known.*, NOT promo AND (last_promo IS NULL OR day - last_promo > 14) AS usable,
           sales > 0 AND day > last_on - 56 AS sold_lately,
           CASE WHEN sales > 0 THEN day END AS sold_on
    FROM known CROSS JOIN span
), by_weekday AS (
    SELECT department, channel, geo, weekday,
           count(*) FILTER (WHERE usable) AS days,
           sum(sales) FILTER (WHERE usable) AS sales,
           sum(margin) FILTER (WHERE usable) AS margin,
           sum(units) FILTER (WHERE usable) AS units,
           bool_or(sold_lately) AS sold_lately, min(sold_on) AS begun_on
    FROM told GROUP BY department, channel, geo, weekday
), cell AS (
    SELECT department, channel, geo, sum(days) AS days, sum(sales) AS sales, sum(margin) AS margin,
           sum(units) AS units, min(begun_on) AS begun_on
    FROM by_weekday GROUP BY department, channel, geo
), forecast AS (
    SELECT weekday,
           sum(coalesce(one.sales / nullif(one.days, 0), cell.sales / nullif(cell.days, 0), 0)) AS sales,
           sum(coalesce(one.margin / nullif(one.days, 0), cell.margin / nullif(cell.days, 0), 0)) AS margin,
           sum(coalesce(one.units / nullif(one.days, 0), cell.units / nullif(cell.days, 0), 0)) AS units
    FROM cell CROSS JOIN generate_series(0, 6) AS weekday CROSS JOIN span
    LEFT JOIN by_weekday one USING (department, channel, geo, weekday)
    WHERE NOT (coalesce(last_on - cell.begun_on >= 55, false) AND NOT coalesce(one.sold_lately, false))
    GROUP BY weekday
)
SELECT asked.day::date, coalesce(sales, 0), coalesce(margin, 0), coalesce(units, 0)
FROM generate_series(p_start_date::timestamp, p_end_date::timestamp, interval '1 day') AS asked (day)
LEFT JOIN forecast ON forecast.weekday = extract(dow FROM asked.day)
WHERE EXISTS (SELECT FROM cell)
ORDER BY 1
$$
"""


def upgrade() -> None:
    """Make the change."""
    op.execute(DAILY_SUMMARY)
    op.execute(COMPARISON)
    op.execute(BASELINE)


def downgrade() -> None:
    """Take the change back."""
    op.execute("DROP FUNCTION calculate_baseline_forecast")
    op.execute("DROP VIEW scenario_comparison_view")
    op.execute("DROP VIEW sales_daily_summary")
