"""The top of the results: what to know first, in sentences and in four figures."""

from __future__ import annotations

import streamlit as st

from core.mmm.evidence import Estimate
from core.mmm.readout import ALL_MEDIA
from core.mmm.report import change_share
from core.mmm.verdict import Trust
from core.mmm.wording import percent, unbroken
from pages.parts.layout import Kpi, kpi_row
from pages.parts.plain import plain
from pages.parts.results_view import View

BADGES = {
    Trust.GOOD: ("green", ":material/verified:"),
    Trust.CARE: ("orange", ":material/warning:"),
    Trust.NONE: ("red", ":material/block:"),
}


def show_findings(view: View) -> None:
    """The findings as one numbered card, a warning above when the model has not converged."""
    found = view.readout.findings
    if found.warning:
        st.error(plain(unbroken(found.warning)), icon=":material/block:")
    with st.container(border=True, key="findings"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown("**What to know**")
            trust = view.readout.verdict.trust
            colour, icon = BADGES[trust]
            st.badge(str(trust), color=colour, icon=icon)  # type: ignore[arg-type]
            if view.readout.verdict.reasons:
                reason = view.readout.verdict.reasons[0].what
                st.caption(plain(reason[0].upper() + reason[1:]))
        lines = [
            f"{at}. {plain(unbroken(finding.text))}" for at, finding in enumerate(found.sentences, start=1)
        ]
        st.markdown("\n".join(lines))


def show_figures(view: View) -> None:
    """KPI, media's share, spend and return of the range, each with its interval and the year before."""
    words, totals = view.wording, view.readout.totals
    before = view.readout.before if view.compare else None
    level = f"{view.level * 100:.0f} %"
    fitted, spend = view.cut(view.lines.fitted), view.lines.spend.loc[view.span.start : view.span.end]
    share_delta = _points(totals.media_share, before.media_share if before else None)
    kpi_row(
        [
            Kpi(
                words.kpi_label,
                words.kpi(totals.kpi),
                _note(before),
                delta=_relative(totals.kpi, before.kpi if before else None),
                trend=fitted["actual"].tolist(),
            ),
            Kpi(
                "Caused by media",
                percent(totals.media_share.mean, 1),
                f"{level}: {percent(totals.media_share.lower, 1)} to {percent(totals.media_share.upper, 1)}",
                delta=share_delta,
                delta_good="neutral",
                trend=_all_media(view),
                help=f"{words.kpi(totals.media.mean)} of {words.kpi(totals.kpi)}, carry-in included.",
            ),
            Kpi(
                "Media spend",
                words.money(totals.spend),
                _note(before),
                delta=_relative(totals.spend, before.spend if before else None),
                delta_good="neutral",
                trend=spend.sum(axis=1).tolist(),
            ),
            Kpi(
                words.return_name,
                words.per_money(totals.roas.mean),
                _between(totals.roas, view, level),
                delta=_difference(totals.roas, before.roas if before else None),
                help="What the range's own spend caused inside the range, over that spend.",
            ),
        ]
    )


def _all_media(view: View) -> list[float]:
    media = view.cut(view.lines.media)
    return list(media.loc[media["channel"] == ALL_MEDIA, "mean"])


def _note(before: object) -> str:
    return "against the year before" if before else ""


def _between(estimate: Estimate, view: View, level: str) -> str:
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
