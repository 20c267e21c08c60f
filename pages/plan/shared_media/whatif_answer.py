"""The answer of a spend scenario: forecast, what changes against recent spend, and each channel's part."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.charts.base import alt_text
from core.charts.formats import Wording
from core.mmm.planning import charts as plan_charts
from core.mmm.planning.answers import WhatIfAnswer
from core.mmm.planning.plan_text import (
    driver_sentence,
    extrapolation_text,
    interval_text,
    scenario_sentence,
    signed,
    signed_money,
)
from pages.plan.shared_media.budget_answer import ROAS_HELP, outcome_table, return_words
from pages.shared.escape import plain
from pages.shared.layout import KpiCard, chart, kpi_row

RECENT = "Recent"
SCENARIO = "Scenario"
PAST_PERIODS = 52


def show_whatif(answer: WhatIfAnswer, periods: int, wording: Wording, level: float) -> None:
    """What the scenario brings, in figures."""
    warning = extrapolation_text(answer.beyond, wording, periods)
    # Places of their own, empty or not: what comes and goes would take a slider from the hand that moves it.
    with st.container(key="whatif_warning"):
        if warning:
            st.warning(plain(warning), icon=":material/warning:")
    kpi_row(_cards(answer, wording, level), columns=5)
    with st.container(key="whatif_drivers"):
        if answer.drivers:
            st.caption(plain(driver_sentence(answer, wording)))


def show_sentence(answer: WhatIfAnswer, wording: Wording, level: float) -> None:
    """What the scenario changes, in one sentence."""
    st.markdown(f"#### {plain(scenario_sentence(answer, wording, level))}")


def show_forecast(answer: WhatIfAnswer, actual: pd.Series, wording: Wording, level: float) -> None:
    """The whole KPI over time, past and forecast, with what the forecast takes for granted."""
    with st.container(border=True, key="whatif_forecast"):
        st.markdown(f"**{plain(wording.kpi_label)}: past and forecast**")
        fan = plan_charts.forecast_fan(actual.iloc[-PAST_PERIODS:], answer.forecast, wording, level)
        chart(fan, key="whatif_fan", alt=alt_text(fan), height=380)
        st.caption(plain(" ".join(answer.assumptions)))


def show_channels(answer: WhatIfAnswer, wording: Wording, level: float) -> None:
    """Money and caused KPI of each channel, as chart and table."""
    spend = plan_charts.spend_before_after(answer, wording, RECENT, SCENARIO)
    effect = plan_charts.kpi_before_after(answer, wording, level, RECENT, SCENARIO)
    with st.grid(2, min_column_width=420):
        for title, figure, key in (
            ("Spend", spend, "whatif_spend"),
            (f"Caused {wording.kpi_label}", effect, "whatif_effect"),
        ):
            with st.container(border=True):
                st.markdown(f"**{plain(title)}**")
                chart(figure, key=key, alt=alt_text(figure), height=int(figure.layout.height))
    st.dataframe(
        outcome_table(answer.channels, wording),
        hide_index=True,
        key="whatif_table",
        column_config={"Channel": st.column_config.TextColumn(pinned=True)},
        alt="Spend and effect of each channel",
    )


def _cards(answer: WhatIfAnswer, wording: Wording, level: float) -> list[KpiCard]:
    """The answer in figures; how likely it is to be better stands in the sentence above them."""
    share, label, gap = f"{level * 100:.0f} %", wording.kpi_label, answer.difference
    recent = sum(o.recent_value for o in answer.channels)
    cards = [
        KpiCard(
            "Difference", signed(gap.mean, wording),
            f"{share}: {signed(gap.lower, wording)} to {signed(gap.upper, wording)}",
            help="Against recent spend, from the same draws; carry-over and changed drivers included",
        ),
        KpiCard(
            "Spend", wording.money(answer.total_value),
            f"{signed_money(answer.total_value - recent, wording)} against recent",
        ),
        KpiCard(
            f"Caused {label}", wording.kpi(answer.kpi.mean),
            f"{share}: {interval_text(answer.kpi, wording)}; later: {wording.kpi(answer.kpi_after.mean)}",
            help="Caused by media inside the horizon, earlier spend still at work included. "
            f"Later: carried over after its end ({share}: {interval_text(answer.kpi_after, wording)})",
        ),
        KpiCard(wording.return_name, *return_words(answer, wording, level), help=ROAS_HELP),
    ]  # fmt: skip
    if answer.whole_kpi is None:
        return cards
    whole = KpiCard(
        label, wording.kpi(answer.whole_kpi.mean), f"{share}: {interval_text(answer.whole_kpi, wording)}",
        help="The whole KPI of the horizon: baseline, media and everything else",
    )  # fmt: skip
    return [whole, *cards]
