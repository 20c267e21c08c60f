"""The tabs that show what happened: overview, channels, and everything over time."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.charts.formats import MISSING, probability
from core.mmm import charts
from core.mmm.charts import rows_height
from core.mmm.documents.tables import channel_table
from core.mmm.results.insights import Hint
from core.mmm.results.limitations import LimitationKind
from core.mmm.results.summary import ALL_MEDIA
from pages.measure.results.chart import chart_card
from pages.shared.escape import plain
from pages.shared.layout import card, section
from pages.shared.model_view import ModelView

HINT_WORDS = {
    Hint.RAISE: ":green[:material/trending_up: Raise]",
    Hint.LOWER: ":orange[:material/trending_down: Lower]",
    Hint.HOLD: ":gray[:material/trending_flat: Hold]",
    Hint.TEST: ":violet[:material/science: Test first]",
}


ICONS = {
    LimitationKind.BASELINE_BELOW_ZERO: ":red[:material/vertical_align_bottom:]",
    LimitationKind.PAIR: ":orange[:material/join_inner:]",
    LimitationKind.ALWAYS_ON: ":orange[:material/horizontal_rule:]",
    LimitationKind.LIKE_BASELINE: ":orange[:material/calendar_month:]",
    LimitationKind.QUIET: ":orange[:material/hearing_disabled:]",
    LimitationKind.CEILING: ":blue[:material/vertical_align_top:]",
    LimitationKind.STRAIGHT: ":blue[:material/show_chart:]",
    LimitationKind.WINDOW: ":blue[:material/content_cut:]",
    LimitationKind.SHORT: ":blue[:material/hourglass_bottom:]",
    LimitationKind.NO_TEST: ":gray[:material/science:]",
    LimitationKind.NO_HOLDOUT: ":gray[:material/visibility_off:]",
}


def show_limitations(view: ModelView) -> None:
    """A card a gap, the gravest first; what no mix model tells stands below."""
    gaps, lags = view.summary.limitations, view.model.structure.lags
    note = "The gravest first, each with what would help." if gaps else "These checks found no gap."
    section("What this model cannot tell", note)
    if gaps:
        with st.grid(3, min_column_width=260):
            for gap in gaps:
                with card(), st.container(gap="xsmall"):
                    st.markdown(f"{ICONS[gap.kind]} **{plain(str(gap.kind).capitalize())}**")
                    st.markdown(plain(gap.what))
                    st.caption(plain(gap.evidence))
                    st.caption(f":green[:material/lightbulb:] {plain(gap.cure)}")
    st.caption(
        plain(
            f"By construction it is silent on effects that last longer than {lags} {view.wording.period}s "
            "(they count as baseline), on what channels do together beyond the sum of each, and on what "
            "happens inside a channel, such as which ad worked."
        )
    )


def show_overview(view: ModelView) -> None:
    """Fit, waterfall, returns and shares, then the hint for the next budget."""
    found, words, level = view.summary, view.wording, view.level
    channels = len(found.channels)
    with st.grid(2, min_column_width=420):
        chart_card(
            view,
            f"{words.kpi_label}: actual and model",
            lambda: charts.actual_and_fitted(
                view.cut(view.lines.fitted), words, level, view.holdout_start, view.before(view.lines.fitted)
            ).update_layout(height=rows_height(channels + 1)),
            lambda: view.cut(view.lines.fitted),
            key="fit",
        )
        chart_card(
            view,
            f"Where {words.kpi_label} came from",
            lambda: charts.waterfall(found.parts, words, level),
            lambda: found.parts,
            key="waterfall",
        )
        _returns(view)
        chart_card(
            view,
            "Share of spend, share of effect",
            lambda: charts.spend_and_effect(found.channels, words, level),
            lambda: charts.shares(found.channels),
            key="shares",
        )
    show_hints(view)
    show_limitations(view)


def _returns(view: ModelView) -> None:
    """Average and marginal return, as high as its neighbour, which has a row for organic media, too."""
    found, words = view.summary, view.wording
    before = found.channels_before if view.compare else None
    chart_card(
        view,
        f"{words.return_name} by channel",
        lambda: charts.roas(found.channels, words, view.level, before).update_layout(
            height=rows_height(len(found.channels))
        ),
        lambda: found.channels,
        key="roas",
    )


def show_hints(view: ModelView) -> None:
    """Which channels deserve more or less money next; nothing where no hint can be given."""
    hints = view.summary.hints
    if hints.empty:
        return
    section(
        "A hint for the next budget", "About the next 1 % of spend only. For a plan with limits, use Budget."
    )
    with st.grid(min(len(hints), 5), min_column_width=150):
        for row in hints.to_dict("records"):
            with card():
                words = view.wording
                st.markdown(f"**{plain(words.label(row['channel']))}**")
                st.markdown(HINT_WORDS[row["hint"]])
                low, high = words.per_money(row["mroas_lower"]), words.per_money(row["mroas_upper"])
                st.caption(
                    plain(
                        f"Next money returns {words.per_money(row['mroas'])} ({low} to {high}). Better than "
                        f"today's mix with {probability(row['above'])} probability."
                    )
                )


def show_channels(view: ModelView) -> None:
    """What each channel cost, caused and returned; by geography where there are any."""
    found, words, level = view.summary, view.wording, view.level
    before = found.channels_before if view.compare else None
    with st.grid(2, min_column_width=420):
        chart_card(
            view,
            f"{words.kpi_label} caused by channel",
            lambda: charts.contribution(found.channels, words, level, before),
            lambda: found.channels,
            key="contribution",
        )
        _returns(view)
    section(
        "All figures",
        f"Intervals: {level * 100:.0f} %. Half-life: {words.period}s until half of the effect has come.",
    )
    table = channel_table(found.channels, words, before)
    # Money without decimals, returns with two, shares in percent.
    formats: dict[str, object] = {"Channel": st.column_config.TextColumn(pinned=True)}
    for name in table.columns[1:]:
        if name.startswith("Share"):
            formats[name] = st.column_config.NumberColumn(format="percent")
        elif table[name].abs().max() >= 1000:
            formats[name] = st.column_config.NumberColumn(format="localized", step=1)
        else:
            formats[name] = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        table,
        hide_index=True,
        key="channel_table",
        placeholder=MISSING,
        alt="Every figure of each channel",
        column_config=formats,
    )
    if len(view.model.geos) > 1:
        _geographies(view)


def _geographies(view: ModelView) -> None:
    section("By geography", "Where the same channel works better or worse.")
    names = list(view.model.channels)
    chosen = st.pills(
        "Channels",
        names,
        selection_mode="multi",
        default=names[:3],
        format_func=lambda name: plain(view.wording.label(name)),
        key="geo_channels",
    )
    shown = list(chosen) or names

    def asked() -> pd.DataFrame:
        return view.geos[view.geos["channel"].isin(shown)]

    chart_card(
        view,
        f"{view.wording.return_name} by geography",
        lambda: charts.geo_returns(asked(), view.wording, view.level),
        asked,
        key=f"geo_{'_'.join(shown)}",
    )


def show_over_time(view: ModelView) -> None:
    """The KPI taken apart by period, the effect of media with its interval, and spend."""
    words, lines, level = view.wording, view.lines, view.level
    parts = st.toggle("Show the parts of the baseline", key="parts", bind="query-params")

    def stacked() -> pd.DataFrame:
        every = view.cut(lines.decomposition)
        return every if parts else _one_baseline(view, every)

    chart_card(
        view,
        f"{words.kpi_label} by cause",
        lambda: charts.contribution_over_time(
            stacked(), words, None if parts else view.cut(lines.border), level
        ),
        stacked,
        key=f"over_time_{parts}",
        note="" if parts else f"Dotted: the {level * 100:.0f} % interval of the baseline.",
    )
    _media_lines(view)
    spend = lines.spend.loc[view.span.start : view.span.end]
    chart_card(view, "Spend", lambda: charts.spend_over_time(spend, words), spend.reset_index, key="spend")


def _one_baseline(view: ModelView, decomposition: pd.DataFrame) -> pd.DataFrame:
    """All parts of the baseline as one, below the channels."""
    channel = decomposition["component"].isin(list(view.wording.colours))
    whole = decomposition[~channel].groupby("date", as_index=False)["value"].sum()
    return pd.concat([whole.assign(component="Baseline"), decomposition[channel]], ignore_index=True)


def _media_lines(view: ModelView) -> None:
    names, media, words = [ALL_MEDIA, *view.model.config.channels], view.lines.media, view.wording
    chosen = st.pills(
        "Show the effect of",
        names,
        selection_mode="multi",
        default=[ALL_MEDIA],
        format_func=lambda name: plain(words.label(name)),
        key="media_names",
    )
    shown = list(chosen) or [ALL_MEDIA]

    def asked() -> pd.DataFrame:
        return media[media["channel"].isin(shown)]

    chart_card(
        view,
        f"{words.kpi_label} caused by media in each {words.period}",
        lambda: charts.media_over_time(view.cut(asked()), words, view.level, view.before(asked())),
        lambda: view.cut(asked()),
        key=f"media_{'_'.join(shown)}",
    )
