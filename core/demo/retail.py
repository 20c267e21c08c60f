"""The second demo: a simulated retailer's two years of sales, with promotions, targets and segments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from core.promo.ingest.catalog import read_catalog
from core.promo.ingest.file_info import UploadedFile
from core.promo.ingest.mapping import SalesColumn, SalesMapping
from core.promo.ingest.segments import read_segments
from core.promo.ingest.targets import read_targets
from core.promo.scenarios.settings import BrandRule, BrandRuleKind, PromoSettings

FOLDER = Path(__file__).resolve().parent.parent.parent / "sample_data" / "retail"
SALES = ("Sales_October-September_FY24.xlsb", "Sales_October-September_FY25.xlsb")
CATALOG = "Promo_October-September_FY25.xlsb"
TARGETS = ("targets.csv", "targets_FY26.csv")

PROJECT_NAME = "Demo: promotions"
PROJECT_DESCRIPTION = (
    "Two years of a simulated retailer's daily sales by sales channel and department, with past promotions, "
    "monthly targets and customer segments."
)
# Each finds its header without being asked; kept here so that no start has to look into the workbooks.
MAPPING = SalesMapping(
    {
        SalesColumn.DATE: "Date",
        SalesColumn.CHANNEL: "Channel",
        SalesColumn.DEPARTMENT: "Department",
        SalesColumn.PROMO_FLAG: "Promo",
        SalesColumn.DISCOUNT_PCT: "Discount %",
        SalesColumn.SALES_VALUE: "Sales Value",
        SalesColumn.MARGIN_VALUE: "Margin Value",
        SalesColumn.UNITS: "Units",
    }
)
SETTINGS = PromoSettings(
    legal_text="While stocks last. Cannot be combined with other offers. Prices include VAT.",
    brand_rules=(BrandRule(BrandRuleKind.LONGEST_DAYS, 21.0), BrandRule(BrandRuleKind.BRIEF_ELEMENT, "Logo")),
)


@dataclass(frozen=True, eq=False)
class Retailer:
    """What the demo hands in, as a person would."""

    sales: tuple[UploadedFile, ...]
    targets: pd.DataFrame
    segments: pd.DataFrame
    catalog: pd.DataFrame


def retailer(folder: Path = FOLDER) -> Retailer:
    """The retailer read from its files."""
    return Retailer(
        tuple(UploadedFile(name, folder / name, MAPPING) for name in SALES),
        pd.concat([read_targets(folder / name, name) for name in TARGETS], ignore_index=True),
        read_segments(folder / "segments.csv", "segments.csv"),
        read_catalog(folder / CATALOG, CATALOG),
    )
