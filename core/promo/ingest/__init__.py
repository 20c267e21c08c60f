"""Retailers' files become sales facts: recognised, judged row by row, added up, reported."""

from core.promo.ingest.aggregation import aggregate_file, combine
from core.promo.ingest.catalog import read_catalog
from core.promo.ingest.inspection import SalesInspection, inspect_sales
from core.promo.ingest.mapping import SalesChannel, SalesColumn, SalesMapping
from core.promo.ingest.rejected import rejected_csv
from core.promo.ingest.report import FileFacts, RefusedSales, SalesReport
from core.promo.ingest.sales import read_sales
from core.promo.ingest.segments import read_segments
from core.promo.ingest.targets import read_targets

__all__ = [
    "FileFacts",
    "RefusedSales",
    "SalesChannel",
    "SalesColumn",
    "SalesInspection",
    "SalesMapping",
    "SalesReport",
    "aggregate_file",
    "combine",
    "inspect_sales",
    "read_catalog",
    "read_sales",
    "read_segments",
    "read_targets",
    "rejected_csv",
]
