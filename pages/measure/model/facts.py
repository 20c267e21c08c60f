"""What a model will look at, in four figures."""

from __future__ import annotations

import pandas as pd

from core.data import ColumnRole, KpiKind
from core.data.detect import frequency_of
from core.mmm.config import MMMConfig
from pages.data.upload.summary import NOUNS
from pages.measure.model.state import SetUp
from pages.shared.layout import KpiCard, kpi_row

OTHERS = (
    (ColumnRole.CONTROL, "control", "controls"),
    (ColumnRole.ORGANIC, "organic medium", "organic media"),
    (ColumnRole.TREATMENT, "price or promotion", "prices or promotions"),
    (ColumnRole.EVENT, "kind of events", "kinds of events"),
)


def show_facts(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig | None) -> None:
    """KPI, period, media and what else is taken into account."""
    mapping = set_up.mapping
    kind = f"money, {mapping.currency}" if mapping.kpi_kind is KpiKind.MONEY else "a count"
    target = mapping.target_column or "–"
    media = [config.label(name) for name in config.channel_columns] if config else []
    kpi_row(
        [
            KpiCard("KPI to explain", mapping.kpi_label or mapping.label_of(target), note=kind),
            KpiCard("Period", *_period(set_up, frame)),
            KpiCard("Paid media", str(len(media)) if config else "–", note=", ".join(media)),
            KpiCard("Also considered", *_others(set_up)),
        ]
    )


def _period(set_up: SetUp, frame: pd.DataFrame) -> tuple[str, str]:
    column = set_up.mapping.date_column
    if column not in frame:
        return "–", ""
    dates = pd.to_datetime(frame[column], errors="coerce").dropna()
    if dates.empty:
        return "–", ""
    frequency = frequency_of(dates)
    noun = NOUNS[frequency] if frequency else "periods"
    geo = set_up.mapping.geo_column
    regions = f", {frame[geo].nunique()} regions" if geo in frame else ""
    return f"{dates.nunique():,} {noun}", f"{dates.min():%-d %b %Y} to {dates.max():%-d %b %Y}{regions}"


def _others(set_up: SetUp) -> tuple[str, str]:
    columns = {role: set_up.mapping.columns_of(role) for role, _, _ in OTHERS}
    words = [
        f"{len(columns[role])} {one if len(columns[role]) == 1 else many}"
        for role, one, many in OTHERS
        if columns[role]
    ]
    season = [] if set_up.get("season_pairs", 2) == 0 else ["season"]
    trend = [] if set_up.get("trend", "piecewise") == "none" else ["trend"]
    country = set_up.get("holidays_country", None)
    return str(sum(map(len, columns.values()))), ", ".join(
        [*words, *trend, *season, *(["holidays"] if country else [])]
    )
