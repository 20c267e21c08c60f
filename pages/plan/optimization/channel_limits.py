"""The table of limits: spend of the reference, least and most by channel, in money or in percent of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.charts.formats import Wording
from core.mmm.cents import to_cents
from core.mmm.optimiser.limit import Limit
from core.mmm.planning.budget_inputs import ChannelSettings, Reference
from pages.plan.shared_media.editor_state import first_value, set_first_value

CAPS = {"the most ever spent": 1.0, "half more than that": 1.5, "three times that": 3.0}


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
                of_total = bool(group and group.of_total)
                share = bool(st.selectbox("Limits in", UNITS, int(of_total), key=f"{key}_unit") == UNITS[1])
                low, high = _ends(group, share, key, wording)
            st.button(
                "Remove",
                key=f"{key}_remove",
                icon=":material/close:",
                type="tertiary",
                on_click=kept.pop,
                args=(place, None),
            )
        kept[place] = Limit.group(name or "", picked, low, high, of_total=share)
    st.button(
        "Add a group",
        icon=":material/add:",
        key=f"{prefix}_add_group",
        disabled=len(kept) >= MOST_GROUPS,
        on_click=lambda: kept.update({max(kept, default=-1) + 1: None}),
    )
    return tuple(group for group in kept.values() if group and (group.channels or group.name))


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


class Unit(StrEnum):
    """How limits are typed."""

    MONEY = "Money"
    PERCENT = "% of recent"


REFERENCES = {Reference.RECENT: "Recent {period}s", Reference.LAST_YEAR: "Same {period}s last year"}
SHARE_OF = {Reference.RECENT: "% of recent", Reference.LAST_YEAR: "% of last year"}
SPENT_IN = {Reference.RECENT: "Recent", Reference.LAST_YEAR: "Last year"}


def ask_reference(reference: Reference, wording: Wording, prefix: str, *, offered: bool) -> Reference:
    """The spend to compare with; only the recent one where the data are shorter than a year."""
    if not offered:
        return Reference.RECENT
    return Reference(
        st.segmented_control(
            "Compare with",
            list(Reference),
            default=reference,
            format_func=lambda one: REFERENCES[one].format(period=wording.period),
            required=True,
            key=f"{prefix}_reference",
            help="The spend that percentages, “Keep as is” and the answer’s before and after refer to",
        )
    )


def edit_limits(
    limits: Sequence[ChannelSettings],
    seen: Mapping[str, float],
    wording: Wording,
    prefix: str,
    reference: Reference,
    head: DeltaGenerator,
) -> tuple[ChannelSettings, ...]:
    """The limits as edited; an emptied cell means no minimum, or no change of the maximum.

    `seen`: the most ever spent by channel over as many periods, offered as caps. The choice of the unit is
    put into `head`.
    """
    unit = head.segmented_control(
        "Limits in",
        list(Unit),
        default=Unit.MONEY,
        format_func=lambda one: SHARE_OF[reference] if one == Unit.PERCENT else one.value,
        required=True,
        key=f"{prefix}_unit",
        wrap=True,
    )
    key = f"{prefix}_limits_{Unit(unit).name.lower()}"
    first = first_value(key, tuple(limits))
    money = Unit(unit) == Unit.MONEY
    edited = st.data_editor(
        _table(first, wording, money),
        key=key,
        hide_index=True,
        column_config=_columns(wording, money, reference),
        placeholder="",
        disabled=["channel", "recent"],
        row_height=38,
        alt="Spend of the reference, minimum, maximum and lock by channel",
    )
    rows = edited.to_dict("records")
    now = tuple(_limit(limit, row, money) for limit, row in zip(first, rows, strict=True))
    _offer_caps(now, seen, key)
    return now


def _offer_caps(limits: Sequence[ChannelSettings], seen: Mapping[str, float], key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Cap every channel at", width="content")
        for words, factor in CAPS.items():
            capped = tuple(
                replace(limit, maximum_value=max(to_cents(factor * seen[limit.channel]), limit.minimum_value))
                for limit in limits
            )
            st.button(
                words, key=f"{key}_{factor}", type="tertiary", on_click=set_first_value, args=(key, capped)
            )


def _table(limits: Sequence[ChannelSettings], wording: Wording, money: bool) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "channel": [wording.label(limit.channel) for limit in limits],
            "recent": [limit.recent_value for limit in limits],
            "minimum": [_shown(limit.minimum_value, limit, money) for limit in limits],
            "maximum": [_shown(limit.maximum_value, limit, money) for limit in limits],
            "locked": [limit.locked for limit in limits],
            "test": [_shown(limit.test_value, limit, money) for limit in limits],
        }
    )


def _columns(wording: Wording, money: bool, reference: Reference) -> dict[str, object]:
    unit = f"({wording.currency})" if money else f"({SHARE_OF[reference]})"
    form = "localized" if money else "%.0f %%"
    return {
        "channel": st.column_config.TextColumn("Channel", pinned=True),
        "recent": st.column_config.NumberColumn(
            f"{SPENT_IN[reference]} ({wording.currency})",
            format="localized",
            step=1,
            help=f"Spent over as many {wording.period}s",
        ),
        "minimum": st.column_config.NumberColumn(
            f"Minimum {unit}", min_value=0.0, format=form, help="The plan spends at least this"
        ),
        "maximum": st.column_config.NumberColumn(
            f"Maximum {unit}", min_value=0.0, format=form, help="The plan spends at most this"
        ),
        "locked": st.column_config.CheckboxColumn(
            "Keep as is", help="Leaves the channel at the spend of the first column"
        ),
        "test": st.column_config.NumberColumn(
            f"If at all, at least {unit}",
            min_value=0.0,
            format=form,
            help="For a test that needs a minimum to be seen: the channel gets nothing, or at least this",
        ),
    }


def _shown(value: float | None, limit: ChannelSettings, money: bool) -> float | None:
    """The amount in the unit of the table; a channel without spend in the reference has no percentage."""
    if money or value is None:
        return value
    return round(100 * value / limit.recent_value, 4) if limit.recent_value > 0 else None


def _limit(limit: ChannelSettings, row: dict[str, object], money: bool) -> ChannelSettings:
    minimum, maximum, test = (_amount(row[name], limit, money) for name in ("minimum", "maximum", "test"))
    untouched = not money and limit.recent_value <= 0
    return replace(
        limit,
        minimum_value=limit.minimum_value if untouched else minimum or 0.0,
        maximum_value=limit.maximum_value if untouched or maximum is None else maximum,
        locked=bool(row["locked"]),
        test_value=limit.test_value if untouched else test or None,
    )


def _amount(value: object, limit: ChannelSettings, money: bool) -> float | None:
    if value is None or pd.isna(value):
        return None
    number = float(value)  # type: ignore[arg-type]
    return to_cents(number if money else number * limit.recent_value / 100)
