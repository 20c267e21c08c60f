"""A project's promotions as one DuckDB file to analyse at home: tables, views, the baseline as a macro."""
