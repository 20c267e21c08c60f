"""Whether a promotion may run: the verdict, its issues, and a button that cures each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.promo.scenarios.verdict import Issue, Verdict
from pages.shared.escape import plain

BADGES: dict[str, tuple[str, Any, str]] = {
    "PASS": ("Pass", "green", ":material/check_circle:"),
    "WARN": ("Warn", "orange", ":material/warning:"),
    "BLOCK": ("Block", "red", ":material/block:"),
}
SAYS = {
    "PASS": "Nothing stands against it.",
    "WARN": "It may run; look at what is said first.",
    "BLOCK": "It must not run like this. It can be saved as a draft.",
}
SEVERITIES: dict[str, Any] = {
    "critical": "red", "high": "red", "medium": "orange", "low": "gray", "info": "gray",
}  # fmt: skip


def verdict_badge(status: str | None) -> None:
    """PASS, WARN or BLOCK as a badge; nothing where there is no verdict."""
    if status in BADGES:
        words, colour, icon = BADGES[status]
        st.badge(words, color=colour, icon=icon)


def show_verdict(verdict: Verdict, fix: Callable[[tuple[Issue, ...]], None], key: str) -> None:
    """The verdict and its issues; `fix` is called with those whose button was pressed."""
    with st.container(border=True, key=f"{key}_verdict", height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
                st.markdown("**Verdict**", width="content")
                verdict_badge(str(verdict.status))
            st.caption(f"Score **{verdict.overall_score}** of 100", width="content")
        st.caption(SAYS[str(verdict.status)])
        for at, issue in enumerate(verdict.issues):
            _show_issue(issue, fix, f"{key}_fix_{at}")
        curable = tuple(issue for issue in verdict.issues if issue.fix is not None)
        if len(curable) > 1:
            st.button(
                "Fix all", icon=":material/auto_fix_high:", type="primary", key=f"{key}_fix_all",
                on_click=fix, args=(curable,),
            )  # fmt: skip


def _show_issue(issue: Issue, fix: Callable[[tuple[Issue, ...]], None], key: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap="xxsmall", width="stretch"):
            severity = str(issue.severity)
            st.markdown(f":{SEVERITIES[severity]}-badge[{severity}] {plain(issue.message)}")
            st.caption(plain(issue.suggested_fix))
        if issue.fix is not None:
            st.button("Fix", icon=":material/build:", key=key, on_click=fix, args=((issue,),))
