"""Spend of each channel as a slider in percent of recent spend, with the money beside it to type."""

from __future__ import annotations

import streamlit as st

from core.charts.formats import Wording
from core.mmm.cents import to_cents
from core.mmm.planning.whatif_schedule import scale
from pages.plan.scenarios.state import ScenarioEditorState
from pages.shared.escape import plain

MOST_PCT = 200
STEP_PCT = 5
MOST_TIMES = 10  # what may be typed, in multiples of the usual money


def ask_spend(desk: ScenarioEditorState) -> None:
    """One slider a channel; it moves the whole horizon and keeps its periods in their proportions."""
    inputs = desk.inputs
    for channel in desk.basis.channels:
        _ask_channel(desk, channel, inputs.money(channel, desk.geo))


def _ask_channel(desk: ScenarioEditorState, channel: str, money: float) -> None:
    own, wording = desk.own, desk.wording
    slider = f"{desk.prefix}_{desk.geo}_slider_{channel}"
    # A field for each amount: when a slider moves again before the browser has seen the new amount, what it
    # sends belongs to a field that is gone, and cannot set the channel back.
    amount = f"{desk.prefix}_{desk.geo}_{round(100 * money)}_amount_{channel}"
    usual, resting = own.usual[channel], own.recent[channel] <= 0
    # The schedule decides: the slider shows it, however it was changed.
    _show(slider, _on_slider(100 * money / usual if usual > 0 else 0.0))
    name = plain(wording.label(channel))
    with st.container(border=True, gap="xsmall", key=f"{desk.prefix}_channel_{channel}"):
        _name(name, usual, resting, wording)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.slider(
                f"{name}: percent of {'its average' if resting else 'recent'} spend", 0, MOST_PCT,
                step=STEP_PCT, format="%d %%", key=slider, disabled=usual <= 0, label_visibility="collapsed",
                on_change=_slid, args=(desk, channel, slider, usual), width="stretch",
            )  # fmt: skip
            st.number_input(
                f"{name}: spend in {wording.currency}", 0.0,
                max(to_cents(usual * MOST_TIMES), money) if usual > 0 else None, value=money,
                step=1000.0, format="%.0f", key=amount, disabled=usual <= 0, label_visibility="collapsed",
                on_change=_typed, args=(desk, channel, amount, money), width=150,
            )  # fmt: skip


def _show(key: str, value: float) -> None:
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _name(name: str, usual: float, resting: bool, wording: Wording) -> None:
    word = "on average" if resting else "recently"
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.markdown(f"**{name}**", width="content")
        st.caption(
            plain(f"{wording.money(usual)} {word}" if usual > 0 else "never spent on"), width="content"
        )


def _slid(desk: ScenarioEditorState, channel: str, slider: str, usual: float) -> None:
    money = to_cents(usual * st.session_state[slider] / 100)
    desk.change(lambda inputs: scale(inputs, desk.basis, channel, money, desk.geo))


def _typed(desk: ScenarioEditorState, channel: str, amount: str, shown: float) -> None:
    money = float(st.session_state[amount] or 0.0)
    # A field of a run that was overtaken is reported as new with the amount it was made for.
    if money != shown:
        desk.change(lambda inputs: scale(inputs, desk.basis, channel, money, desk.geo))


def _on_slider(share: float) -> int:
    return int(min(MOST_PCT, max(0, round(share))))
