"""What moves the KPI without media: season, trend, holidays, regions, reference values."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from core.charts.formats import compact
from core.data import ColumnRole
from core.errors import UserError
from core.mmm import DatasetProblem
from core.mmm.choices import Outliers, Trend
from core.mmm.config import MMMConfig
from core.mmm.model.structure import structure_of
from core.mmm.priors import Priors
from pages.measure.model.labels import COUNTRY_LABELS, SEASON_LABELS, TREND_LABELS
from pages.measure.model.option import Option, advanced, ask, marked, pick, switch
from pages.measure.model.state import SetUp
from pages.shared.escape import plain
from pages.shared.formatting import day

TREND_HELP = (
    "How the KPI may drift without media. Bending is the usual choice: a straight line leaves slow ups and "
    "downs to the media. Below 78 weeks of data it stays straight anyway."
)
SEASON_HELP = (
    "Waves within the year (Fourier pairs). Two follow most businesses; more can take up what media caused "
    "in a season."
)
HOLIDAYS_HELP = "Each public holiday of the country gets an effect of its own. None unless you choose one."
OUTLIERS_HELP = (
    "Periods far outside the rest get an effect of their own, so that media need not explain them. On, "
    "because a single wrong week can turn a channel's result."
)
KNOTS = Option(
    ("knot_weeks",),
    "Weeks between bends of the trend",
    "Bends twice a year are slow enough not to take up a campaign.",
    26,
    8,
    156,
    1,
    whole=True,
)


def show_outliers(set_up: SetUp, frame: pd.DataFrame) -> None:
    """The dates found; those taken away stay in the fit like any other."""
    try:
        config = replace(set_up.config(frame), ordinary_dates=())
        found = _found(set_up.dataset.project_id, set_up.dataset.cache_key, config.to_json(), frame)
    except (UserError, DatasetProblem):
        st.caption("The extreme periods are listed once the errors above are mended.")
        return
    if not found:
        st.caption("No period of these data lies far outside the rest.")
        return
    usual = set(set_up.get("ordinary_dates", []))
    apart = st.multiselect(
        marked("Set apart", bool(usual & set(found))),
        list(found),
        default=[date for date in found if date not in usual],
        format_func=found.__getitem__,
        help="Take a date away where its value is genuine: media may explain it then.",
        placeholder="Found, but not set apart",
        key=set_up.key(f"ordinary_dates:{hash(tuple(found))}"),
    )
    # Dates that this set-up does not find now are kept: another trend may find them again.
    put_back = (set(found) - set(apart)) | (usual - set(found))
    set_up.put("ordinary_dates", sorted(put_back), [])


@st.cache_data(max_entries=48, show_spinner=False)
def _found(project_id: int, cache_key: str, config: str, _frame: pd.DataFrame) -> dict[str, str]:
    """{date: what it is called}, the earliest first."""
    structure = structure_of(_frame, MMMConfig.from_json(config))
    panel, called = structure.panel, dict[str, str]()
    for geo, date in sorted(structure.recipe.outliers, key=lambda own: own[1]):
        value = compact(float(panel.kpi[geo, panel.dates == date][0]))
        where = f"{panel.geos[geo]} " if len(panel.geos) > 1 else ""
        key, words = str(date.date()), f"{where}{value}"
        called[key] = f"{called[key]}, {words}" if key in called else f"{day(date.date())}: {words}"
    return called


def _width(name: str, label: str, help: str, most: float = 300) -> Option:
    return Option(
        ("priors", name), label, help, getattr(Priors(), name), 0.01, most / 100, 0.05, percent=True
    )


WIDTHS = (
    _width("intercept_sd", "Base level, ±%", "How far the level without media may lie from the expected."),
    _width("slope_sd", "Trend a year, ±%", "The usual size of growth or decline in a year."),
    _width("slope_change_sd", "Bend of the trend, ±%", "How much the yearly trend may change at a bend."),
    _width("season_sd", "Season, ±%", "The usual size of one wave within the year."),
    _width("weekday_sd", "Days of the week, ±%", "Counts for daily data only: how far days may differ."),
    _width("control_sd", "Controls, ±%", "What a usual move of a control may change."),
    _width(
        "treatment_sd", "Prices and promotions, ±%", "What a usual distance from its reference may change."
    ),
    _width("event_sd", "Events and holidays, ±%", "What one event or holiday may change."),
    _width(
        "outlier_sd", "Extreme periods, ±%", "Wide on purpose, so that such a period explains itself.", 2000
    ),
    _width("noise_sd", "Noise, up to about ±%", "What stays unexplained in a period; the data soon decide."),
)
SPREAD = Option(
    ("priors", "geo_spread"),
    "Regions differ by about, %",
    "How much one channel's effect may differ between regions: alike, yet not the same. Less makes "
    "regions learn more from each other.",
    Priors().geo_spread,
    0.01,
    2.0,
    0.05,
    percent=True,
)


def adjust_baseline(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    """Trend, season, holidays, extreme periods, references; the widths of beliefs folded away."""
    with st.grid(2, min_column_width=240):
        trend = pick(set_up, ("trend",), "Trend", TREND_LABELS, Trend.PIECEWISE, help=TREND_HELP)
        pick(set_up, ("season_pairs",), "Season within the year", SEASON_LABELS, 2, help=SEASON_HELP)
        pick(set_up, ("holidays_country",), "Public holidays of", COUNTRY_LABELS, None, help=HOLIDAYS_HELP)
        label = "Set single extreme periods apart"
        apart = switch(set_up, ("outliers",), label, Outliers.DUMMY, Outliers.KEEP, help=OUTLIERS_HELP)
    if apart:
        show_outliers(set_up, frame)
    if config.treatment_columns:
        adjust_references(set_up, config)
    with advanced("baseline") as place:
        if place.open:
            st.caption(
                "How large each part is believed to be, in percent of the mean KPI. The data correct it."
            )
            with st.grid(3, min_column_width=200):
                if trend == Trend.PIECEWISE:
                    ask(set_up, KNOTS)
                for option in WIDTHS:
                    ask(set_up, option)


def adjust_regions(set_up: SetUp) -> None:
    """Whether every region is modelled or their sum, and how much their effects may differ."""
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
    if choice:
        with st.container(width=320):
            ask(set_up, SPREAD)
    if not set_up.mapping.columns_of(ColumnRole.POPULATION):
        st.caption("No column has the role “Population”: regions are scaled by their own usual exposure.")


def adjust_references(set_up: SetUp, config: MMMConfig) -> None:
    """The value of each treatment against which its contribution is counted."""
    st.caption(
        "Own price and promotion contribute against a reference. It starts at the middle value of the data; "
        "the usual price, or no promotion, often says more."
    )
    chosen = dict(set_up.get("treatments", {}))
    with st.grid(3, min_column_width=200):
        for column, value in config.treatment_columns.items():
            typed = st.number_input(
                marked(f"Reference of {plain(config.label(column))}", column in chosen),
                value=float(value),
                key=set_up.key(f"reference:{column}"),
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
        help="With it, returns are shown in money. 0: they are shown in units. A column with the role "
        "“Money per unit of the KPI” can say it for each row instead.",
        key=set_up.key("value_per_unit"),
        width=320,
    )
    set_up.put("value_per_unit", value or None, None)
