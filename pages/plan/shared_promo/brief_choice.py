"""Which saved promotion a screen is about: the choice, kept in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.access import Person
from core.database import session
from core.promo.store import scenarios
from core.promo.store.scenarios import PromoInfo, SavedPromo
from pages.shared.formatting import day
from pages.shared.screens import choose, chosen_uuid

PROMO = "promo"


def choose_promo(person: Person, promos: Sequence[PromoInfo], *, key: str) -> SavedPromo:
    """The promotion in the address, or the first; choosing another changes the address."""
    by_id = {promo.id: promo for promo in promos}
    asked = chosen_uuid(PROMO)
    if (
        asked in by_id
        and st.session_state.get(key) != asked
        and st.session_state.get(f"{key}_asked") != asked
    ):
        st.session_state[key] = asked
    if st.session_state.get(key) not in by_id:
        st.session_state.pop(key, None)
    picked = st.selectbox(
        "Promotion",
        list(by_id),
        format_func=lambda number: f"{by_id[number].name} · {day(by_id[number].start)}",
        key=key,
        width=420,
    )
    st.session_state[f"{key}_asked"] = picked
    choose(PROMO, picked)
    with session() as s:
        return scenarios.promo(s, person, picked)
