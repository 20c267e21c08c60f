"""Everything that can be adjusted, folded away by subject; only what is open is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.data import Role
from core.mmm.choices import KpiKind
from core.mmm.config import MMMConfig
from pages.parts.layout import section
from pages.parts.mapping_editor import edit_mapping
from pages.parts.mapping_settings import choose_measure
from pages.parts.setup_baseline import adjust_baseline, adjust_references, adjust_regions, adjust_value
from pages.parts.setup_beliefs import adjust_beliefs
from pages.parts.setup_channels import adjust_channels
from pages.parts.setup_checks import as_far_as_possible, configured
from pages.parts.setup_lift import adjust_lift_tests
from pages.parts.setup_preview import show_channel_shapes, show_shares
from pages.parts.setup_sampling import adjust_sampling
from pages.parts.setup_state import SetUp


@dataclass(frozen=True)
class Subject:
    """One folded part: `draw` shows it; it is marked as adjusted where one of `fields` is set."""

    name: str
    label: str
    icon: str
    draw: Callable[[SetUp, pd.DataFrame, MMMConfig], None]
    fields: tuple[str, ...] = ()


def adjust_all(set_up: SetUp, frame: pd.DataFrame) -> None:
    """The folded parts in the order in which a model is thought of."""
    section("Adjust", "Nothing here has to be touched: the defaults suit most weekly data.")
    with _folded(set_up, "columns", "Columns and roles", ":material/table_rows:") as place:
        if place.open:
            _roles(set_up, frame)
    for subject in SUBJECTS:
        config = as_far_as_possible(set_up, frame)
        if config is None or (subject.name == "regions" and not config.geo_column):
            continue
        with _folded(set_up, subject.name, subject.label, subject.icon, subject.fields) as place:
            if place.open:
                subject.draw(set_up, frame, config)


def _folded(set_up: SetUp, name: str, label: str, icon: str, fields: tuple[str, ...] = ()) -> Any:
    mark = " :blue-badge[adjusted]" if any(field in set_up.fields for field in fields) else ""
    return st.expander(f"{label}{mark}", icon=icon, key=f"fold:{name}", on_change="rerun")


def _roles(set_up: SetUp, frame: pd.DataFrame) -> None:
    preview = frame.head(50).astype(str)
    set_up.mapping = edit_mapping(set_up.mapping, preview, key=set_up.key("roles"))
    if set_up.mapping.pairs:
        set_up.mapping = set_up.mapping.replace(
            media_measure=choose_measure(set_up.mapping, key=set_up.key("measure"))
        )


def _regions(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    adjust_regions(set_up)


def _baseline(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    adjust_baseline(set_up)
    if config.treatment_columns:
        adjust_references(set_up, config)
    if config.kpi_kind is KpiKind.COUNT and not set_up.mapping.columns_of(Role.VALUE_PER_UNIT):
        adjust_value(set_up, config)


def _beliefs(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    adjust_beliefs(set_up, config)
    now, _ = configured(set_up, frame)
    if now:
        show_shares(set_up, frame, now)


def _channels(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    adjust_channels(set_up, config)
    now, _ = configured(set_up, frame)
    if now:
        show_channel_shapes(set_up, frame, now)


def _lift(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    geo = config.geo_column
    regions = sorted(frame[geo].astype(str).unique()) if geo and config.use_geo else []
    adjust_lift_tests(set_up, config, regions)


def _sampling(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    adjust_sampling(set_up, int(frame[config.date_column].nunique()))


SUBJECTS = (
    Subject("regions", "Regions", ":material/map:", _regions, ("use_geo",)),
    Subject(
        "baseline",
        "Season, trend, holidays",
        ":material/calendar_month:",
        _baseline,
        ("trend", "season_pairs", "holidays_country", "outliers", "treatments", "value_per_unit"),
    ),
    Subject("beliefs", "What you believe about media", ":material/psychology:", _beliefs, ("priors",)),
    Subject(
        "channels",
        "Carry-over, saturation and returns by channel",
        ":material/show_chart:",
        _channels,
        ("adstock", "saturation", "max_lag"),
    ),
    Subject("lift", "Lift tests", ":material/science:", _lift, ("lift_tests",)),
    Subject("sampling", "Holdout and sampling", ":material/tune:", _sampling, ("holdout",)),
)
