"""The views of the DuckDB file, and the baseline as a table macro: the same answers as the app's database."""

from __future__ import annotations

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


def statements() -> tuple[str, ...]:
    """What makes the views and the macro."""
    return DAILY_SUMMARY, COMPARISON, BASELINE
