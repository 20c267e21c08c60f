"""Limits for several channels together: "digital between X and Y"."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.mmm.planning.limit_values import GroupLimit
from core.mmm.wording import Wording

_KEPT = "_plan_groups"
MOST_GROUPS = 10


def edit_groups(
    groups: Sequence[GroupLimit], channels: Sequence[str], wording: Wording, prefix: str
) -> tuple[GroupLimit, ...]:
    """The groups as edited, those without name and channels left out."""
    kept: dict[int, GroupLimit | None] = st.session_state.setdefault(
        f"{_KEPT}_{prefix}", dict(enumerate(groups))
    )
    st.caption("For example: search and social together between a floor and a cap.")
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


def _edit(
    place: int, group: GroupLimit | None, channels: Sequence[str], wording: Wording, prefix: str
) -> GroupLimit:
    key = f"{prefix}_group_{place}"
    known = [name for name in (group.channels if group else ()) if name in channels]
    with st.container(border=True, key=f"{key}_box"):
        with st.grid(4, min_column_width=170, vertical_alignment="bottom"):
            name = st.text_input(
                "Name of the group", group.name if group else "", max_chars=60, key=f"{key}_name",
                placeholder="Digital",
            )  # fmt: skip
            picked = st.multiselect(
                "Channels", list(channels), known, format_func=wording.label,
                key=f"{key}_channels",
            )  # fmt: skip
            low = _money("At least", group.minimum_value if group else None, f"{key}_min", wording)
            high = _money("At most", group.maximum_value if group else None, f"{key}_max", wording)
        st.button(
            "Remove",
            key=f"{key}_remove",
            icon=":material/close:",
            type="tertiary",
            on_click=lambda: st.session_state[f"{_KEPT}_{prefix}"].pop(place, None),
        )
    return GroupLimit(name or "", tuple(picked), low, high)


def _money(label: str, value: float | None, key: str, wording: Wording) -> float | None:
    return st.number_input(
        f"{label} ({wording.currency})", min_value=0.0, value=value, step=1000.0, format="%.2f", key=key,
        placeholder="no limit",
    )  # fmt: skip
