"""The top of the results: what to know first, in sentences and in four figures."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.charts.formats import MISSING, percent
from core.json_values import from_json
from core.mmm.results.evidence import Estimate
from core.mmm.results.judgement import Trust
from core.mmm.results.report import change_share
from core.mmm.results.stability import Movement, Stability
from core.mmm.results.summary import ALL_MEDIA
from pages.shared.escape import plain
from pages.shared.layout import KpiCard, kpi_row
from pages.shared.model_view import ModelView
from pages.shared.screens import Screen, link

BADGES = {
    Trust.GOOD: ("green", ":material/verified:"),
    Trust.CARE: ("orange", ":material/warning:"),
    Trust.NONE: ("red", ":material/block:"),
}


HELP = (
    "Both models are asked about the periods that both have seen. A movement is counted in standard "
    "deviations of the earlier answer: beyond about 1.6 it leaves the earlier 90 % interval."
)


def show_stability(view: ModelView) -> None:
    """A card with the verdict, channels that moved, and all of them in a table; nothing for a first fit."""
    told = view.model.diagnostics.get("stability")
    if not told:
        return
    found = from_json(Stability, told)
    with st.container(border=True, key="stability"):
        _head(found)
        lines = [f"- {plain(sentence)}" for sentence in found.sentences[1:]]
        if lines:
            st.markdown("\n".join(lines))
        with st.expander("Every channel, before and after"):
            name = view.wording.return_name
            st.dataframe(
                pd.DataFrame(
                    [
                        {
                            "Channel": own.name,
                            "Share before": f"{percent(own.share_before, 1)} ({_share(own)})",
                            "Share now": percent(own.share_after, 1),
                            "Moved by": f"{own.share_moved:+.1f} sd",
                            f"{name} before": _money(view, own.roas_before),
                            f"{name} now": _money(view, own.roas_after),
                            "Where": "inside" if own.inside else "outside",
                        }
                        for own in found.movements
                    ]
                ),
                hide_index=True,
                key="stability_table",
                alt="Channels before and after",
            )


def _head(found: Stability) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Since the last model**", width="content", help=HELP)
        if found.left:
            st.badge("Moved", color="orange", icon=":material/trending_up:")
        else:
            st.badge("Steady", color="green", icon=":material/check:")
    rows = f"{found.new_periods:,} new periods" if found.new_periods else "No new periods"
    st.markdown(plain(found.verdict))
    st.caption(f"{rows}; compared over {found.start} to {found.end}, which both models have seen.")


def _share(own: Movement) -> str:
    return f"{percent(own.share_lower, 1)} to {percent(own.share_upper, 1)}"


def _money(view: ModelView, value: float | None) -> str:
    return MISSING if value is None else view.wording.per_money(value)


def show_newer_data(view: ModelView) -> None:
    """Says so when the data set has a newer version than the model was trained on."""
    newest = view.info.dataset_latest_id
    if newest is None or newest == view.info.dataset_id:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="newer_data"):
        st.markdown(":material/update: There are newer data than this model has seen.", width="content")
        link("Train on them", Screen.MODEL, dataset=newest)


def show_insights(view: ModelView) -> None:
    """The findings as one numbered card, a warning above when the model has not converged."""
    found = view.summary.insights
    if found.warning:
        st.error(plain(found.warning), icon=":material/block:")
    with st.container(border=True, key="findings"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown("**What to know**")
            judgement = view.summary.judgement
            trust = judgement.trust
            colour, icon = BADGES[trust]
            st.badge(str(trust), color=colour, icon=icon)  # type: ignore[arg-type]
            if judgement.reasons:
                st.caption(plain(judgement.reasons[0].statement))
        lines = [f"{at}. {plain(finding)}" for at, finding in enumerate(found.sentences, start=1)]
        st.markdown("\n".join(lines))


def show_figures(view: ModelView) -> None:
    """KPI, media's share, spend and return of the range, each with its interval and the year before."""
    now, before = view.summary.totals, view.summary.before if view.compare else None
    trend = view.cut(view.lines.fitted)["actual"].tolist()
    delta = _relative(now.kpi, before.kpi if before else None)
    words, share = view.wording, now.media_share
    media = view.cut(view.lines.media)
    kpi_row(
        [
            KpiCard(
                view.wording.kpi_label, view.wording.kpi(now.kpi), _note(before), delta=delta, trend=trend
            ),
            KpiCard(
                "Caused by media",
                percent(share.mean, 1),
                f"{view.level * 100:.0f} %: {percent(share.lower, 1)} to {percent(share.upper, 1)}",
                delta=_points(share, before.media_share if before else None),
                delta_good="neutral",
                trend=list(media.loc[media["channel"] == ALL_MEDIA, "mean"]),
                help=f"{words.kpi(now.media.mean)} of {words.kpi(now.kpi)}, carry-in included.",
            ),
            KpiCard(
                "Media spend",
                view.wording.money(now.spend),
                _note(before),
                delta=_relative(now.spend, before.spend if before else None),
                delta_good="neutral",
                trend=view.lines.spend.loc[view.span.start : view.span.end].sum(axis=1).tolist(),
            ),
            KpiCard(
                view.wording.return_name,
                view.wording.per_money(now.roas.mean),
                _between(now.roas, view, f"{view.level * 100:.0f} %"),
                delta=_difference(now.roas, before.roas if before else None),
                help="What the range's own spend caused inside the range, over that spend.",
            ),
        ]
    )


def _note(before: object) -> str:
    return "against the year before" if before else ""


def _between(estimate: Estimate, view: ModelView, level: str) -> str:
    if not estimate.known:
        return "nothing was spent"
    write = view.wording.per_money
    return f"{level}: {write(estimate.lower)} to {write(estimate.upper)}"


def _relative(now: float, before: float | None) -> str | None:
    change = change_share(now, before)
    return None if change is None else f"{change * 100:+.1f} %"


def _points(now: Estimate, before: Estimate | None) -> str | None:
    if before is None or not (now.known and before.known):
        return None
    return f"{(now.mean - before.mean) * 100:+.1f} points"


def _difference(now: Estimate, before: Estimate | None) -> str | None:
    if before is None or not (now.known and before.known):
        return None
    return f"{now.mean - before.mean:+.2f}"
