"""Spend of each channel as a slider in percent of recent spend, with the money beside it to type."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.mmm.planning.basis import PlanBasis, whatif_spend
from core.mmm.planning.values import to_cents
from core.mmm.planning.whatif_values import WhatIfInputs
from core.mmm.wording import Wording
from pages.parts.plain import plain

MOST_PCT = 200
STEP_PCT = 5
MOST_TIMES = 10  # what may be typed, in multiples of the usual money


def ask_spend(inputs: WhatIfInputs, basis: PlanBasis, wording: Wording, prefix: str) -> WhatIfInputs:
    """The scenario as moved; typing an amount may go beyond what the slider reaches."""
    money = whatif_spend(inputs, basis)
    for channel in basis.channels:
        _ask_channel(channel, inputs.spend_pct.get(channel, 100.0), money[channel], basis, wording, prefix)
    shares = {name: _share(name, basis, inputs, prefix) for name in basis.channels}
    return WhatIfInputs(basis.periods, shares, inputs.level)


def _ask_channel(
    channel: str, share: float, money: float, basis: PlanBasis, wording: Wording, prefix: str
) -> None:
    slider, amount = f"{prefix}_slider_{channel}", f"{prefix}_amount_{channel}"
    usual = basis.usual[channel]
    resting = basis.recent[channel] <= 0
    # Set before they are drawn: the callbacks write the other one of the pair, and a default would clash.
    st.session_state.setdefault(slider, _on_slider(share))
    st.session_state.setdefault(amount, money)
    name = plain(wording.label(channel))
    with st.container(border=True, gap="xsmall", key=f"{prefix}_channel_{channel}"):
        _name(name, usual, resting, wording)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            label = f"{name}: percent of {'its average' if resting else 'recent'} spend"
            _slider(label, slider, amount, usual)
            _amount(f"{name}: spend in {wording.currency}", slider, amount, usual)


def _slider(label: str, slider: str, amount: str, usual: float) -> None:
    st.slider(
        label,
        0,
        MOST_PCT,
        step=STEP_PCT,
        format="%d %%",
        key=slider,
        disabled=usual <= 0,
        label_visibility="collapsed",
        on_change=partial(_slid, slider, amount, usual),
        width="stretch",
    )


def _amount(label: str, slider: str, amount: str, usual: float) -> None:
    st.number_input(
        label,
        0.0,
        to_cents(usual * MOST_TIMES) if usual > 0 else None,
        step=1000.0,
        format="%.0f",
        key=amount,
        disabled=usual <= 0,
        label_visibility="collapsed",
        on_change=partial(_typed, slider, amount, usual),
        width=150,
    )


def _name(name: str, usual: float, resting: bool, wording: Wording) -> None:
    word = "on average" if resting else "recently"
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.markdown(f"**{name}**", width="content")
        st.caption(
            plain(f"{wording.money(usual)} {word}" if usual > 0 else "never spent on"), width="content"
        )


def _slid(slider: str, amount: str, usual: float) -> None:
    st.session_state[amount] = to_cents(usual * st.session_state[slider] / 100)


def _typed(slider: str, amount: str, usual: float) -> None:
    typed = st.session_state[amount]
    if typed is None:
        st.session_state[amount] = typed = 0.0
    st.session_state[slider] = _on_slider(100 * typed / usual)


def _on_slider(share: float) -> int:
    return int(min(MOST_PCT, max(0, round(share))))


def _share(channel: str, basis: PlanBasis, inputs: WhatIfInputs, prefix: str) -> float:
    """Percent of the usual money; what was typed counts exactly, the slider only shows it."""
    amount = st.session_state.get(f"{prefix}_amount_{channel}")
    usual = basis.usual[channel]
    if amount is None or usual <= 0:
        return inputs.spend_pct.get(channel, 0.0)
    return 100.0 * float(amount) / usual
