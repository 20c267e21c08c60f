"""The demo's data and model: four years of weekly sales with five paid channels.

The table is Robyn's simulated sample (MIT, Copyright Meta Platforms, Inc. and affiliates).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.data import Prepared, detect, read_table, to_mmm_config_fields
from core.mmm.config import MMMConfig
from core.mmm.prepare import prepare
from core.mmm.sampling.sampler_settings import SamplingPlan

FILE = Path(__file__).resolve().parent.parent.parent / "sample_data" / "robyn_weekly.csv"

PROJECT_NAME = "Demo: weekly sales"
PROJECT_DESCRIPTION = (
    "Four years of simulated weekly sales with five paid channels, a newsletter and a competitor's sales. "
    "Robyn's sample data, MIT licence, Copyright Meta Platforms, Inc. and affiliates."
)
DATASET_NAME = "Weekly sales"
MODEL_NAME = "Weekly sales, first model"
LABELS = {
    "ooh_S": "Out of home",
    "tv_S": "TV",
    "print_S": "Print",
    "facebook_S": "Facebook",
    "search_S": "Search",
}
SAMPLING = SamplingPlan(draws=1000, tune=1000, chains=4, seed=20_151_123)


@dataclass(frozen=True)
class Demo:
    """The uploaded file, the table made of it, and the model's set-up."""

    file_name: str
    content: bytes
    prepared: Prepared
    config: MMMConfig


def weekly_sales(path: Path = FILE) -> Demo:
    """The demo read from its file, the way a person would have confirmed every guess on the upload page."""
    content = path.read_bytes()
    table = read_table(content, path.name)
    mapping = detect(table).mapping()
    for column, label in LABELS.items():
        mapping = mapping.with_label(column, label)
    prepared = prepare(table, mapping)
    config = MMMConfig(**to_mmm_config_fields(prepared.mapping))
    return Demo(path.name, content, prepared, config)
