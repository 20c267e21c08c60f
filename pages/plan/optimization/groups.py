"""Limits for several channels together: "digital between X and Y", in money or in % of the total."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.charts.formats import Wording
from core.mmm.optimiser.limit import Limit

_KEPT = "_plan_groups"
MOST_GROUPS = 10
UNITS = ("Money", "% of the total")


def edit_groups(
    groups: Sequence[Limit], channels: Sequence[str], wording: Wording, prefix: str
) -> tuple[Limit, ...]:
    """The groups as edited, those without name and channels left out."""
    kept: dict[int, Limit | None] = st.session_state.setdefault(f"{_KEPT}_{prefix}", dict(enumerate(groups)))
    st.caption("For example: all digital channels together between 40 and 60 % of the total.")
    for place, group in list(kept.items()):
        kept[place] = _edit(place, group, channels, wording, prefix)
    st.button(
        "Add a group",
        icon=":material/add:",
        key=f"{prefix}_add_group",
        disabled=len(kept) >= MOST_GROUPS,
        on_click=lambda: kept.update({max(kept, default=-1) + 1: None}),
    )
    return tuple(group for group in kept.values() if group and (group.channels or group.name))


def _edit(place: int, group: Limit | None, channels: Sequence[str], wording: Wording, prefix: str) -> Limit:
    key = f"{prefix}_group_{place}"
    known = [name for name in (group.channels if group else ()) if name in channels]
    with st.container(border=True, key=f"{key}_box"):
        with st.grid(5, min_column_width=150, vertical_alignment="bottom"):
            name = st.text_input(
                "Name of the group", group.name if group else "", max_chars=60, key=f"{key}_name",
                placeholder="Digital",
            )  # fmt: skip
            picked = st.multiselect(
                "Channels", list(channels), known, format_func=wording.label,
                key=f"{key}_channels",
            )  # fmt: skip
            share = _asks_share(group, key)
            low, high = _ends(group, share, key, wording)
        st.button(
            "Remove",
            key=f"{key}_remove",
            icon=":material/close:",
            type="tertiary",
            on_click=lambda: st.session_state[f"{_KEPT}_{prefix}"].pop(place, None),
        )
    return Limit.group(name or "", picked, low, high, of_total=share)


def _asks_share(group: Limit | None, key: str) -> bool:
    of_total = bool(group and group.of_total)
    return bool(st.selectbox("Limits in", UNITS, int(of_total), key=f"{key}_unit") == UNITS[1])


def _ends(group: Limit | None, share: bool, key: str, wording: Wording) -> tuple[float | None, float | None]:
    """(least, most) in money, or as shares of the total (0..1)."""
    low, high = (group.lower, group.upper) if group and group.of_total == share else (None, None)
    if not share:
        return tuple(  # type: ignore[return-value]
            st.number_input(
                f"{label} ({wording.currency})", min_value=0.0, value=value, step=1000.0, format="%.2f",
                key=f"{key}_{end}", placeholder="no limit",
            )
            for label, value, end in (("At least", low, "min"), ("At most", high, "max"))
        )  # fmt: skip
    percents = [
        st.number_input(
            f"{label} (%)", 0.0, 100.0, None if value is None else round(100 * value, 6), 5.0, format="%.6g",
            key=f"{key}_{end}_share", placeholder="no limit",
        )
        for label, value, end in (("At least", low, "min"), ("At most", high, "max"))
    ]  # fmt: skip
    return tuple(None if value is None else value / 100 for value in percents)  # type: ignore[return-value]
