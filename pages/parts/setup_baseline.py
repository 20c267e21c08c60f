"""What moves the KPI without media: season, trend, holidays, outliers, regions, reference values."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.data import Role
from core.mmm.choices import Outliers, Trend
from core.mmm.config import MMMConfig
from pages.parts.plain import plain
from pages.parts.setup_state import SetUp
from pages.parts.setup_words import COUNTRY_WORDS, SEASON_WORDS, TREND_WORDS


def adjust_baseline(set_up: SetUp) -> None:
    """Trend, season, holidays and outliers."""
    apart = set_up.get("outliers", Outliers.DUMMY) == Outliers.DUMMY
    with st.grid(2, min_column_width=240):
        trend = _choice(set_up, "trend", "Trend", TREND_WORDS, Trend(set_up.get("trend", Trend.PIECEWISE)))
        pairs = _choice(
            set_up, "season", "Season within the year", SEASON_WORDS, set_up.get("season_pairs", 2)
        )
        known = set_up.get("holidays_country", None)
        country = _choice(set_up, "holidays", "Public holidays of", COUNTRY_WORDS, known)
        outliers = st.toggle(
            "Set single extreme periods apart",
            apart,
            help="Periods far outside the rest get an effect of their own: media need not explain them.",
            key=set_up.key("outliers"),
        )
    set_up.put("trend", trend.value, Trend.PIECEWISE.value)
    set_up.put("season_pairs", pairs, 2)
    set_up.put("holidays_country", country, None)
    set_up.put("outliers", Outliers.DUMMY.value if outliers else Outliers.KEEP.value, Outliers.DUMMY.value)


def _choice(set_up: SetUp, name: str, label: str, words: dict[Any, str], known: Any) -> Any:
    # A configuration made elsewhere may hold a value that has no words here: it stays choosable.
    options = [*words, *([] if known in words else [known])]
    return st.selectbox(
        label,
        options,
        index=options.index(known),
        format_func=lambda option: words.get(option, str(option)),
        key=set_up.key(name),
    )


def adjust_regions(set_up: SetUp) -> None:
    """Whether every region is modelled or their sum."""
    choice = st.radio(
        "The data have several regions",
        [True, False],
        index=0 if set_up.get("use_geo", True) else 1,
        format_func={True: "Model every region", False: "Sum them up to one series"}.__getitem__,
        captions=[
            "Effects differ by region and learn from each other; takes longer.",
            "Sums of the KPI and media, population-weighted means of controls.",
        ],
        key=set_up.key("use_geo"),
    )
    set_up.put("use_geo", bool(choice), True)
    if not set_up.mapping.columns_of(Role.POPULATION):
        st.caption("No column has the role “Population”: regions are scaled by their own usual exposure.")


def adjust_references(set_up: SetUp, config: MMMConfig) -> None:
    """The value of each treatment against which its contribution is counted."""
    st.caption("Own price and promotion contribute against a reference, for example the usual price.")
    chosen = dict(set_up.get("treatments", {}))
    for column, value in config.treatment_columns.items():
        typed = st.number_input(
            f"Reference of {plain(config.label(column))}",
            value=float(value),
            key=set_up.key(f"reference:{column}"),
            width=240,
        )
        if typed != value:
            chosen[column] = typed
    set_up.put("treatments", chosen, {})


def adjust_value(set_up: SetUp, config: MMMConfig) -> None:
    """Money per unit where the KPI is a count and no column says it."""
    unit = set_up.mapping.kpi_label or config.label(config.target_column)
    value = st.number_input(
        f"Money per unit of {plain(unit)}, {config.currency}",
        min_value=0.0,
        value=float(set_up.get("value_per_unit", 0.0) or 0.0),
        help="With it, returns are shown in money. 0: they are shown in units.",
        key=set_up.key("value_per_unit"),
        width=320,
    )
    set_up.put("value_per_unit", value or None, None)
