"""Retailers' files become sales facts: recognised, judged row by row, added up, reported."""

from core.promo.facts.aggregation import aggregate_file, combine
from core.promo.facts.catalog import read_catalog
from core.promo.facts.inspection import SalesInspection, inspect_sales
from core.promo.facts.mapping import SalesChannel, SalesColumn, SalesMapping
from core.promo.facts.rejected import rejected_csv
from core.promo.facts.report import FileFacts, RefusedSales, SalesReport
from core.promo.facts.sales import read_sales
from core.promo.facts.segments import read_segments
from core.promo.facts.targets import read_targets

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
